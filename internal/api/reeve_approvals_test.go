package api

import (
	"strings"
	"testing"
	"time"
)

// TestRunsThatWaitForSomebody: those that are paused, what they ask for and until when.
func TestRunsThatWaitForSomebody(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	pause := func(schema string) string {
		run, details := s.running(), object{"pause_timeout": until, "pause_key": "k"}
		if schema != "" {
			details["run_input_keyset"] = object{"schema": "k-schema", "response": "k-response"}
		}
		s.done("POST", "/flow_runs/"+run+"/set_state", object{"state": object{"type": "PAUSED", "message": "look", "state_details": details}})
		if schema != "" { // which comes once the run is paused
			s.done("POST", "/flow_runs/"+run+"/input", object{"key": "k-schema", "value": schema})
		}
		return run
	}
	plain, asks, large := pause(""), pause(`{"type":"object","properties":{"ok":{"type":"boolean"}}}`), pause(`{"title":"`+strings.Repeat("x", longestSchema)+`"}`)
	s.running()
	var page struct {
		Rows []struct {
			ID     string
			Asks   bool
			Schema object
			Until  *time.Time
		}
		Count int
	}
	if code := s.ask(t, "GET", "/reeve/approvals", nil, &page); code != 200 || page.Count != 3 || len(page.Rows) != 3 {
		t.Fatalf("%d %+v", code, page)
	}
	for _, row := range page.Rows {
		want := map[string][2]bool{plain: {false, false}, asks: {true, true}, large: {true, false}}[row.ID]
		if row.Asks != want[0] || (row.Schema["properties"] != nil) != want[1] || row.Until == nil {
			t.Errorf("%s: %+v", row.ID, row)
		}
	}
}
