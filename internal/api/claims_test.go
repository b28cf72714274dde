package api

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/wire"
)

// A claim says in its own request whose it is; one that cannot be read is
// refused before anything is stored.
func TestAClaimSaysWhoseItIs(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	propose := func(run, claim string) int {
		t.Helper()
		request, err := http.NewRequest("POST", s.URL+"/api/flow_runs/"+run+"/set_state", bytes.NewBufferString(`{"state": {"type": "PENDING"}}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set(wire.ClaimHeader, claim)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		return answer.StatusCode
	}
	run := s.run()
	for _, bad := range []string{"{", "[]", `{"a": 1}`, `{"a": "` + string(bytes.Repeat([]byte("x"), largestClaim)) + `"}`} {
		if status := propose(run, bad); status != http.StatusUnprocessableEntity {
			t.Errorf("claim %.20s: status %d", bad, status)
		}
	}
	if status := propose(run, `{"prefect.worker.name": "w"}`); status != http.StatusCreated {
		t.Errorf("a claim: status %d", status)
	}
	var got struct{ Labels map[string]any }
	s.ask(t, "GET", "/flow_runs/"+run, nil, &got)
	if got.Labels[prefect.WorkerNameLabel] != "w" {
		t.Errorf("labels %v", got.Labels)
	}
}
