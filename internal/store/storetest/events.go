package storetest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

var eventsCases = []Case{
	{"a query of the event log selects the events that its filter matches one by one", eventQueriesAndMatchesAgree},
	{"pages of events by place are the pages by offset", eventPagesByPlaceAndByOffsetAgree},
	{"an event that is sent again is there once, as it was sent first", anEventIsKeptOnce},
}

var eventDay = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// someEvents are events of few names, resources and labels, so that filters of
// the same few meet some of them.
func someEvents(random *rand.Rand, n int) []*prefect.Event {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	resource := func(role string) prefect.Resource {
		r := prefect.Resource{prefect.ResourceID: pick("a.1", "a.2", "b.1", "b.[x]")}
		if role != "" {
			r[prefect.ResourceRole] = role
		}
		if random.IntN(2) == 0 {
			r["kind"] = pick("red", "Red", "green", "100%", "a_b", "[x]", "")
		}
		return r
	}
	all := make([]*prefect.Event, n)
	for i := range all {
		id := uuid.New()
		e := &prefect.Event{ID: id, Event: pick("x.made", "x.gone", "y.made", "x"), Resource: resource(""),
			Occurred: prefect.At(eventDay.Add(time.Duration(random.IntN(600)) * time.Minute)),
			Payload:  fmt.Appendf(nil, `{"note":%q}`, pick("Hello World", "bye", "hello"))}
		for range random.IntN(3) {
			e.Related = append(e.Related, resource(pick("owner", "place")))
		}
		all[i] = e
	}
	return all
}

// someFilter is the JSON of a filter.
func someFilter(random *rand.Rand) string {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	id := func() string { return pick(`"a.1"`, `"b.1"`, `"b.[x]"`, `"a.1","b.1"`, ``) }
	prefix := func() string { return pick(`"a."`, `"b"`, `"a.1","b."`, ``) }
	labels := func() string {
		return pick(`{}`, `{"kind":"red"}`, `{"kind":["!red","green"]}`, `{"kind":"*e*"}`, `{"kind":"?ed"}`, `{"kind":[]}`, `{"kind":"re*"}`,
			`{"kind":"[x]"}`, `{"kind":"[*"}`, `{"kind":"100%"}`, `{"kind":"a?b"}`, `{"kind":"!*e*"}`, `{"kind":"!r*"}`, `{"prefect.resource.id":["a.*","b.1"]}`,
			`{"prefect.resource.id":"!a.1","kind":"*"}`, `{"absent":"*"}`)
	}
	related := func() string {
		return fmt.Sprintf(`{"id":[%s],"role":[%s],"resources_in_roles":[%s],"labels":%s}`, pick(``, id()), pick(``, `"owner"`, `"owner","place"`),
			pick(``, ``, `["a.1","owner"]`, `["a.1","owner"],["b.1","place"]`), pick(`null`, labels(), `{"prefect.resource.role":["owner"]}`))
	}
	part := func(name string, make func() string) string {
		if random.IntN(3) > 0 {
			return ""
		}
		return fmt.Sprintf(`,%q:%s`, name, make())
	}
	return `{"occurred":{"since":"2026-11-20T01:00:00Z","until":"2026-11-20T09:00:00Z"}` +
		part("event", func() string {
			return fmt.Sprintf(`{"name":[%s],"prefix":[%s],"exclude_name":[%s],"exclude_prefix":[%s]}`, pick(``, `"x"`, `"x.made","y.made"`),
				pick(``, `"x."`, `"x.","y"`), pick(``, `"x.gone"`), pick(``, ``, `"y"`))
		}) +
		part("resource", func() string {
			return fmt.Sprintf(`{"id":[%s],"id_prefix":[%s],"labels":%s}`, id(), prefix(), labels())
		}) +
		part("related", func() string { return pick(related(), "["+related()+","+related()+"]") }) +
		part("any_resource", func() string {
			return fmt.Sprintf(`{"id":[%s],"id_prefix":[%s],"labels":%s}`, id(), prefix(), labels())
		}) +
		part("text", func() string {
			return fmt.Sprintf(`{"query":%q}`, pick("hello", "-hello", "WORLD bye", `"hello world"`, "+hello +x.made", "!x.made made"))
		}) + `}`
}

