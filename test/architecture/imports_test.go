package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

type listed struct {
	ImportPath string
	Imports    []string
	Dir        string
}

// list asks the go command for the packages of this module.
func list(t *testing.T) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports,Dir", module+"...")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// inTest reports whether a package is for tests alone.
func inTest(name string) bool {
	return name == "test" || strings.HasPrefix(name, "test/") || name == "internal/store/storetest" || name == "internal/door/doortest"
}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range list(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if inTest(name) {
			continue
		}
		place, known := rooms[name]
		if !known {
			t.Errorf("%s has no place in test/architecture/packages.go: say there what it may import and why", name)
			continue
		}
		for _, path := range p.Imports {
			target, ours := strings.CutPrefix(path, module)
			if !ours || slices.Contains(place.may, everything) || slices.Contains(place.may, target) {
				continue
			}
			t.Errorf("%s imports %s: %s", name, target, place.reason)
		}
	}
}

func TestForbiddenImports(t *testing.T) {
	for _, p := range list(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		for _, path := range p.Imports {
			for _, rule := range forbidden {
				if path != rule.prefix && !strings.HasPrefix(path, rule.prefix+"/") {
					continue
				}
				if slices.Contains(rule.only, name) || inTest(name) && slices.Contains(rule.only, "test") {
					continue
				}
				t.Errorf("%s imports %s: %s", name, path, rule.reason)
			}
		}
	}
}
