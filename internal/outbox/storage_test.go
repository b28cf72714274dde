package outbox

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// row is a delivery in the memory of a test.
type row struct {
	Item
	status   Status
	text     string // what was made, or why not
	attempts int
	finished time.Time
	again    time.Time // when somebody else made it wait again
}

// rows is a Storage in memory, and the Reporter of what happens.
type rows struct {
	mu       sync.Mutex
	all      []*row
	broken   error // what every write fails with
	reported []string
}

// errBroken stands for a disk that takes nothing.
var errBroken = errors.New("the disk is full")

func (s *rows) add(lane string, n int) {
	for range n {
		s.all = append(s.all, &row{Item: Item{Seq: int64(len(s.all)), Lane: lane, Size: 10}, status: Waiting})
	}
}

func (s *rows) Waiting(_ context.Context, since *time.Time) (all []Item, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.all {
		if r.status == Waiting && (since == nil || !r.again.Before(*since)) {
			all = append(all, r.Item)
		}
	}
	return all, nil
}

func (s *rows) Take(_ context.Context, seq int64) (*row, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[seq], s.all[seq].status == Waiting, nil
}

func (s *rows) Finish(_ context.Context, seq int64, r Result) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	at := s.all[seq]
	at.status, at.text, at.finished = Delivered, r.Made, time.Now()
	if r.Err != nil {
		at.status, at.text = Dead, r.Err.Error()
	}
	return nil
}

func (s *rows) Postpone(_ context.Context, seq int64, reason string, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.all[seq]
	at.text = reason
	at.attempts++
	return s.broken
}

func (s *rows) Purge(_ context.Context, status Status, before time.Time, _ int64) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.all {
		if r.status == status && r.finished.Before(before) {
			r.status = "gone"
			n++
		}
	}
	return n, nil
}

// resend is what the command line does to a dead letter.
func (s *rows) resend(seq int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[seq].status, s.all[seq].again = Waiting, time.Now()
}

// at returns a delivery as it is now.
func (s *rows) at(seq int) row {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.all[seq]
}

// number returns how many are of a status.
func (s *rows) number(status Status) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.all {
		if r.status == status {
			n++
		}
	}
	return n
}

func (s *rows) say(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reported = append(s.reported, what)
}

// heard reports whether something was reported.
func (s *rows) heard(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.reported, what)
}

func (s *rows) Ended(_ *row, r Result, unwritten error) {
	switch {
	case unwritten != nil:
		s.say("unwritten: " + unwritten.Error())
	case r.Err == nil:
		s.say("delivered")
	case r.Final:
		s.say("dead")
	default:
		s.say("failed")
	}
}
func (s *rows) Away(reason error)           { s.say("away: " + reason.Error()) }
func (s *rows) Back(after time.Duration)    { s.say("back after " + after.Round(time.Second).String()) }
func (s *rows) Purged(status Status, _ int) { s.say("purged " + string(status)) }
func (s *rows) LookFailed(err error)        { s.say("look: " + err.Error()) }
func (s *rows) PurgeFailed(err error)       { s.say("purge: " + err.Error()) }

// newOutbox returns the outbox of what is in s. It must be stopped in the test's bubble.
func newOutbox(t *testing.T, s *rows, attempt func(context.Context, *row) Result) *Outbox[*row] {
	t.Helper()
	machine := clock.System{}
	o, err := New(t.Context(), Config{Pauses: clock.Backoff{Least: time.Second, Most: time.Minute}, Look: time.Second, Keep: time.Hour, KeepDead: 3 * time.Hour,
		Most: 100, MostBytes: 1000}, s, attempt, s, machine, clock.NewIDs(machine))
	if err != nil {
		t.Fatal(err)
	}
	return o
}
