package postgres

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// notice is from when on what goes on is named.
const notice = time.Second

// slow knows what goes on, and since when.
type slow struct {
	clock clock.Clock
	mu    sync.Mutex
	last  uint64
	going map[uint64]started
}

type started struct {
	kind, what string
	at         time.Time
}

func newSlow(c clock.Clock) *slow { return &slow{clock: c, going: map[uint64]started{}} }

// begin notes that something begins; what it returns, that it has ended.
func (s *slow) begin(kind, what string) func() {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	n := s.last
	s.going[n] = started{kind, what, now}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.going, n)
	}
}

// names are what has been going on for long, in a sentence each.
func (s *slow) names() (all []string) {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.going {
		if took := now.Sub(g.at); took >= notice {
			all = append(all, fmt.Sprintf("a %s has been going on for %v: %s", g.kind, took.Round(time.Millisecond), g.what))
		}
	}
	slices.Sort(all)
	return all
}
