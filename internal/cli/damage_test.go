package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// spoil PATTERN flips bits in the newest file of a pattern: in the schema, where
// no reader can miss it.
func spoil(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) == 0 {
		ts.Fatalf("there is no %s", args[0])
	}
	slices.Sort(found)
	path := found[len(found)-1]
	text, err := os.ReadFile(path)
	ts.Check(err)
	for i := 100; i < 140; i++ {
		text[i] ^= 0xff
	}
	ts.Check(os.WriteFile(path, text, 0o600))
}

// glob N PATTERN fails unless N files have the pattern.
func glob(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if strconv.Itoa(len(found)) != args[0] {
		ts.Fatalf("%d files are %s, not %s: %v", len(found), args[1], args[0], found)
	}
}
