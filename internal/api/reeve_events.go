package api

import (
	"cmp"
	"math"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// What the pages of events show, each in one answer.
func (a *API) reeveEventRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/reeve/events/feed", "reeve_event_feed", a.eventFeed),
		rest.Get("/reeve/events/{id}/overview", "reeve_event_overview", a.eventOverview),
	}
}

const (
	feedBars  = 60 // of the histogram
	feedNames = 100
	// feedCounted is how many events a histogram and its names look at: the newest of the
	// time that is asked for, see store.EventsBack; of those that must be read the fewer.
	feedCounted, feedCountedRead = 30_000, 10_000
	// feedSearched is how many events are read for one page, at most, of a filter by texts
	// or labels: a page may have fewer events than there are, and the next goes on.
	feedSearched = 5_000
)

// isSearch reports whether events must be read to know whether they meet a filter.
func isSearch(f *prefect.EventFilter) bool {
	labels := f.Resource != nil && len(f.Resource.Labels) > 0
	for _, r := range f.Related {
		labels = labels || len(r.Labels) > 0
	}
	for _, r := range f.AnyResource {
		labels = labels || len(r.Labels) > 0
	}
	return labels || f.Text != nil
}

// feedQuery asks for events, the newest first: the first page of them with their
// histogram and names, or with After the next page alone. A page of a search ends where
// enough events were read, whatever was found.
type feedQuery struct {
	decode.Embedded
	Filter *prefect.EventFilter `json:"filter" rule:"required"`
	Limit  int                  `json:"limit" rule:"ge=1,le=200"`
	After  *feedPlace           `json:"after"`
}

// Defaults implements decode.Defaulter.
func (q *feedQuery) Defaults() { q.Limit = 100 }

// feedPlace is where a page ended.
type feedPlace struct {
	Occurred prefect.Time `json:"occurred" rule:"required"`
	Sequence int64        `json:"sequence" rule:"required"`
}

// feed is a page of events. Bars and Names are of all events of the filter from
// Counted on, Names the most frequent ones.
type feed struct {
	Events  []feedEvent  `json:"events"`
	Next    *feedPlace   `json:"next"` // where the next page begins, null at the end
	Bars    []feedBar    `json:"bars"`
	Names   []feedName   `json:"names"`
	Counted prefect.Time `json:"counted_since"`
	Since   prefect.Time `json:"since"`
	Until   prefect.Time `json:"until"`
	Now     prefect.Time `json:"now"`
}

// feedEvent is an event without its payload.
type feedEvent struct {
	ID       uuid.UUID          `json:"id"`
	Event    string             `json:"event"`
	Occurred prefect.Time       `json:"occurred"`
	Resource prefect.Resource   `json:"resource"`
	Related  []prefect.Resource `json:"related"`
}

func feedEventOf(e *prefect.ReceivedEvent) feedEvent {
	return feedEvent{e.ID, e.Event.Event, e.Occurred, e.Resource, e.Related}
}

// feedBar counts the events of a span of time.
type feedBar struct {
	Start prefect.Time `json:"start"`
	End   prefect.Time `json:"end"`
	Count int          `json:"count"`
}

// feedName counts the events of a name.
type feedName struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

func (a *API) eventFeed(r *http.Request, in *feedQuery) (*feed, error) {
	f := in.Filter
	f.Resolve(a.clock.Now())
	f.Order = prefect.NewestFirst
	return view(a, r, func(tx *store.Tx) (*feed, error) {
		out := &feed{Events: []feedEvent{}, Bars: []feedBar{}, Names: []feedName{}, Counted: *f.Occurred.Since, Since: *f.Occurred.Since, Until: *f.Occurred.Until, Now: prefect.At(tx.Now)}
		var after *store.EventPlace
		if in.After != nil {
			after = &store.EventPlace{Occurred: in.After.Occurred, Sequence: in.After.Sequence}
		}
		found, next, err := feedPage(tx, f, in.Limit, after, feedSearched)
		for _, e := range found {
			out.Events = append(out.Events, feedEventOf(e))
		}
		if next != nil {
			out.Next = &feedPlace{next.Occurred, next.Sequence}
		}
		if err != nil || after != nil {
			return out, err
		}
		newest := feedCounted
		switch {
		case isSearch(f):
			newest = feedSearched
		case len(f.AnyResource)+len(f.Related) > 0:
			newest = feedCountedRead
		}
		return out, out.count(tx, f, newest)
	})
}

