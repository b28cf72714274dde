package main

import (
	"fmt"
	"io"
)

// lines of the report; less says that a smaller figure is the better one, bare
// that no ratio is given.
var lines = []struct {
	key, title string
	less, bare bool
}{
	{"create", "flow runs created/s", false, false},
	{"cycle", "life cycles/s", false, false},
	{"logs", "logs/s", false, false},
	{"events", "events/s until readable", false, false},
	{"lost", "acknowledged events lost", true, true},
	{"filter", "filters of 200 runs/s", false, false},
	{"start", "exec to first answer, ms", true, false},
	{"size", "database of the next, MB", true, true},
	{"stopped", "exec to its answer, p50 ms", true, false},
	{"stoppedWorst", "  worst", true, false},
	{"killed", "after kill -9, p50 ms", true, false},
	{"killedWorst", "  worst", true, false},
	{"idle", "memory idle, MB", true, false},
	{"loaded", "memory loaded, MB", true, false},
}

// print writes the figures side by side; with both servers also how many times
// better ours is.
func print(w io.Writer, results []figures) {
	fmt.Fprintf(w, "%-28s", fmt.Sprintf("%d clients", clients))
	for _, r := range results {
		fmt.Fprintf(w, "%12s", r.name)
	}
	if len(results) == 2 {
		fmt.Fprintf(w, "%12s", "ratio")
	}
	fmt.Fprintln(w)
	for _, l := range lines {
		if _, measured := results[0].values[l.key]; !measured {
			continue
		}
		fmt.Fprintf(w, "%-28s", l.title)
		for _, r := range results {
			fmt.Fprintf(w, "%12.1f", r.values[l.key])
		}
		if len(results) == 2 && !l.bare {
			better, worse := results[1].values[l.key], results[0].values[l.key]
			if l.less {
				better, worse = worse, better
			}
			fmt.Fprintf(w, "%11.1fx", better/worse)
		}
		fmt.Fprintln(w)
	}
}
