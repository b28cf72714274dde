package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/notify"
)

func TestABlockIsTried(t *testing.T) {
	var got []string
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = append(got, r.Header.Get("Authorization")+" "+string(body))
		if r.URL.Path == "/full" {
			w.Header().Set("Retry-After", "5")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "taken")
	}))
	defer service.Close()
	s := newTestServer(t, Config{Notify: notify.New(notify.Options{Clock: clock.System{}, Private: []string{"127.0.0.0/8"}})})
	type result struct {
		Block                 string
		Delivered, Final      bool
		Status                int
		Answer, Problem, Hint string
	}
	for _, c := range []struct {
		slug, name string
		data       object
		want       result
		sent       string
	}{
		{"custom-webhook", "ours", object{"name": "n", "url": service.URL, "json_data": object{"b": "{{ body }}"}, "headers": object{"Authorization": "Bearer {{ key }}"}, "secrets": object{"key": "in clear"}},
			result{Block: "custom-webhook/ours", Delivered: true, Status: 200, Answer: "taken"}, `Bearer in clear {"b":"This is a test`},
		{"webhook", "hook", object{"url": service.URL}, result{Block: "webhook/hook", Delivered: true, Status: 200, Answer: "taken"}, `{"message": "This is a test`},
		{"webhook", "full", object{"url": service.URL + "/full"}, result{Block: "webhook/full", Status: 503, Problem: "127.0.0.1 answers 503 Service Unavailable"}, `{"message"`},
		{"webhook", "narrow", object{"url": service.URL, "allow_private_urls": false},
			result{Block: "webhook/narrow", Final: true, Problem: "127.0.0.1 is an address of the server's own network, which the block does not reach",
				Hint: "save the block with allow_private_urls = true, or with another address"}, ""},
	} {
		got = nil
		id := saveBlock(t, s, c.slug, c.name, c.data)
		var have result
		if code := s.ask(t, "POST", "/reeve/block_documents/"+id+"/test_notification", nil, &have); code != 200 || have != c.want {
			t.Errorf("%s/%s: %d, %+v", c.slug, c.name, code, have)
		}
		if sent := strings.Join(got, "\n"); (sent == "") != (c.sent == "") || !strings.Contains(sent, c.sent) {
			t.Errorf("%s/%s sent %q", c.slug, c.name, sent)
		}
	}
	if code := s.ask(t, "POST", "/reeve/block_documents/"+saveBlock(t, s, "secret", "word", object{"value": "x"})+"/test_notification", nil, nil); code != 422 {
		t.Errorf("a secret: %d", code)
	}
	if code := s.ask(t, "POST", "/reeve/block_documents/0199a7e2-3f5c-7d11-9c51-2b6d0f6f0a11/test_notification", nil, nil); code != 404 {
		t.Errorf("no block: %d", code)
	}
}

// saveBlock saves a document of a type of the catalogue and returns its id.
func saveBlock(t *testing.T, s testServer, slug, name string, data object) string {
	t.Helper()
	var of, document struct{ ID string }
	var schemas []struct{ ID string }
	if code := s.ask(t, "GET", "/block_types/slug/"+slug, nil, &of); code != 200 {
		t.Fatalf("%s: %d", slug, code)
	}
	s.ask(t, "POST", "/block_schemas/filter", object{"block_schemas": object{"block_type_id": object{"any_": []string{of.ID}}}}, &schemas)
	if code := s.ask(t, "POST", "/block_documents/", object{"name": name, "data": data, "block_type_id": of.ID, "block_schema_id": schemas[0].ID}, &document); code != 201 {
		t.Fatalf("%s: %d", name, code)
	}
	return document.ID
}
