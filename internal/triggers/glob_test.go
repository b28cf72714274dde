package triggers

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

//go:embed testdata/patterns.json.gz
var patternVectors []byte

type patternCase struct {
	Pattern       string
	Labels, Names []int
}

func readVectors(t testing.TB) (texts []string, cases []patternCase) {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(patternVectors))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Texts []string
		Cases []patternCase
	}
	if err := json.NewDecoder(r).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all.Texts, all.Cases
}

// Patterns match what they match in the reference: test/vectors/label_patterns.py.
func TestPatternsMatchAsInTheReference(t *testing.T) {
	texts, cases := readVectors(t)
	if len(cases) < 1000 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		p, name, l := parsePattern(c.Pattern), parseGlob(c.Pattern), parseLoose(c.Pattern)
		for n, text := range texts {
			left := eventEffort
			if got, want := p.matches(text, &left), slices.Contains(c.Labels, n); got != want {
				t.Errorf("the label pattern %q matches %q: %v", c.Pattern, text, got)
			}
			if got, want := name.matches(text, &left) && l.matches(text, &left), slices.Contains(c.Names, n); got != want {
				t.Errorf("the name pattern %q finds %q: %v", c.Pattern, text, got)
			}
		}
	}
}

// What takes too long does not match, and does not take long.
func TestPatternsThatTakeTooLongMatchNothing(t *testing.T) {
	text := strings.Repeat("a", 1<<20)
	for _, p := range []string{"*" + strings.Repeat("a", 1<<18) + "b", "!*" + strings.Repeat("a", 1<<18) + "b", "*" + strings.Repeat("[ab]", 1<<16) + "b"} {
		left, start := eventEffort, time.Now()
		if parsePattern(p).matches(text, &left) {
			t.Errorf("%.10q… matches", p)
		}
		if left > 0 {
			t.Errorf("%.10q… took only %d steps", p, eventEffort-left)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%.10q… took %v", p, took)
		}
	}
}

func FuzzPatterns(f *testing.F) {
	texts, cases := readVectors(f)
	for i, c := range cases {
		f.Add(c.Pattern, texts[i%len(texts)])
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		left := eventEffort
		g := parseGlob(pattern)
		matches := g.matches(text, &left)
		if matches && !strings.HasPrefix(text, g.prefix) {
			t.Errorf("%q matches %q, which does not begin with %q", pattern, text, g.prefix)
		}
		if !parseGlob(pattern+"*").matches(text, &left) && matches && left > 0 && !strings.Contains(pattern, "[") {
			t.Errorf("%q matches %q, with a star more it does not", pattern, text)
		}
		if exact, ok := parsePattern(pattern).exact(); ok && left > 0 && !parsePattern(pattern).matches(exact, &left) {
			t.Errorf("%q does not match %q, the only text that it is to match", pattern, exact)
		}
		parseLoose(pattern).matches(text, &left)
	})
}
