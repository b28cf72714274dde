package replay

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// How a server tells that an automation has fired.
const (
	eventTriggered     = "prefect.automation.triggered"
	automationResource = "prefect.automation."
)

const (
	// mostCompared bounds the firings of an automation that are compared.
	mostCompared = 100_000
	// sameTime is how far apart two firings may be that are not about the same event:
	// windows are looked at now and then.
	sameTime = time.Minute
)

// Comparer plays the log of another server to an automation, and compares what fires with
// what that server has told. It is not for several goroutines.
type Comparer struct {
	played *Replay
	from   time.Time
	of     string // the resource that those events are about
	theirs []told
}

// told is a firing as far as the event of a server tells.
type told struct {
	at     time.Time
	labels string
	event  uuid.UUID // Nil for none
}

// Comparison is how the firings of an automation compare.
type Comparison struct {
	Theirs int `json:"theirs"`
	Ours   int `json:"ours"`
	// Same are those that are about the same event, or by the same labels within a minute.
	Same int `json:"same"`
	// OnlyTheirs and OnlyOurs are when the others were.
	OnlyTheirs []time.Time `json:"only_theirs"`
	OnlyOurs   []time.Time `json:"only_ours"`
}

// Compare begins the comparison of an automation as it was from a time on.
func Compare(a *prefect.Automation, from time.Time) (*Comparer, error) {
	played, err := New(a, from, mostCompared, nil)
	return &Comparer{played: played, from: from, of: automationResource + a.ID.String()}, err
}

// Event takes the next event of the log, which begins triggers.Lookback before the comparison.
func (c *Comparer) Event(e *prefect.ReceivedEvent) error {
	if e.Received.Before(c.from) {
		c.played.Seen(e.ID)
		return nil
	}
	if e.Event.Event == eventTriggered && e.Resource.ID() == c.of && len(c.theirs) < mostCompared {
		var payload struct {
			Labels map[string]string `json:"triggering_labels"`
			Event  *struct {
				ID uuid.UUID `json:"id"`
			} `json:"triggering_event"`
		}
		if err := json.Unmarshal(e.Payload, &payload); err == nil { // anybody may send such an event
			t := told{at: e.Occurred.Time, labels: joined(payload.Labels)}
			if payload.Event != nil {
				t.event = payload.Event.ID
			}
			c.theirs = append(c.theirs, t)
		}
	}
	return c.played.Event(e)
}

// End lets the time pass until at, and compares.
func (c *Comparer) End(at time.Time) (*Comparison, error) {
	if err := c.played.End(at); err != nil {
		return nil, err
	}
	out := &Comparison{Theirs: len(c.theirs), Ours: c.played.Fired()}
	var ours []told
	for _, f := range c.played.Firings() {
		t := told{at: f.Triggered.Time, labels: joined(f.Labels)}
		if f.Event != nil {
			t.event = f.Event.ID
		}
		ours = append(ours, t)
	}
	theirs, ours := sameEvent(c.theirs, ours)
	theirs, ours = sameMoment(theirs, ours)
	out.Same = out.Theirs - len(theirs)
	out.OnlyTheirs, out.OnlyOurs = times(theirs), times(ours)
	return out, nil
}

// sameEvent takes the pairs that are about the same event, for the same labels, out of two
// lists.
func sameEvent(theirs, ours []told) (restTheirs, restOurs []told) {
	type about struct {
		labels string
		event  uuid.UUID
	}
	open := map[about]int{}
	for _, o := range ours {
		if o.event != uuid.Nil {
			open[about{o.labels, o.event}]++
		}
	}
	taken := map[about]int{}
	for _, t := range theirs {
		if key := (about{t.labels, t.event}); open[key] > 0 {
			open[key]--
			taken[key]++
			continue
		}
		restTheirs = append(restTheirs, t)
	}
	for _, o := range ours {
		if key := (about{o.labels, o.event}); taken[key] > 0 {
			taken[key]--
			continue
		}
		restOurs = append(restOurs, o)
	}
	return restTheirs, restOurs
}

// sameMoment takes the pairs out of two lists that are for the same labels and at about
// the same time.
func sameMoment(theirs, ours []told) (restTheirs, restOurs []told) {
	byTime := func(a, b told) int { return cmp.Or(strings.Compare(a.labels, b.labels), a.at.Compare(b.at)) }
	slices.SortFunc(theirs, byTime)
	slices.SortFunc(ours, byTime)
	i, j := 0, 0
	for i < len(theirs) && j < len(ours) {
		t, o := theirs[i], ours[j]
		switch {
		case t.labels == o.labels && t.at.Sub(o.at).Abs() <= sameTime:
			i, j = i+1, j+1
		case byTime(t, o) < 0:
			restTheirs, i = append(restTheirs, t), i+1
		default:
			restOurs, j = append(restOurs, o), j+1
		}
	}
	return append(restTheirs, theirs[i:]...), append(restOurs, ours[j:]...)
}

// times are when firings were, in order.
func times(all []told) []time.Time {
	out := make([]time.Time, len(all))
	for i, t := range all {
		out[i] = t.at
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// joined are labels as one text.
func joined(labels map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, strconv.Quote(name)+"="+strconv.Quote(labels[name]))
	}
	return strings.Join(parts, ",")
}
