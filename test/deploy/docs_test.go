package deploy

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/cli"
)

// TestDocumentedCommandsExist has every `reeve …` of the pages and units looked
// up: the command has to exist, and its flags.
func TestDocumentedCommandsExist(t *testing.T) {
	call := regexp.MustCompile("(?:^|[\"`/( =|])reeve ((?:[a-z-]+ ?)+[^\"`|)\n]*)")
	var seen int
	for _, pattern := range []string{"docs/*.md", "README.md", "deploy/fly/*.toml", "deploy/systemd/*"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range call.FindAllStringSubmatch(string(text), -1) {
				if checkCommand(t, filepath.Base(file), match[1]) {
					seen++
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("%d commands were found: has the form of the pages changed?", seen)
	}
}

// checkCommand looks a command up in the help; false for what is no command but
// a sentence or a file.
func checkCommand(t *testing.T, file, line string) bool {
	t.Helper()
	words := strings.Fields(line)
	help := ""
	var path []string
	for n := min(len(words), 4); n > 0; n-- {
		var out bytes.Buffer
		if cli.Main(append(append([]string{}, words[:n]...), "--help"), &out, &bytes.Buffer{}) == 0 {
			help, path = out.String(), words[:n]
			break
		}
	}
	if path == nil {
		if commands[words[0]] {
			t.Errorf("%s: there is no reeve %s", file, line)
		}
		return false
	}
	for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(line, -1) {
		if !strings.Contains(help, flag) && !strings.Contains(help, "--[no-]"+strings.TrimPrefix(flag, "--no-")) {
			t.Errorf("%s: reeve %s has no %s", file, strings.Join(path, " "), flag)
		}
	}
	return true
}

// commands are the first words of commands: what stands after them has to exist.
var commands = map[string]bool{"up": true, "deploy": true, "server": true, "worker": true, "gateway": true, "webhook": true,
	"status": true, "doctor": true, "why": true, "config": true, "version": true, "wake-plan": true, "cost": true}
