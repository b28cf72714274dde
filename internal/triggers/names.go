package triggers

import (
	"strings"
	"unicode/utf8"
)

// loose is how the reference looks at the name of an event once more, after its
// glob has matched: as the beginning of the name, where a star stands for at least
// one character of the line and anything else for itself. It is what keeps "a.*"
// from matching "a.", and patterns with ? or [ from matching anything.
type loose []string // the pieces between stars

func parseLoose(pattern string) loose { return strings.Split(pattern, "*") }

func (l loose) matches(name string, left *effort) bool {
	if !strings.HasPrefix(name, l[0]) || len(l)-1 > len(name) {
		return false
	}
	ends := make([]bool, len(name)+1) // where what was matched so far may end
	ends[len(l[0])] = true
	for _, piece := range l[1:] {
		next, some := make([]bool, len(name)+1), false
		running := false // a star that began before can reach this place
		for from := 0; from < len(name); {
			if *left--; *left <= 0 {
				return false
			}
			c, size := utf8.DecodeRuneInString(name[from:])
			at := from + size
			running = (running || ends[from]) && c != '\n'
			from = at
			if running && strings.HasPrefix(name[at:], piece) {
				next[at+len(piece)], some = true, true
			}
		}
		if ends = next; !some {
			return false
		}
	}
	return true
}

// anyName is the name that a trigger accepts which expects nothing in particular.
func anyName(name string) bool { return name != "" && name[0] != '\n' }
