package main

import (
	"fmt"
	"io"
)

// lines of the report; less says that a smaller figure is the better one.
var lines = []struct {
	key, title string
	less       bool
}{
	{"create", "flow runs created/s", false},
	{"cycle", "life cycles/s", false},
	{"logs", "logs/s", false},
	{"events", "events/s until readable", false},
	{"filter", "filters of 200 runs/s", false},
	{"start", "exec to first answer, ms", true},
	{"idle", "memory idle, MB", true},
	{"loaded", "memory loaded, MB", true},
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
		fmt.Fprintf(w, "%-28s", l.title)
		for _, r := range results {
			fmt.Fprintf(w, "%12.1f", r.values[l.key])
		}
		if len(results) == 2 {
			better, worse := results[1].values[l.key], results[0].values[l.key]
			if l.less {
				better, worse = worse, better
			}
			fmt.Fprintf(w, "%11.1fx", better/worse)
		}
		fmt.Fprintln(w)
	}
}
