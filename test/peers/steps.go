package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// stepsOfRun is how many steps a run has.
const stepsOfRun = 3

// done is when the steps of a run were done: of each the first time, and how
// often besides.
type done struct {
	at    [stepsOfRun + 1]time.Time // from 1
	again int
}

func (d done) complete() bool {
	for _, at := range d.at[1:] {
		if at.IsZero() {
			return false
		}
	}
	return true
}

// read returns what the steps of all runs have noted.
func (e *engine) read() (map[string]done, error) {
	text, err := os.ReadFile(e.steps)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	runs := map[string]done{}
	for line := range strings.Lines(string(text)) {
		if !strings.HasSuffix(line, "\n") {
			continue // a note that is being written
		}
		var run string
		var number int
		var at int64
		if _, err := fmt.Sscan(line, &run, &number, &at); err != nil || number < 1 || number > stepsOfRun {
			return nil, fmt.Errorf("a note of a step: %q: %w", line, err)
		}
		d := runs[run]
		if d.at[number].IsZero() {
			d.at[number] = time.Unix(0, at)
		} else {
			d.again++
		}
		runs[run] = d
	}
	return runs, nil
}

// finished waits until all of the runs are complete, or for so long that none
// of them has become so; it returns what it has seen of all.
func (e *engine) finished(runs []string, patience time.Duration) (map[string]done, error) {
	last, before := time.Now(), -1
	for {
		seen, err := e.read()
		if err != nil {
			return nil, err
		}
		complete := 0
		for _, run := range runs {
			if seen[run].complete() {
				complete++
			}
		}
		if complete != before {
			last, before = time.Now(), complete
		}
		if complete == len(runs) || time.Since(last) > patience {
			return seen, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
}
