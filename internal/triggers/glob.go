package triggers

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// glob is a pattern of Python's fnmatch, which the contract's labels and names of
// events are matched by, case and all: * ? [seq] [!seq].
type glob struct {
	// literal is the whole text that is matched when there are no tokens.
	literal string
	tokens  []token
	// prefix is what every text begins with that matches.
	prefix string
}

type tokenKind uint8

const (
	char tokenKind = iota
	anyChar
	oneOf
	star
)

type token struct {
	kind    tokenKind
	char    rune
	ranges  []charRange
	negated bool
}

type charRange struct{ from, to rune }

// special are the characters that make a pattern more than a text.
const special = "*?["

func parseGlob(pattern string) *glob {
	i := strings.IndexAny(pattern, special)
	if i < 0 {
		return &glob{literal: pattern, prefix: pattern}
	}
	g := &glob{prefix: pattern[:i]}
	p := []rune(pattern)
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '*':
			if n := len(g.tokens); n == 0 || g.tokens[n-1].kind != star {
				g.tokens = append(g.tokens, token{kind: star})
			}
		case '?':
			g.tokens = append(g.tokens, token{kind: anyChar})
		case '[':
			class, end, ok := parseClass(p, i+1)
			if !ok {
				g.tokens = append(g.tokens, token{kind: char, char: '['})
				continue
			}
			g.tokens = append(g.tokens, class)
			i = end
		default:
			g.tokens = append(g.tokens, token{kind: char, char: p[i]})
		}
	}
	if g.tokens[0].kind == char && g.prefix == "" { // an unclosed [
		g.prefix = string(g.tokens[0].char)
	}
	return g
}

// parseClass reads the class that begins after the bracket before start, and returns
// where its closing bracket is; ok is false when there is none.
func parseClass(p []rune, start int) (t token, end int, ok bool) {
	end = start
	if end < len(p) && p[end] == '!' {
		end++
	}
	if end < len(p) && p[end] == ']' {
		end++
	}
	for end < len(p) && p[end] != ']' {
		end++
	}
	if end >= len(p) {
		return token{}, 0, false
	}
	t.kind = oneOf
	if p[start] == '!' {
		t.negated = true
		start++
	}
	chunks := classChunks(p[start:end])
	for i, chunk := range chunks {
		for _, c := range chunk {
			t.ranges = append(t.ranges, charRange{c, c})
		}
		if i+1 < len(chunks) {
			t.ranges = append(t.ranges, charRange{chunk[len(chunk)-1], chunks[i+1][0]})
		}
	}
	return t, end, true
}

// classChunks splits a class at the hyphens that make ranges; between two chunks is
// the range from the end of the one to the start of the other. A range that is empty
// goes, with both of its ends.
func classChunks(class []rune) [][]rune {
	var chunks [][]rune
	start := 0
	for k := 1; ; {
		at := -1
		if k < len(class) {
			at = slices.Index(class[k:], '-')
		}
		if at < 0 {
			break
		}
		k += at
		chunks = append(chunks, class[start:k])
		start, k = k+1, k+3
	}
	switch rest := class[start:]; {
	case len(rest) > 0:
		chunks = append(chunks, rest)
	case len(chunks) > 0:
		last := len(chunks) - 1
		chunks[last] = append(slices.Clone(chunks[last]), '-')
	}
	for k := len(chunks) - 1; k > 0; k-- {
		before, after := chunks[k-1], chunks[k]
		if before[len(before)-1] > after[0] {
			chunks[k-1] = slices.Concat(before[:len(before)-1], after[1:])
			chunks = slices.Delete(chunks, k, k+1)
		}
	}
	if len(chunks) == 1 && len(chunks[0]) == 0 {
		return nil
	}
	return chunks
}

// effort is how many steps the matching of one event may still take.
type effort int

// matches reports whether the whole text matches; never once the effort is spent.
func (g *glob) matches(text string, left *effort) bool {
	if g.tokens == nil {
		return text == g.literal
	}
	if !strings.HasPrefix(text, g.prefix) {
		return false
	}
	// What a star stands for is as little as possible; only the last one is ever
	// made longer, since what came before it has found its place.
	t, at, again, mark := 0, 0, -1, 0
	for at < len(text) {
		if *left--; *left <= 0 {
			return false
		}
		c, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case t < len(g.tokens) && g.tokens[t].kind == star:
			again, mark = t, at
			t++
		case t < len(g.tokens) && g.tokens[t].accepts(c):
			t, at = t+1, at+size
		case again >= 0:
			_, skipped := utf8.DecodeRuneInString(text[mark:])
			mark += skipped
			t, at = again+1, mark
		default:
			return false
		}
	}
	for t < len(g.tokens) && g.tokens[t].kind == star {
		t++
	}
	return t == len(g.tokens)
}

func (t *token) accepts(c rune) bool {
	switch t.kind {
	case char:
		return c == t.char
	case anyChar:
		return true
	default:
		return t.negated != slices.ContainsFunc(t.ranges, func(r charRange) bool { return r.from <= c && c <= r.to })
	}
}

// pattern is a glob that a leading exclamation mark negates.
type pattern struct {
	*glob
	negated bool
}

func parsePattern(text string) pattern {
	rest, negated := strings.CutPrefix(text, "!")
	return pattern{parseGlob(rest), negated}
}

func (p pattern) matches(text string, left *effort) bool {
	return p.glob.matches(text, left) != p.negated && *left > 0
}

// exact is the only text that the pattern matches; ok is false when there may be others.
func (p pattern) exact() (text string, ok bool) { return p.literal, p.tokens == nil && !p.negated }
