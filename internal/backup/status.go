package backup

import (
	"time"
)

// Status is how the copy of one database stands.
type Status struct {
	Database string `json:"database"` // "server" or "inbox"
	URL      string `json:"url"`
	// Until is the moment up to which all that was written has arrived, nil for
	// nothing yet.
	Until      *time.Time `json:"until"`
	Pending    bool       `json:"pending"` // something written has not arrived
	Generation string     `json:"generation,omitempty"`
	Pieces     int        `json:"pieces"`
	// Error is the last failure and Since when they began, nil when all is well.
	Error    *string    `json:"error"`
	Since    *time.Time `json:"failing_since"`
	Failures int        `json:"failures"`

	inFlight bool
}

// Status tells how the copy stands; false on nil.
func (s *Shipper) Status() (Status, bool) {
	if s == nil {
		return Status{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	said := s.status
	said.Pending = s.status.inFlight || s.changes != nil && s.changes.Pending()
	return said, true
}

// Report is the status as a value to print, nil on nil.
func (s *Shipper) Report() any {
	if status, ok := s.Status(); ok {
		return status
	}
	return nil
}

// note remembers how a step went. Failures are logged when they begin, and again
// each time their number has doubled.
func (s *Shipper) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		if s.status.Failures > 0 {
			s.Log.Warn("the backup works again", "url", s.URL, "database", s.Name, "failures", s.status.Failures)
		}
		s.status.Error, s.status.Since, s.status.Failures = nil, nil, 0
		return
	}
	text := err.Error()
	s.status.Error = &text
	if s.status.Since == nil {
		now := s.Clock.Now()
		s.status.Since = &now
	}
	s.status.Failures++
	if n := s.status.Failures; n&(n-1) == 0 {
		s.Log.Error("the database is not backed up", "url", s.URL, "database", s.Name, "error", err, "failures", n)
	}
}

func (s *Shipper) arrived(at position, point bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.inFlight = false
	s.status.Generation, s.status.Pieces = at.Generation, at.Number
	if point {
		s.status.Until = &at.Time
	}
}

func (s *Shipper) setInFlight(is bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.inFlight = is
}
