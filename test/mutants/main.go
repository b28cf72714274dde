// Command mutants takes one guarantee at a time out of the program (an fsync, a unique key, a
// check of a lease or of a password) and runs the tests that hold it. A mutant that no test
// notices survives, and the command fails.
//
// Nothing of this is in the program: a mutant is a file with one text replaced, which the
// compiler is given in the place of the real one (go test -overlay).
//
//	go run ./test/mutants [-only PART]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "only the mutants whose name has this in it")
	flag.Parse()
	survivors, err := run(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	}
	if survivors > 0 {
		fmt.Fprintf(os.Stderr, "mutants: %d survive\n", survivors)
		os.Exit(1)
	}
}

func run(only string) (survivors int, err error) {
	work, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	fmt.Println("| Taken away | Noticed by | After |\n|---|---|---:|")
	for _, m := range mutants {
		if !strings.Contains(m.name, only) {
			continue
		}
		began := time.Now()
		noticed, err := m.try(work)
		if err != nil {
			return survivors, fmt.Errorf("%s: %w", m.name, err)
		}
		if noticed == "" {
			survivors++
			noticed = "**nothing**"
		}
		fmt.Printf("| %s | %s | %.0f s |\n", m.name, noticed, time.Since(began).Seconds())
	}
	return survivors, nil
}

// try returns the first test that fails with the mutant, "" when all pass. A mutant that does
// not compile is an error.
func (m mutant) try(work string) (noticed string, err error) {
	overlay, err := m.overlay(work)
	if err != nil {
		return "", err
	}
	program := filepath.Join(work, "reeve")
	if out, err := command("build", "-overlay", overlay, "-o", program, "./cmd/reeve"); err != nil {
		return "", fmt.Errorf("it does not compile: %s", out)
	}
	if err := os.Setenv("REEVE_BIN", program); err != nil {
		return "", err
	}
	args := []string{"test", "-overlay", overlay, "-tags", m.tags, "-count=1", "-failfast", "-timeout", "5m", "-json", m.test[0]}
	if len(m.test) > 1 {
		args = append(args, "-run", m.test[1])
	}
	out, err := command(args...)
	if err == nil {
		return "", nil
	}
	return failed(out), nil
}

// overlay writes the mutated file, and what has the compiler take it.
func (m mutant) overlay(work string) (string, error) {
	text, err := m.apply()
	if err != nil {
		return "", err
	}
	real, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	changed := filepath.Join(work, filepath.Base(m.file))
	if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {real: changed}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(work, "overlay.json")
	return path, os.WriteFile(path, list, 0o600)
}

// apply returns the mutant's file with its text replaced, which must be there once.
func (m mutant) apply() (string, error) {
	data, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(data), m.from); n != 1 {
		return "", fmt.Errorf("%s has %q %d times, not once", m.file, m.from, n)
	}
	return strings.Replace(string(data), m.from, m.to, 1), nil
}

func command(args ...string) (string, error) {
	out, err := exec.Command("go", args...).CombinedOutput()
	return string(out), err
}

// failed returns the name of the first test in the output of go test -json that failed, or
// that the package did when it ended before a test could say so.
func failed(out string) string {
	for line := range strings.Lines(out) {
		var event struct{ Action, Test string }
		if json.Unmarshal([]byte(line), &event) == nil && event.Action == "fail" && event.Test != "" {
			return "`" + event.Test + "`"
		}
	}
	return "the end of the tests"
}
