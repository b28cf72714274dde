package api

import (
	"testing"
	"time"
)

func TestRetentionSaysWhatItWouldDelete(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	for range 2 {
		s.set(s.running(), "COMPLETED")
	}
	s.running() // goes on: nothing deletes it
	type kind struct {
		Set, Period *float64
		Older, Soon int
		Oldest      *string
	}
	look := func(query string) (got struct{ Runs, Events kind }) {
		t.Helper()
		if code := s.ask(t, "GET", "/reeve/retention"+query, nil, &got); code != 200 {
			t.Fatalf("%s: %d", query, code)
		}
		return got
	}
	if got := look(""); got.Runs != (kind{}) || got.Events != (kind{}) {
		t.Errorf("kept for ever: %+v", got)
	}
	s.config.Kept = Kept{Runs: 24 * time.Hour, Events: time.Hour}
	if got := look(""); *got.Runs.Set != 86400 || got.Runs.Older != 0 || got.Runs.Soon != 2 || got.Runs.Oldest == nil || got.Events.Soon == 0 {
		t.Errorf("within a week: %+v", got)
	}
	time.Sleep(2 * time.Millisecond)
	if got := look("?runs=0.001"); got.Runs.Older != 2 || *got.Runs.Set != 86400 || *got.Runs.Period != 0.001 {
		t.Errorf("kept for a moment: %+v", got.Runs)
	}
	if got := look("?runs=1e300&events=864000000"); got.Runs.Older+got.Runs.Soon+got.Events.Older+got.Events.Soon != 0 {
		t.Errorf("kept for very long: %+v", got)
	}
	if code := s.ask(t, "GET", "/reeve/retention?runs=-1", nil, nil); code != 422 {
		t.Errorf("less than nothing: %d", code)
	}
}
