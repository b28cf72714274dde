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
