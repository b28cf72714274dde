package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	test    = regexp.MustCompile(`\[([Tt]est\w+)\]\(([^)]+_test\.go|[^)]*/test_\w+\.py)\)`)
	source  = regexp.MustCompile("`((?:internal|cmd|test|ui|docs|scripts)/[^` ]+)`")
)

// What the documents point at is there: files by their names, sections by their
// headings, tests by theirs.
func TestDocumentsPointAtWhatIsThere(t *testing.T) {
	var documents []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, found...)
	}
	if len(documents) < 5 {
		t.Fatalf("only %d documents were found", len(documents))
	}
	for _, document := range documents {
		text := contents(t, document)
		for _, to := range link.FindAllStringSubmatch(text, -1) {
			target := document
			if to[1] != "" {
				target = filepath.Join(filepath.Dir(document), to[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: there is no %s", document, to[1])
			} else if to[2] != "" && !anchors(contents(t, target))[to[2]] {
				t.Errorf("%s: %s has no section #%s", document, target, to[2])
			}
		}
		for _, to := range test.FindAllStringSubmatch(text, -1) {
			in := contents(t, filepath.Join(filepath.Dir(document), to[2]))
			if !strings.Contains(in, "func "+to[1]+"(") && !strings.Contains(in, "def "+to[1]+"(") {
				t.Errorf("%s: %s has no %s", document, to[2], to[1])
			}
		}
		for _, named := range source.FindAllStringSubmatch(text, -1) {
			if named[1] == "ui/dist" {
				continue // made by a build
			}
			if found, err := filepath.Glob(filepath.Join(root, named[1])); err != nil || len(found) == 0 {
				t.Errorf("%s: there is no %s", document, named[1])
			}
		}
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// anchors are the names by which the sections of a document are linked to: its
// headings in small letters, without punctuation, and what is named by hand.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(h[1]), "")
		found[strings.ReplaceAll(name, " ", "-")] = true
	}
	for _, named := range regexp.MustCompile(`<a (?:id|name)="([^"]+)"`).FindAllStringSubmatch(text, -1) {
		found[named[1]] = true
	}
	return found
}
