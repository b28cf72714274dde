package api

import (
	"encoding/json"
	"testing"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// A filter that is accepted can be asked of the log.
func FuzzEventFilter(f *testing.F) {
	f.Add([]byte(`{"occurred":{"since":"2026-01-01T00:00:00Z"},"event":{"prefix":["a"],"exclude_name":["b"]},"order":"ASC"}`))
	f.Add([]byte(`{"resource":{"id":["a","b"],"id_prefix":["\udc00"],"labels":{"a\"b'":["!*","?[x"],"$.c":[]},"distinct":true}}`))
	f.Add([]byte(`{"related":[{"role":["x"],"labels":{"prefect.resource.role":["y"],"z":"*"},"resources_in_roles":[["a","b"]]}],"id":{"id":[]}}`))
	f.Add([]byte(`{"any_resource":{"id":["a"],"labels":{"prefect.resource.id":"?*"}},"text":{"query":"-\"a\\\" b +c !d"}}`))
	s := newTestServer(f, Config{})
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := pyjson.Parse(text)
		if err != nil {
			return
		}
		filter := &prefect.EventFilter{}
		if issues := decode.Into(value, filter); len(issues) > 0 {
			return
		}
		filter.Resolve(s.clock.Now())
		err = s.store.View(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.FilterEvents(filter, 5, 0, &store.EventPlace{}); err != nil {
				return err
			}
			if _, err := tx.CountEventsByResource(filter); err != nil {
				return err
			}
			_, err := tx.CountEvents(filter)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		events.Matches(filter, &prefect.Event{Resource: prefect.Resource{}, Related: []prefect.Resource{{}}})
		again, ok := parseEventToken(eventToken{Filter: filter, Count: 9, PageSize: 5, Offset: 5}.String())
		if !ok {
			t.Fatal("a token of the filter is refused")
		}
		first, _ := json.Marshal(filter)
		second, _ := json.Marshal(again.Filter)
		if string(first) != string(second) {
			t.Errorf("the token holds %s, not %s", second, first)
		}
	})
}

// Whatever comes back as a page token is either refused or harmless.
func FuzzPageToken(f *testing.F) {
	f.Add("")
	f.Add("ZXlKbWFXeDBaWElpT250OWZRPT0K")
	f.Add(eventToken{Filter: &prefect.EventFilter{Order: prefect.OldestFirst}, Count: 3, PageSize: 1, Offset: 1,
		After: &store.EventPlace{Sequence: 1}}.String())
	f.Fuzz(func(t *testing.T, text string) {
		token, ok := parseEventToken(text)
		if ok && (token.Filter == nil || token.PageSize < 0 || token.PageSize > 50 || token.Offset < 0) {
			t.Errorf("accepted: %+v", token)
		}
	})
}
