package prefect

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// SLAKind is what an agreement is about.
type SLAKind string

// The kinds: how long a run may take, how late it may start, and how long a
// deployment may go without a completed run.
const (
	SLACompletion SLAKind = "time-to-completion"
	SLALateness   SLAKind = "lateness"
	SLAFrequency  SLAKind = "frequency"
)

// SLASeverity is how bad a violation is.
type SLASeverity string

// Values implements decode.Enum.
func (SLASeverity) Values() []string { return []string{"minor", "low", "moderate", "high", "critical"} }

// SLACreate is an agreement as a client gives it: exactly one of Duration, StaleAfter
// and Within says which kind it is.
type SLACreate struct {
	Name     string      `json:"name" rule:"required,min=1,max=500"`
	Severity SLASeverity `json:"severity"`
	Enabled  *bool       `json:"enabled"`
	// OwnerResource is the deployment, as in the path.
	OwnerResource *string  `json:"owner_resource"`
	Duration      *Seconds `json:"duration"`
	StaleAfter    *Seconds `json:"stale_after"`
	Within        *Seconds `json:"within"`
}

// Defaults implements decode.Defaulter.
func (s *SLACreate) Defaults() { s.Severity = "moderate" }

// longestSLA is what an agreement may allow.
const longestSLA = 10 * 365 * 24 * time.Hour

// Check implements decode.Checker.
func (s *SLACreate) Check(in pyjson.Value, at *decode.At) {
	given := 0
	for _, bound := range []*Seconds{s.Duration, s.StaleAfter, s.Within} {
		if bound == nil {
			continue
		}
		given++
		if d := time.Duration(*bound); d <= 0 || d > longestSLA {
			at.ValueError("the time of an SLA must be more than 0 and at most 10 years", in)
		}
	}
	if given != 1 {
		at.ValueError("an SLA has exactly one of duration, stale_after and within", in)
	}
}

// Kind is what the agreement is about, and Bound the time that it allows.
func (s *SLACreate) Kind() (kind SLAKind, bound time.Duration) {
	switch {
	case s.Duration != nil:
		return SLACompletion, time.Duration(*s.Duration)
	case s.Within != nil:
		return SLALateness, time.Duration(*s.Within)
	case s.StaleAfter != nil:
		return SLAFrequency, time.Duration(*s.StaleAfter)
	}
	return "", 0
}

// mostSLAs bounds the agreements of a deployment.
const mostSLAs = 100

// SLACreates are all agreements of a deployment.
type SLACreates []SLACreate

// DecodeWire implements decode.Wire: names are unique.
func (s *SLACreates) DecodeWire(in pyjson.Value, at *decode.At) {
	if items := len(in.Items()); items > mostSLAs {
		at.ValueError(fmt.Sprintf("a deployment has at most %d SLAs, these are %d", mostSLAs, items), pyjson.Value{})
		return
	}
	at.Decode(in, (*[]SLACreate)(s))
	names := map[string]bool{}
	for i := range *s {
		name := (*s)[i].Name
		if names[name] {
			at.Key(i).ValueError(fmt.Sprintf("there are two SLAs named %q", name), in)
		}
		names[name] = true
	}
}

// SLA is an agreement about the runs of a deployment.
type SLA struct {
	ID            uuid.UUID   `json:"id"`
	Created       Time        `json:"created"`
	Updated       Time        `json:"updated"`
	Name          string      `json:"name"`
	Severity      SLASeverity `json:"severity"`
	Enabled       bool        `json:"enabled"`
	OwnerResource string      `json:"owner_resource"`
	// One of these is the time that it allows.
	Duration   *Seconds `json:"duration,omitempty"`
	StaleAfter *Seconds `json:"stale_after,omitempty"`
	Within     *Seconds `json:"within,omitempty"`

	Kind         SLAKind   `json:"-"`
	DeploymentID uuid.UUID `json:"-"`
}

// Bounded sets the time that the agreement allows.
func (s *SLA) Bounded(kind SLAKind, bound time.Duration) {
	seconds := Seconds(bound)
	s.Kind = kind
	switch kind {
	case SLACompletion:
		s.Duration = &seconds
	case SLALateness:
		s.Within = &seconds
	case SLAFrequency:
		s.StaleAfter = &seconds
	}
}

// Bound is the time that the agreement allows.
func (s *SLA) Bound() time.Duration {
	for _, bound := range []*Seconds{s.Duration, s.Within, s.StaleAfter} {
		if bound != nil {
			return time.Duration(*bound)
		}
	}
	return 0
}

// SLAMerge tells which agreements of a deployment were made, changed and deleted.
type SLAMerge struct {
	Created []*SLA `json:"created"`
	Updated []*SLA `json:"updated"`
	Deleted []*SLA `json:"deleted"`
}