// feedPage returns a page of events, and where the next begins; nil when there is none. Of
// a search it reads so many events at most.
func feedPage(tx *store.Tx, f *prefect.EventFilter, limit int, after *store.EventPlace, most int) (found []*prefect.ReceivedEvent, next *store.EventPlace, err error) {
	if isSearch(f) {
		last, more, err := tx.EventsBack(f, after, most)
		if err != nil {
			return nil, nil, err
		}
		if more {
			only := *f
			only.Occurred.Since, next = &last.Occurred, &last
			f = &only
		}
	}
	found, err = tx.FilterEvents(f, limit, 0, after)
	if next != nil {
		found = slices.DeleteFunc(found, func(e *prefect.ReceivedEvent) bool { // of the same moment, and read with the next page
			return e.Occurred.Equal(next.Occurred.Time) && e.Sequence < next.Sequence
		})
	}
	if n := len(found); n == limit {
		next = &store.EventPlace{Occurred: found[n-1].Occurred, Sequence: found[n-1].Sequence}
	}
	return found, next, err
}

// count counts the events of the filter, by time and by name, among the newest of its
// time.
func (f *feed) count(tx *store.Tx, filter *prefect.EventFilter, newest int) error {
	since, until := filter.Occurred.Since.Time, filter.Occurred.Until.Time
	buckets := events.NewBuckets(events.Second, math.Max(1, math.Ceil(until.Sub(since).Seconds()/feedBars)))
	switch back, more, err := tx.EventsBack(filter, nil, newest); {
	case err != nil:
		return err
	case more:
		f.Counted = back.Occurred
		only := *filter
		only.Occurred.Since = &f.Counted
		filter = &only
	}
	counts, names, err := tx.CountEventsByTimeAndName(filter, buckets)
	for _, bar := range buckets.Fill(counts, since, until, until) {
		f.Bars = append(f.Bars, feedBar{bar.Start, bar.End, bar.Count})
	}
	for name, n := range names {
		f.Names = append(f.Names, feedName{name, n})
	}
	slices.SortFunc(f.Names, func(a, b feedName) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	f.Names = f.Names[:min(len(f.Names), feedNames)]
	return err
}

// eventOverview is an event with what people call its resources, and the one that it
// follows.
type eventOverview struct {
	Event   *prefect.ReceivedEvent `json:"event" rule:"present"`
	Names   titled                 `json:"names"`
	Follows *feedEvent             `json:"follows"`
	Now     prefect.Time           `json:"now"`
}

// eventRelations bounds the resources of an event whose names are looked up.
const eventRelations = 100

func (a *API) eventOverview(r *http.Request) (*eventOverview, error) {
	return view(a, r, func(tx *store.Tx) (*eventOverview, error) {
		e, err := tx.ReadEvent(rest.ID(r, "id"))
		if err == nil && e == nil {
			err = fault.New(fault.NotFound, "Event not found.")
		}
		if err != nil {
			return nil, err
		}
		out := &eventOverview{Event: e, Names: titled{}, Now: prefect.At(tx.Now)}
		for _, resource := range append([]prefect.Resource{e.Resource}, e.Related[:min(len(e.Related), eventRelations)]...) {
			if out.Names[resource.ID()], err = tx.Title(resource.ID()); err != nil {
				return nil, err
			}
		}
		if e.Follows == nil {
			return out, nil
		}
		before, err := tx.ReadEvent(*e.Follows)
		if before != nil {
			shown := feedEventOf(before)
			out.Follows = &shown
		}
		return out, err
	})
}
