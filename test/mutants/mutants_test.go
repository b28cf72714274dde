package main

import (
	"os"
	"testing"
)

// The text that a mutant replaces is there, so that none is tried that changes nothing.
func TestMutantsApply(t *testing.T) {
	t.Chdir("../..")
	seen := map[string]bool{}
	for _, m := range mutants {
		if _, err := m.apply(); err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
		if _, err := os.Stat(m.test[0]); err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
		if seen[m.name] {
			t.Errorf("%s is there twice", m.name)
		}
		seen[m.name] = true
	}
	if len(mutants) < 25 {
		t.Errorf("there are %d mutants", len(mutants))
	}
}
