package architecture

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// answers are what tells somebody outside that something was done.
var answers = []string{"respond", "noContent", "answer", "refuse", "fail", "Write", "WriteHeader", "WriteString", "Encode", "Fprint", "Fprintf", "Do", "Ask"}

// Nothing is acknowledged before it is on disk: no function that runs inside of
// a transaction answers anybody, sends on a channel or starts a goroutine, since
// the transaction may be undone after it, or run again.
func TestNothingIsAnsweredInsideATransaction(t *testing.T) {
	transactions := 0
	sources(t, func(path string, _ []byte, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || !strings.HasPrefix(path, "internal/") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if body, ok := n.(*ast.FuncLit); ok && inTransaction(body.Type) {
				transactions++
				looksInside(t, path, body)
			}
			return true
		})
	})
	if transactions < 100 {
		t.Errorf("only %d transactions were found: the test says little", transactions)
	}
}

// inTransaction reports whether a function takes a transaction, *store.Tx, or the
// connection of one, store.Conn.
func inTransaction(f *ast.FuncType) bool {
	if len(f.Params.List) != 1 {
		return false
	}
	switch of := f.Params.List[0].Type.(type) {
	case *ast.StarExpr:
		return name(of.X) == "Tx"
	case *ast.SelectorExpr:
		return name(of) == "Conn"
	}
	return false
}

func looksInside(t *testing.T, path string, transaction *ast.FuncLit) {
	t.Helper()
	ast.Inspect(transaction.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt, *ast.SendStmt:
			t.Errorf("%s: a transaction starts a goroutine or sends on a channel: it may be undone afterwards", path)
		case *ast.CallExpr:
			if called := name(n.Fun); slices.Contains(answers, called) {
				t.Errorf("%s: a transaction calls %s: what it did may be undone afterwards", path, called)
			}
		}
		return true
	})
}

// name is the last part of what is called.
func name(called ast.Expr) string {
	switch called := called.(type) {
	case *ast.Ident:
		return called.Name
	case *ast.SelectorExpr:
		return called.Sel.Name
	}
	return ""
}
