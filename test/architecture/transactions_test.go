package architecture

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// lengthy are the packages whose functions take as long as what they are given
// is large, and the names in them that do not.
var lengthy = map[string][]string{
	"internal/templating":            {"Quote", "Repr"},
	"internal/templating/jsonschema": nil,
	"internal/templating/jinja":      nil,
}

// Inside a transaction there are only rows and rules: what a client can make
// large is rendered and checked before it (see api.decide). The store itself is
// inside of transactions and imports none of these packages.
func TestNothingLongIsDoneInsideATransaction(t *testing.T) {
	sources(t, func(path string, _ []byte, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || !strings.HasPrefix(path, "internal/") {
			return
		}
		names := importedAs(file, lengthy)
		if strings.HasPrefix(path, "internal/store/") && len(names) > 0 {
			t.Errorf("%s: the store, which is inside of transactions, renders or checks what a client sent", path)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch f := n.(type) {
			case *ast.FuncLit:
				if inTransaction(f.Type) {
					callsNothingLong(t, path, f.Body, names)
				}
			case *ast.FuncDecl:
				if f.Body != nil && takesTransaction(f) {
					callsNothingLong(t, path, f.Body, names)
				}
			}
			return true
		})
	})
}

// importedAs returns the names under which a file knows packages, with those of
// their names that may be used.
func importedAs(file *ast.File, packages map[string][]string) map[string][]string {
	names := map[string][]string{}
	for _, spec := range file.Imports {
		path := strings.TrimPrefix(strings.Trim(spec.Path.Value, `"`), module)
		allowed, is := packages[path]
		if !is {
			continue
		}
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = allowed
	}
	return names
}

// takesTransaction reports whether a function has a parameter *store.Tx.
func takesTransaction(f *ast.FuncDecl) bool {
	for _, p := range f.Type.Params.List {
		if star, ok := p.Type.(*ast.StarExpr); ok && name(star.X) == "Tx" {
			return true
		}
	}
	return false
}

func callsNothingLong(t *testing.T, path string, body *ast.BlockStmt, names map[string][]string) {
	t.Helper()
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		called, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		of, ok := called.X.(*ast.Ident)
		if !ok {
			return true
		}
		allowed, long := names[of.Name]
		if long && token.IsExported(called.Sel.Name) && !strings.Contains(" "+strings.Join(allowed, " ")+" ", " "+called.Sel.Name+" ") {
			t.Errorf("%s: a transaction calls %s.%s, which takes as long as what a client sent is large", path, of.Name, called.Sel.Name)
		}
		return true
	})
}
