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
	{"running", "created to Running, p50 ms", true, false},
	{"runningWorst", "  worst", true, false},
	{"ended", "created to its end, p50 ms", true, false},
	{"endedWorst", "  worst", true, false},
	{"firstRunning", "to Running after idle, ms", true, false},
	{"runProcessor", "processor time a run, ms", true, false},
	{"idle", "memory idle, MB", true, false},
	{"loaded", "memory loaded, MB", true, false},
}

// print writes the figures side by side, and how many times better those of the
// last server, ours, are than each other's.
func print(w io.Writer, results []figures) {
	ours := results[len(results)-1]
	others := results[:len(results)-1]
	fmt.Fprintf(w, "%-28s", fmt.Sprintf("%d clients", clients))
	for _, r := range results {
		fmt.Fprintf(w, "%12s", r.name)
	}
	for _, r := range others {
		fmt.Fprintf(w, "%14s", "to "+r.name)
	}
	fmt.Fprintln(w)
	for _, l := range lines {
		if _, measured := ours.values[l.key]; !measured {
			continue
		}
		fmt.Fprintf(w, "%-28s", l.title)
		for _, r := range results {
			if _, measured := r.values[l.key]; !measured {
				fmt.Fprintf(w, "%12s", "-")
				continue
			}
			fmt.Fprintf(w, "%12.1f", r.values[l.key])
		}
		for _, r := range others {
			if l.bare || r.values[l.key] == 0 {
				break
			}
			better, worse := ours.values[l.key], r.values[l.key]
			if l.less {
				better, worse = worse, better
			}
			fmt.Fprintf(w, "%13.2fx", better/worse)
		}
		fmt.Fprintln(w)
	}
}