func decodeFilter(t *testing.T, text string) *prefect.EventFilter {
	t.Helper()
	value, err := pyjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	filter := &prefect.EventFilter{}
	if issues := decode.Into(value, filter); len(issues) > 0 {
		t.Fatalf("%s: %v", text, issues)
	}
	filter.Resolve(eventDay)
	return filter
}

// The log's queries and the match of single events must select the same events.
func eventQueriesAndMatchesAgree(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	random := rand.New(rand.NewPCG(1, 2))
	all := someEvents(random, 400)
	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Emit(all...) }); err != nil {
		t.Fatal(err)
	}
	var met atomic.Int32
	t.Run("filters", func(t *testing.T) {
		for part := range 4 {
			texts := make([]string, 125)
			for i := range texts {
				texts[i] = someFilter(random)
			}
			t.Run(strconv.Itoa(part), func(t *testing.T) {
				t.Parallel()
				for _, text := range texts {
					if selectsSome := checkAgreement(t, s, all, text); selectsSome {
						met.Add(1)
					}
				}
			})
		}
	})
	if met.Load() < 100 {
		t.Errorf("only %d filters selected some of the events: the test says little", met.Load())
	}
}

// checkAgreement compares what a filter selects in SQL with what it matches
// event by event, and reports whether that was some events but not most.
func checkAgreement(t *testing.T, s *store.Store, all []*prefect.Event, text string) bool {
	t.Helper()
	filter := decodeFilter(t, text)
	var found []*prefect.ReceivedEvent
	var count int
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		if found, err = tx.FilterEvents(filter, 1000, 0, nil); err != nil {
			return err
		}
		count, err = tx.CountEvents(filter)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	selected := map[uuid.UUID]bool{}
	for _, e := range found {
		selected[e.ID] = true
	}
	if count != len(found) || len(selected) != len(found) {
		t.Fatalf("%s: %d events, %d ids, count %d", text, len(found), len(selected), count)
	}
	for _, e := range all {
		if matches := events.Matches(filter, e); matches != selected[e.ID] {
			shown, _ := json.Marshal(e)
			t.Fatalf("%s: event %s is selected %v, matches %v", text, shown, selected[e.ID], matches)
		}
	}
	return len(found) > 0 && len(found) < 300
}

func eventPagesByPlaceAndByOffsetAgree(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	all := someEvents(rand.New(rand.NewPCG(3, 4)), 300) // many of the same minute
	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Emit(all...) }); err != nil {
		t.Fatal(err)
	}
	for _, order := range []prefect.EventOrder{prefect.NewestFirst, prefect.OldestFirst} {
		filter := decodeFilter(t, `{"occurred":{"since":"2026-11-19T00:00:00Z","until":"2026-11-21T00:00:00Z"}}`)
		filter.Order = order
		err := s.View(t.Context(), func(tx *store.Tx) error {
			var after *store.EventPlace
			for offset := 0; offset < len(all); offset += 7 {
				byOffset, err := tx.FilterEvents(filter, 7, offset, nil)
				if err != nil {
					return err
				}
				byPlace, err := tx.FilterEvents(filter, 7, offset, after)
				if err != nil {
					return err
				}
				for i := range byOffset {
					if byOffset[i].ID != byPlace[i].ID {
						t.Fatalf("%s, offset %d: pages differ", order, offset)
					}
				}
				last := byPlace[len(byPlace)-1]
				after = &store.EventPlace{Occurred: last.Occurred, Sequence: last.Sequence}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func anEventIsKeptOnce(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	event := func(id uuid.UUID, name string) *prefect.Event {
		return &prefect.Event{ID: id, Event: name, Occurred: prefect.At(eventDay), Resource: prefect.Resource{prefect.ResourceID: "a"},
			Related: []prefect.Resource{{prefect.ResourceID: "b", prefect.ResourceRole: "owner"}}}
	}
	id, other := uuid.New(), uuid.New()
	for _, sent := range [][]*prefect.Event{
		{event(id, "first"), event(id, "second")},
		{event(id, "third"), event(other, "other")},
	} {
		if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Emit(sent...) }); err != nil {
			t.Fatal(err)
		}
	}
	err := s.View(t.Context(), func(tx *store.Tx) error {
		found, err := tx.ReadEventLog(0, 100, "", 100)
		if len(found) != 2 || found[0].ID != id || found[0].Event.Event != "first" || found[1].ID != other {
			t.Errorf("the log has %d events: %v", len(found), found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
