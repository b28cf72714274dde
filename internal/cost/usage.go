package cost

import (
	"cmp"
	"slices"
	"time"
)

// Span is a time from Start until End.
type Span struct{ Start, End time.Time }

func (s Span) length() time.Duration { return max(0, s.End.Sub(s.Start)) }

// within is the part of the span that lies in another.
func (s Span) within(bounds Span) Span {
	if s.Start.Before(bounds.Start) {
		s.Start = bounds.Start
	}
	if s.End.After(bounds.End) {
		s.End = bounds.End
	}
	return s
}

// Awakening is one time that the server was awake, and what woke it.
type Awakening struct {
	Span
	Reason string
}

// Run is one run of a flow.
type Run struct {
	Flow string
	Span
}

// Usage is what an installation used in a month. Lengths of time are seconds.
type Usage struct {
	Month string `json:"month"` // "2026-11"
	// From is the start of what was measured: of the month, or of the ledger when
	// that is later. To is the end of the month, or now when that is earlier.
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Awake float64   `json:"awake_seconds"`
	// Wakes counts the awakenings that began in the time, Reasons by what woke it.
	Wakes   int            `json:"wakes"`
	Reasons map[string]int `json:"wakes_by_reason"`
	Flows   []FlowUsage    `json:"flows"`
	// Idle is the time awake without any run: requests, webhooks, the wait before sleep.
	Idle float64 `json:"idle_seconds"`
	// Database and Volume are sizes in bytes, Volume 0 when not known.
	Database int64 `json:"database_bytes"`
	Volume   int64 `json:"volume_bytes"`
}

// FlowUsage is what the runs of a flow used.
type FlowUsage struct {
	Flow string `json:"flow"`
	Runs int    `json:"runs"`
	// Ran is how long they ran together, Awake how much of the time awake they
	// caused: runs at the same time share it.
	Ran   float64 `json:"run_seconds"`
	Awake float64 `json:"awake_seconds"`
}

// Measured is the length of the time that was measured.
func (u *Usage) Measured() time.Duration { return max(0, u.To.Sub(u.From)) }

// Month returns the month that a moment is in.
func Month(at time.Time) Span {
	at = at.UTC()
	start := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	return Span{start, start.AddDate(0, 1, 0)}
}

// Measure makes the usage of a time from the awakenings and runs that reach
// into it; those of one installation, in any order.
func Measure(month string, bounds Span, awake []Awakening, runs []Run) Usage {
	u := Usage{Month: month, From: bounds.Start, To: bounds.End, Reasons: map[string]int{}, Flows: []FlowUsage{}}
	s := sweep{flows: map[string]*FlowUsage{}, active: map[string]int{}}
	for _, a := range awake {
		if !a.Start.Before(bounds.Start) && a.Start.Before(bounds.End) {
			u.Wakes++
			u.Reasons[a.Reason]++
		}
		s.add(a.within(bounds), "")
	}
	for _, r := range runs {
		f := s.flows[r.Flow]
		if f == nil {
			f = &FlowUsage{Flow: r.Flow}
			s.flows[r.Flow] = f
		}
		part := r.within(bounds)
		f.Runs++
		f.Ran += part.length().Seconds()
		s.add(part, r.Flow)
	}
	u.Awake, u.Idle = s.share()
	for _, f := range s.flows {
		u.Flows = append(u.Flows, *f)
	}
	slices.SortFunc(u.Flows, func(a, b FlowUsage) int { return cmp.Or(cmp.Compare(b.Awake, a.Awake), cmp.Compare(a.Flow, b.Flow)) })
	return u
}

// sweep goes through the moments at which something changes.
type sweep struct {
	changes []change
	flows   map[string]*FlowUsage
	active  map[string]int // runs under way, by flow
}

// change is a run that begins or ends, or, without a flow, the server that wakes or sleeps.
type change struct {
	at   time.Time
	flow string
	by   int
}

func (s *sweep) add(part Span, flow string) {
	if part.length() > 0 {
		s.changes = append(s.changes, change{part.Start, flow, 1}, change{part.End, flow, -1})
	}
}

// share returns each flow its part of the time awake, and the time awake with that
// which nobody caused.
func (s *sweep) share() (awake, idle float64) {
	slices.SortFunc(s.changes, func(a, b change) int { return a.at.Compare(b.at) })
	up, running := 0, 0
	for i, c := range s.changes {
		if i > 0 && up > 0 {
			passed := c.at.Sub(s.changes[i-1].at).Seconds()
			awake += passed
			if running == 0 {
				idle += passed
			}
			for flow, n := range s.active {
				s.flows[flow].Awake += passed * float64(n) / float64(running)
			}
		}
		if c.flow == "" {
			up += c.by
			continue
		}
		running += c.by
		if s.active[c.flow] += c.by; s.active[c.flow] == 0 {
			delete(s.active, c.flow)
		}
	}
	return awake, idle
}
