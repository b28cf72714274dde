package services

import (
	"fmt"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

func TestEventRetentionDeletesWhatHasOutlivedItsPeriod(t *testing.T) {
	manual := clock.NewManual(epoch)
	s := storetest.New(t, manual)
	passed := int64(0)
	service := NewEventRetention(EventRetentionConfig{Period: 24 * time.Hour, Slack: time.Hour, Batch: 10,
		Overrides: map[string]time.Duration{"beat": time.Hour, "never-longer": 48 * time.Hour},
		Passed:    func() int64 { return passed }})
	rt := &recorderTest{t: t, path: s.Path}

	next := func() (at time.Time, ok bool) {
		t.Helper()
		if err := s.View(t.Context(), func(tx *store.Tx) (err error) { at, ok, err = service.Next(tx); return err }); err != nil {
			t.Fatal(err)
		}
		return at, ok
	}
	run := func() (n int) {
		t.Helper()
		if err := s.Update(t.Context(), func(tx *store.Tx) (err error) { n, err = service.Run(tx); return err }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if at, ok := next(); ok {
		t.Fatalf("an empty log is due at %v", at)
	}
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		for i := range 25 {
			for _, name := range []string{"beat", "never-longer"} {
				if err := tx.Emit(&prefect.Event{ID: tx.IDs.V7(), Event: name, Occurred: prefect.At(epoch.Add(time.Duration(i) * time.Minute)),
					Resource: prefect.Resource{prefect.ResourceID: "r"},
					Related:  []prefect.Resource{{prefect.ResourceID: fmt.Sprint("x", i%2), prefect.ResourceRole: "a"}, {prefect.ResourceID: "y", prefect.ResourceRole: "b"}},
				}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := next(); ok {
		t.Errorf("due at %v, though a consumer has not seen the first event", at)
	}
	passed = 30 // 15 of each name
	if at, _ := next(); !at.Equal(epoch.Add(2 * time.Hour)) {
		t.Errorf("due at %v, want two hours after the first", at)
	}
	manual.Advance(2 * time.Hour)
	for _, want := range []int{10, 5, 0} {
		if n := run(); n != want {
			t.Fatalf("deleted %d, want %d", n, want)
		}
	}
	passed = 50
	for _, want := range []int{10, 0} {
		if n := run(); n != want {
			t.Fatalf("deleted %d, want %d", n, want)
		}
	}
	rt.want(`SELECT event, count(*) FROM event GROUP BY event`, "never-longer 25")
	rt.want(`SELECT count(*) FROM event_related`, "50")
	if at, _ := next(); !at.Equal(epoch.Add(25 * time.Hour)) {
		t.Errorf("due at %v, want a day and an hour after the first", at)
	}
	manual.Advance(48 * time.Hour)
	for run() > 0 {
	}
	rt.want(`SELECT count(*) FROM event_related`, "0")
	if _, ok := next(); ok {
		t.Error("an empty log is due")
	}
}
