package postgres

import "testing"

// TestCounted: commits that nobody told of are missed once, and not while word of them may come.
func TestCounted(t *testing.T) {
	type beat struct {
		now, heard int64 // what the database has counted, and how many we heard of since the beat before
		missed     bool
	}
	for name, beats := range map[string][]beat{
		"nothing happens":                      {{7, 0, false}, {7, 0, false}},
		"all is told":                          {{7, 0, false}, {9, 2, false}, {12, 3, false}, {12, 0, false}},
		"word comes late":                      {{7, 0, false}, {9, 0, false}, {9, 2, false}, {9, 0, false}},
		"one is lost":                          {{7, 0, false}, {8, 0, false}, {8, 0, true}, {8, 0, false}, {9, 1, false}, {9, 0, false}},
		"one is lost among others":             {{7, 0, false}, {12, 4, false}, {15, 3, false}, {15, 0, true}, {15, 0, false}},
		"counted before it is heard, at first": {{7, 0, false}, {7, 1, false}, {8, 0, false}, {8, 0, true}},
		"one is lost and others never end": {{7, 0, false}, {12, 4, false}, {17, 5, false}, {22, 5, false}, {27, 5, false}, {32, 5, false},
			{37, 5, false}, {42, 5, false}, {47, 5, false}, {52, 5, false}, {57, 5, false}, {62, 5, true}, {67, 5, false}},
	} {
		var c counted
		for i, b := range beats {
			c.own += b.heard
			if got := c.missed(b.now); got != b.missed {
				t.Errorf("%s: at beat %d missed %v", name, i, got)
			}
		}
	}
}
