package main

import (
	"fmt"
	"io"
	"strings"
)

// lines of the report; less says that a smaller figure is the better one, bare
// that no ratio is given.
var lines = []struct {
	key, title string
	less, bare bool
}{
	{"create", "flow runs created/s", false, false},
	{"createP50", "  p50 ms", true, false},
	{"createP99", "  p99 ms", true, false},
	{"createProcessor", "  processor time, ms", true, false},
	{"createDatabase", "  that of PostgreSQL, ms", true, true},
	{"cycle", "life cycles/s", false, false},
	{"cycleP50", "  p50 ms", true, false},
	{"cycleP99", "  p99 ms", true, false},
	{"cycleProcessor", "  processor time, ms", true, false},
	{"cycleDatabase", "  that of PostgreSQL, ms", true, true},
	{"slots", "slots taken and given back/s", false, false},
	{"slotsP50", "  p50 ms", true, false},
	{"slotsP99", "  p99 ms", true, false},
	{"slotsProcessor", "  processor time, ms", true, false},
	{"slotsDatabase", "  that of PostgreSQL, ms", true, true},
	{"again", "transactions done again, %", true, true},
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

// ratio is how many times better ours is than another's at a line of the report; 0 for none.
func ratio(ours, other map[string]float64, key string, less bool) float64 {
	better, worse := ours[key], other[key]
	if less {
		better, worse = worse, better
	}
	if worse == 0 {
		return 0
	}
	return better / worse
}

// printMarkdown writes the figures as a table, with how many times better those of later
// columns are than those of the first; without ratios when the first is no other's.
func printMarkdown(w io.Writer, results []figures, ratios bool) {
	first := results[0]
	head, rule := fmt.Sprintf("| %d clients", clients), "|---"
	for i, r := range results {
		head, rule = head+" | "+r.name, rule+"|---:"
		if i > 0 && ratios {
			head, rule = head+" | ", rule+"|---:"
		}
	}
	fmt.Fprintf(w, "%s |\n%s|\n", head, rule)
	for _, l := range lines {
		var row strings.Builder
		var some bool
		for i, r := range results {
			v, measured := r.values[l.key]
			if some = some || measured && v != 0; measured {
				fmt.Fprintf(&row, " | %s", rounded(v))
			} else {
				row.WriteString(" | –")
			}
			if i == 0 || !ratios {
				continue
			}
			if times := ratio(r.values, first.values, l.key, l.less); measured && !l.bare && times > 0 {
				fmt.Fprintf(&row, " | %s ×", rounded(times))
			} else {
				row.WriteString(" | ")
			}
		}
		if some {
			fmt.Fprintf(w, "| %s%s |\n", strings.TrimSpace(l.title), row.String())
		}
	}
}

// rounded is a figure with three digits that count.
func rounded(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
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
		if v, measured := ours.values[l.key]; !measured || v == 0 && strings.HasSuffix(l.key, "Database") {
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
			fmt.Fprintf(w, "%13.2fx", ratio(ours.values, r.values, l.key, l.less))
		}
		fmt.Fprintln(w)
	}
}
