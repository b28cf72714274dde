package main

import (
	"fmt"
	"io"
	"strings"
)

// report prints what was measured as a table in Markdown, a peer a column.
func report(w io.Writer, all []column) {
	row := func(title string, value func(column) string) {
		cells := []string{title}
		for _, c := range all {
			cells = append(cells, value(c))
		}
		fmt.Fprintln(w, "| "+strings.Join(cells, " | ")+" |")
	}
	row("", func(c column) string { return c.name + " " + c.version })
	fmt.Fprintln(w, "|---|"+strings.Repeat("---:|", len(all)))
	for i, rate := range mostRates(all) {
		span := func(title string, of func(atRate) []float64) {
			row(fmt.Sprintf("%g runs/s: %s, p50 / p95 ms", rate, title), func(c column) string {
				if i >= len(c.atRates) {
					return "–"
				}
				values := of(c.atRates[i])
				return fmt.Sprintf("%.1f / %.1f", at(values, 0.5), at(values, 0.95))
			})
		}
		span("asked to kept", func(r atRate) []float64 { return r.kept })
		span("asked to the first step's end", func(r atRate) []float64 { return r.begun })
		span("asked to the last step's end", func(r atRate) []float64 { return r.done })
		span("a step", func(r atRate) []float64 { return r.step })
		row(fmt.Sprintf("%g runs/s: not done", rate), func(c column) string {
			if i >= len(c.atRates) {
				return "–"
			}
			return fmt.Sprintf("%d of %d", c.atRates[i].open, len(c.atRates[i].kept))
		})
	}
	row("runs/s of a burst", func(c column) string { return fmt.Sprintf("%.1f of %d", c.perSecond, c.burst) })
	row("memory idle / at most, MB", func(c column) string { return fmt.Sprintf("%.0f / %.0f", c.idle, c.loaded) })
	row("exec to the first run kept / done, ms", func(c column) string { return fmt.Sprintf("%.0f / %.0f", c.toKept, c.toDone) })
	row("kill -9 of all: kept before it", func(c column) string { return fmt.Sprintf("%d at %g/s", c.acknowledged, c.crash) })
	row("… never done", func(c column) string {
		if c.told > 0 {
			return fmt.Sprintf("%d, %d of them said to have failed", c.lost, c.told)
		}
		return fmt.Sprint(c.lost)
	})
	row("… steps done more than once", func(c column) string { return fmt.Sprint(c.again) })
	row("… all others done after, s", func(c column) string { return fmt.Sprintf("%.1f", c.recovered) })
}

// mostRates are the rates of the peer that has the most; those of others are the first of them.
func mostRates(all []column) []float64 {
	var most []float64
	for _, c := range all {
		if len(c.rates) > len(most) {
			most = c.rates
		}
	}
	return most
}
