package services

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// patientFake is a fake whose work can wait.
type patientFake struct{ fake }

func (*patientFake) CanWait() string { return "it is a fake" }

func TestDeadline(t *testing.T) {
	at := func(d time.Duration) func(time.Time) (time.Time, bool, error) {
		return func(now time.Time) (time.Time, bool, error) { return now.Add(d), true, nil }
	}
	tests := []struct {
		name            string
		urgent, patient func(time.Time) (time.Time, bool, error)
		next            time.Duration // 0 for none
		due             int
	}{
		{"nothing", never, never, 0, 0},
		{"urgent work", at(time.Hour), never, time.Hour, 0},
		{"work that can wait", never, at(time.Hour), 0, 0},
		{"both", at(2 * time.Hour), at(time.Hour), 2 * time.Hour, 0},
		{"urgent work at this moment", at(0), never, 0, 1},
		{"work at this moment that could wait", never, at(-time.Minute), 0, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openStore(t)
				r := NewRunner(s, nil, nil, nil, &fake{next: test.urgent}, &patientFake{fake{next: test.patient}})
				err := s.View(t.Context(), func(tx *store.Tx) error {
					d, err := r.Deadline(tx)
					if err != nil {
						return err
					}
					if d.Some != (test.next > 0) || d.Some && d.Next.Sub(tx.Now) != test.next {
						t.Errorf("next is %v %v, want in %s", d.Some, d.Next.Sub(tx.Now), test.next)
					}
					if len(d.Due) != test.due {
						t.Errorf("due are %v", d.Due)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestWhatCanWait(t *testing.T) {
	var waits []string
	for _, s := range All(Config{FlowRunRetentionOn: true}) {
		if p, ok := s.(Patient); ok && p.CanWait() != "" {
			waits = append(waits, s.Name())
		}
	}
	slices.Sort(waits)
	want := []string{"cancellations", "event-retention", "flow-run-retention", "foreman", "late-runs", "owners", "scheduler", "space"}
	if !slices.Equal(waits, want) {
		t.Errorf("these can wait: %v, want %v", waits, want)
	}
}
