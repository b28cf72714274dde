package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// TestTheHistogramOfEventsLooksAtTheNewest: what it counts does not grow with the
// time that is asked for, and it says how far back it looked.
func TestTheHistogramOfEventsLooksAtTheNewest(t *testing.T) {
	s := newTestServer(t, Config{})
	begin := time.Now().Add(-time.Hour).Truncate(time.Second)
	at := func(n int) time.Time { return begin.Add(time.Duration(n) * time.Minute) }
	var all []string
	for n := range 9 {
		all = append(all, fmt.Sprintf(`{"id":"0199a7e2-3f5c-7d11-9c51-2b6d0f6f0a%02d","occurred":%q,"event":"a.%d","resource":{"prefect.resource.id":"r"}}`,
			n, at(n).UTC().Format(time.RFC3339Nano), n%2))
	}
	if status, text := s.asked(t, "/events", "["+strings.Join(all, ",")+"]"); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, text)
	}
	filter := &prefect.EventFilter{Event: &prefect.EventNameFilter{Name: []string{"a.0"}}}
	since, until := prefect.At(at(0).Add(-time.Minute)), prefect.At(at(9))
	filter.Occurred.Since, filter.Occurred.Until = &since, &until
	for _, test := range []struct {
		newest, counted int // of those with the name a.0
		from            time.Time
	}{{100, 5, since.Time}, {10, 5, since.Time}, {3, 2, at(6)}, {1, 1, at(8)}} {
		err := s.store.View(t.Context(), func(tx *store.Tx) error {
			f := feed{Counted: since}
			err := f.count(tx, filter, test.newest)
			sum := 0
			for _, bar := range f.Bars {
				sum += bar.Count
			}
			if sum != test.counted || len(f.Names) != 1 || f.Names[0].Count != test.counted || !f.Counted.Time.Equal(test.from) {
				t.Errorf("among the newest %d: %d, %v from %v; want %d from %v", test.newest, sum, f.Names, f.Counted, test.counted, test.from)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestASearchOfEventsReadsPieceByPiece: a page of a search reads a bounded number of events, and
// the pages together have each event once that meets the filter, also among those of one moment.
func TestASearchOfEventsReadsPieceByPiece(t *testing.T) {
	s := newTestServer(t, Config{})
	begin := time.Now().Add(-time.Hour).Truncate(time.Second)
	var all []string
	for n := range 24 {
		all = append(all, fmt.Sprintf(`{"id":"0199a7e2-3f5c-7d11-9c51-2b6d0f6f0b%02d","occurred":%q,"event":"a.b","resource":{"prefect.resource.id":"r","kind":"k%d"},"payload":{"text":"t%d"}}`,
			n, begin.Add(time.Duration(n/6)*time.Minute).UTC().Format(time.RFC3339Nano), n%6, n%6))
	}
	if status, text := s.asked(t, "/events", "["+strings.Join(all, ",")+"]"); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, text)
	}
	text := &prefect.EventFilter{Order: prefect.NewestFirst, Text: &prefect.EventTextFilter{Query: "t5"}}
	label := &prefect.EventFilter{Order: prefect.NewestFirst, Resource: &prefect.EventResourceFilter{Labels: prefect.LabelPatterns{"kind": {"k5"}}}}
	none := &prefect.EventFilter{Order: prefect.NewestFirst, Text: &prefect.EventTextFilter{Query: "nobody"}}
	for name, test := range map[string]struct {
		filter             *prefect.EventFilter
		limit, most, pages int
		found              int
	}{
		"by a text":          {text, 10, 4, 6, 4},
		"by a text, at once": {text, 10, 100, 1, 4},
		"full pages":         {text, 1, 100, 5, 4},
		"by a label":         {label, 10, 5, 5, 4},
		"what nobody has":    {none, 10, 10, 3, 0},
	} {
		since, until := prefect.At(begin.Add(-time.Minute)), prefect.At(begin.Add(time.Hour))
		test.filter.Occurred.Since, test.filter.Occurred.Until = &since, &until
		seen, pages := map[int64]bool{}, 0
		var after *store.EventPlace
		for more := true; more; pages++ {
			err := s.store.View(t.Context(), func(tx *store.Tx) error {
				found, next, err := feedPage(tx, test.filter, test.limit, after, test.most)
				for _, e := range found {
					if seen[e.Sequence] {
						t.Errorf("%s: event %d is there twice", name, e.Sequence)
					}
					seen[e.Sequence] = true
				}
				after, more = next, next != nil
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if len(seen) != test.found || pages < test.pages || pages > test.pages+1 {
			t.Errorf("%s: %d events on %d pages, want %d on %d", name, len(seen), pages, test.found, test.pages)
		}
	}
}
