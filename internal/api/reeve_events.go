package api

import (
	"math"
	"net/http"

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
	// feedCounted is how many events a histogram and its names look at: the newest
	// of the time that is asked for, whether they meet the filter or not.
	feedCounted = 200_000
)

// feedQuery asks for events, the newest first: the first page of them with their
// histogram and names, or with After the next page alone.
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
		found, err := tx.FilterEvents(f, in.Limit, 0, after)
		for _, e := range found {
			out.Events = append(out.Events, feedEventOf(e))
		}
		if n := len(found); n == in.Limit {
			out.Next = &feedPlace{found[n-1].Occurred, found[n-1].Sequence}
		}
		if err != nil || after != nil {
			return out, err
		}
		return out, out.count(tx, f, feedCounted)
	})
}

// count counts the events of the filter, by time and by name, among the newest of its
// time.
func (f *feed) count(tx *store.Tx, filter *prefect.EventFilter, newest int) error {
	since, until := filter.Occurred.Since.Time, filter.Occurred.Until.Time
	buckets := events.NewBuckets(events.Second, math.Max(1, math.Ceil(until.Sub(since).Seconds()/feedBars)))
	switch back, more, err := tx.EventsBack(since, until, newest); {
	case err != nil:
		return err
	case more:
		f.Counted = prefect.At(back)
		only := *filter
		only.Occurred.Since = &f.Counted
		filter = &only
	}
	counts, err := tx.CountEventsByTime(filter, buckets)
	if err != nil {
		return err
	}
	for _, bar := range buckets.Fill(counts, since, until, until) {
		f.Bars = append(f.Bars, feedBar{bar.Start, bar.End, bar.Count})
	}
	names, err := tx.CountEventsByName(filter)
	for _, name := range names[:min(len(names), feedNames)] {
		f.Names = append(f.Names, feedName{name.Value, name.Count})
	}
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
