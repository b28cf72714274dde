package api

import (
	"net/http"
	"strings"
	"testing"
)

// TestAgreementsThatAreNone: what is no agreement is refused, and nothing is kept of
// the list that it is in.
func TestAgreementsThatAreNone(t *testing.T) {
	s := newTestServer(t, Config{})
	d := s.deployed(t, nil)
	long := `[` + strings.TrimSuffix(strings.Repeat(`{"name":"n","duration":1},`, 101), ",") + `]`
	for body, says := range map[string]string{
		`[{"name":"a"}]`:                                                       "exactly one of duration, stale_after and within",
		`[{"name":"a","duration":1,"within":1}]`:                               "exactly one of duration, stale_after and within",
		`[{"name":"a","duration":0}]`:                                          "more than 0",
		`[{"name":"a","within":"P4000D"}]`:                                     "at most 10 years",
		`[{"name":"a","duration":1,"severity":"bad"}]`:                         "severity",
		`[{"name":"a","duration":1},{"name":"a","within":1}]`:                  "two SLAs named",
		`[{"name":"fine","duration":1},{"name":"b","stale_after":"nonsense"}]`: "stale_after",
		`[{"duration":1}]`:                                                     "Field required",
		`{}`:                                                                   "list",
		long:                                                                   "at most 100 SLAs",
	} {
		if status, text := s.asked(t, "/slas/apply-resource-slas/prefect.deployment."+d, body); status != 422 || !strings.Contains(text, says) {
			t.Errorf("%.60s: %d %.300s, want %q", body, status, text, says)
		}
	}
	var kept []any
	if status := s.ask(t, http.MethodGet, "/reeve/deployments/"+d+"/slas", nil, &kept); status != 200 || len(kept) != 0 {
		t.Errorf("kept: %d %v", status, kept)
	}
	for resource, want := range map[string]int{"prefect.deployment.0199a7e2-3f5c-7d11-9c51-2b6d0f6f0a11": http.StatusNotFound, "prefect.flow.x": 422, "x": 422} {
		if status, text := s.asked(t, "/slas/apply-resource-slas/"+resource, `[]`); status != want {
			t.Errorf("%s: %d %s", resource, status, text)
		}
	}
}
