package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// asked returns the status and body of a request.
func (s testServer) asked(t *testing.T, path, body string) (int, string) {
	t.Helper()
	response, err := http.Post(s.URL+"/api"+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// repeated is a list of JSON values made of a form with a number in it.
func repeated(form string, n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(form, i))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// Filters of any length are answered, or refused as what they are.
func TestFiltersOfAnyLength(t *testing.T) {
	s := newTestServer(t, Config{})
	log := new(bytes.Buffer)
	s.log = slog.New(slog.NewTextHandler(log, nil))
	lengths := []int{1, 999, 1000, 1001, 5000, 40_000}
	if racing {
		lengths = []int{1, 1001} // one goroutine reads a filter, whatever its length
	}
	for _, test := range []struct {
		name, path, form, item string
		most                   int // items that are taken; 0 for any number
	}{
		{"event prefixes", "/events/filter", `{"filter":{"event":{"prefix":%s}}}`, `"a%d"`, 1000},
		{"excluded prefixes", "/events/filter", `{"filter":{"event":{"exclude_prefix":%s}}}`, `"a%d"`, 1000},
		{"event names", "/events/filter", `{"filter":{"event":{"name":%s}}}`, `"a%d"`, 1000},
		{"resources by prefix", "/events/filter", `{"filter":{"resource":{"id_prefix":%s}}}`, `"a%d"`, 1000},
		{"any resource by prefix", "/events/filter", `{"filter":{"any_resource":{"id_prefix":%s}}}`, `"a%d"`, 1000},
		{"resources in roles", "/events/filter", `{"filter":{"related":{"resources_in_roles":%s}}}`, `["a%d","b"]`, 1000},
		{"labels", "/events/count-by/day", `{"filter":{"resource":{"labels":{"x":%s}}}}`, `"a*%d"`, 1000},
		{"related resources", "/events/filter", `{"filter":{"related":%s}}`, `{"id":["a%d"]}`, 1000},
		{"any resources", "/events/filter", `{"filter":{"any_resource":%s}}`, `{"id":["a%d"]}`, 1000},
		{"beginnings", "/flow_runs/filter", `{"flow_runs":{"name":{"any_":%s}}}`, `"a%d"`, 0},
		{"variables", "/variables/filter", `{"variables":{"name":{"any_":%s}}}`, `"a%d"`, 0},
		{"tags", "/flow_runs/filter", `{"flow_runs":{"tags":{"all_":%s}}}`, `"a%d"`, 0},
		{"ids", "/flow_runs/filter", `{"flow_runs":{"id":{"any_":%s}}}`, `"00000000-0000-0000-0000-%012d"`, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, n := range lengths {
				status, answer := s.asked(t, test.path, fmt.Sprintf(test.form, repeated(test.item, n)))
				want := http.StatusOK
				if test.most > 0 && n > test.most {
					want = http.StatusUnprocessableEntity
				}
				if status != want {
					t.Errorf("%d items: %d %.200s, want %d", n, status, answer, want)
				}
			}
		})
	}
	if log.Len() > 10_000 {
		t.Errorf("the log has %d bytes of it: %.1000s", log.Len(), log)
	}
}

// The time of a text search grows with the text, not with the text times the terms.
func TestManyTermsAreNoSlowerThanOne(t *testing.T) {
	s := newTestServer(t, Config{})
	var events []*prefect.Event
	for range 3000 {
		event := prefect.Event{ID: s.ids.V4(), Occurred: prefect.At(s.clock.Now()), Event: "x",
			Resource: prefect.Resource{prefect.ResourceID: "r"}, Payload: json.RawMessage(`{"text":"` + strings.Repeat("some words ", 200) + `"}`)}
		events = append(events, &event)
	}
	if err := s.live.Emit(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	search := func(terms int) time.Duration {
		query := strings.TrimSpace(strings.Repeat("-zz ", terms))
		began := time.Now()
		if status, answer := s.asked(t, "/events/filter", `{"filter":{"text":{"query":"`+query+`"}},"limit":1}`); status != http.StatusOK || !strings.Contains(answer, `"total":3000`) {
			t.Fatalf("%d %.300s", status, answer)
		}
		return time.Since(began)
	}
	search(1)
	if one, many := search(1), search(45); many > 10*one+time.Second {
		t.Errorf("45 terms take %v, one takes %v", many, one)
	} else {
		t.Logf("45 terms take %v, one takes %v", many, one)
	}
}

// Reading a filter by many tags over a run with many costs the sum, not the product.
func TestManyTagsOverManyTags(t *testing.T) {
	s := newTestServer(t, Config{})
	_, flow := s.asked(t, "/flows/", `{"name":"f"}`)
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(flow), &made); err != nil {
		t.Fatal(err)
	}
	tags := 5000
	if racing {
		tags = 500 // 5,000 take the detector half a minute
	}
	for range 20 {
		if status, answer := s.asked(t, "/flow_runs/", `{"flow_id":"`+made.ID+`","tags":`+repeated(`"tag-%d"`, tags)+`}`); status != http.StatusCreated {
			t.Fatalf("%d %.200s", status, answer)
		}
	}
	count := func(tags string) (string, time.Duration) {
		began := time.Now()
		status, answer := s.asked(t, "/flow_runs/count", `{"flow_runs":{"tags":{"all_":`+tags+`}}}`)
		if status != http.StatusOK {
			t.Fatalf("%d %.200s", status, answer)
		}
		return answer, time.Since(began)
	}
	_, one := count(fmt.Sprintf(`["tag-%d"]`, tags-1))
	found, many := count(repeated(`"tag-%d"`, 100))
	if found != "20" || many > 10*one+time.Second {
		t.Errorf("100 tags find %s of 20 runs in %v, one takes %v", found, many, one)
	}
	for tags, want := range map[string]string{`["tag-1","tag-1","tag-2"]`: "20", `["tag-1","other"]`: "0", `["other","other"]`: "0"} {
		if found, _ := count(tags); found != want {
			t.Errorf("%s finds %s, want %s", tags, found, want)
		}
	}
}
