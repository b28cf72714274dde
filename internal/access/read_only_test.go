package access

import (
	"net/http/httptest"
	"testing"
)

func TestReadOnlyRefusal(t *testing.T) {
	page := map[string]string{"Origin": "https://prefect.example.com"}
	for _, test := range []struct {
		method, path string
		upgrade      bool
		headers      map[string]string
		refused      bool
	}{
		{"GET", "flow_runs/1", false, page, false},
		{"POST", "flow_runs/filter", false, page, false},
		{"POST", "flow_runs/", false, page, true},
		{"POST", "flow_runs/", false, nil, false},
		{"POST", "flow_runs/", false, map[string]string{"Origin": "null"}, true},
		{"POST", "flow_runs/", false, map[string]string{"Sec-Fetch-Mode": "cors", "Accept-Language": "*"}, false}, // fetch of Node
		{"DELETE", "flow_runs/filter", false, page, true},
		{"PATCH", "flow_runs/1", false, page, true},
		{"PUT", "automations/1", false, page, true},
		{"POST", "logs", false, page, true},
		{"POST", "reeve/flow_runs/1/logs", false, page, false},
		{"POST", "slas/apply-resource-slas/count", false, page, true},
		{"POST", "events/count-by/event", false, page, false},
		{"POST", "events", false, page, true},
		{"POST", "filter", false, page, true},
		{"GET", "events/out", true, page, false},
		{"GET", "events/in", true, page, true},
		{"GET", "events/in", true, nil, false},
	} {
		r := httptest.NewRequest(test.method, "/", nil)
		for name, value := range test.headers {
			r.Header.Set(name, value)
		}
		if why := ReadOnlyRefusal(r, test.path, test.upgrade); (why != "") != test.refused {
			t.Errorf("%s %s of %v (a websocket: %v): %q", test.method, test.path, test.headers, test.upgrade, why)
		}
	}
}
