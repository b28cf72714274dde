package architecture

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const maxLines = 500

// root is the top of the repository, seen from here.
const root = "../.."

// sources walks every Go file of the repository, parsed with its comments.
func sources(t *testing.T, visit func(path string, text []byte, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); path != root && (strings.HasPrefix(name, ".") || name == "bin" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		visit(filepath.ToSlash(relative), text, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryPackageHasOneComment(t *testing.T) {
	commented := map[string][]string{}
	sources(t, func(path string, _ []byte, file *ast.File) {
		folder := filepath.Dir(path)
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		if commented[folder] == nil {
			commented[folder] = []string{}
		}
		if file.Doc != nil {
			commented[folder] = append(commented[folder], path)
		}
	})
	for folder, files := range commented {
		if len(files) != 1 {
			t.Errorf("%s has %d package comments %v, not one", folder, len(files), files)
		}
	}
}

func TestFilesStayShort(t *testing.T) {
	sources(t, func(path string, text []byte, file *ast.File) {
		lines := bytes.Count(text, []byte("\n"))
		if lines > maxLines && long[path] == "" && !ast.IsGenerated(file) {
			t.Errorf("%s has %d lines, more than %d: split it by action", path, lines, maxLines)
		}
	})
}

// machineTime are the functions that read the clock or draw an id.
var machineTime = map[string][]string{
	"time": {"Now", "Since", "Until"},
	"uuid": {"New", "NewString", "NewRandom", "NewUUID", "NewV6", "NewV7", "Must"},
}

func TestTimeAndIDsComeFromClock(t *testing.T) {
	sources(t, func(path string, _ []byte, file *ast.File) {
		folder := filepath.ToSlash(filepath.Dir(path))
		if strings.HasSuffix(path, "_test.go") || inTest(folder) || readers[folder] != "" || readers[path] != "" {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := selector.X.(*ast.Ident); ok && slices.Contains(machineTime[x.Name], selector.Sel.Name) {
				t.Errorf("%s uses %s.%s: take the time and ids from package clock, or from the transaction", path, x.Name, selector.Sel.Name)
			}
			return true
		})
	})
}
