package deploy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stage is what a stage of the Dockerfile leaves in its image.
type stage struct {
	base    string
	lines   []string // its instructions, its FROM not among them
	copies  []copied
	env     map[string]string
	workdir string
	user    string
	command []string
}

// copied is a COPY.
type copied struct {
	from, chown, chmod string
	sources            []string
	to                 string
}

// readDockerfile reads the stages by name: the instructions that our file has,
// with the defaults of its ARGs.
func readDockerfile(t *testing.T) map[string]*stage {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/fly/Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	stages := map[string]*stage{}
	var current *stage
	arguments := map[string]string{}
	for line := range strings.SplitSeq(strings.ReplaceAll(string(text), "\\\n", " "), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		verb, rest, _ := strings.Cut(line, " ")
		words := strings.Fields(os.Expand(rest, func(name string) string { return arguments[name] }))
		if verb == "FROM" {
			current = &stage{base: words[0], env: map[string]string{}}
			stages[words[2]] = current
			continue
		}
		current.lines = append(current.lines, line)
		switch verb {
		case "ARG":
			name, value, _ := strings.Cut(words[0], "=")
			arguments[name] = value
		case "ENV":
			for _, word := range words {
				name, value, ok := strings.Cut(word, "=")
				if !ok {
					t.Fatalf("ENV without =: %s", line)
				}
				current.env[name] = value
			}
		case "COPY":
			current.copies = append(current.copies, readCopy(words))
		case "WORKDIR":
			current.workdir = words[0]
		case "USER":
			current.user = words[0]
		case "CMD":
			if err := json.Unmarshal([]byte(rest), &current.command); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		case "RUN":
		default:
			t.Fatalf("%s: this test does not know the instruction", line)
		}
	}
	return stages
}

func readCopy(words []string) copied {
	var c copied
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		name, value, _ := strings.Cut(strings.TrimPrefix(words[0], "--"), "=")
		switch name {
		case "from":
			c.from = value
		case "chown":
			c.chown = value
		case "chmod":
			c.chmod = value
		}
		words = words[1:]
	}
	c.sources, c.to = words[:len(words)-1], words[len(words)-1]
	return c
}
