package triggers

import "strings"

// loose is how the reference looks at the name of an event once more, after its
// glob has matched: as the beginning of the name, where a star stands for at least
// one character of the line and anything else for itself. It is what keeps "a.*"
// from matching "a.", and patterns with ? or [ from matching anything.
type loose []string // the pieces between stars

func parseLoose(pattern string) loose { return strings.Split(pattern, "*") }

func (l loose) matches(name string) bool {
	if !strings.HasPrefix(name, l[0]) {
		return false
	}
	ends := map[int]bool{len(l[0]): true} // where what was matched so far may end
	for _, piece := range l[1:] {
		next := map[int]bool{}
		running := false // a star that began before can reach this place
		for at := 1; at <= len(name); at++ {
			running = (running || ends[at-1]) && name[at-1] != '\n'
			if running && strings.HasPrefix(name[at:], piece) {
				next[at+len(piece)] = true
			}
		}
		if ends = next; len(ends) == 0 {
			return false
		}
	}
	return true
}

// anyName is the name that a trigger accepts which expects nothing in particular.
func anyName(name string) bool { return name != "" && name[0] != '\n' }
