package api

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func TestHomeShowsWhatNeedsSomebody(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
	failed, running, paused, late, done := s.run(), s.run(), s.run(), s.run(), s.run()
	s.force(failed, object{"type": "RUNNING"})
	s.force(failed, object{"type": "CRASHED"})
	s.force(running, object{"type": "RUNNING"})
	s.force(paused, object{"type": "PAUSED", "state_details": object{"pause_timeout": in(time.Hour)}})
	s.force(late, object{"type": "SCHEDULED", "name": "Late"})
	s.force(done, object{"type": "COMPLETED"})
	next := s.made("/deployments/"+s.deployment+"/create_flow_run", object{"state": object{"type": "SCHEDULED", "state_details": object{"scheduled_time": in(2 * time.Hour)}}})
	s.made("/deployments/"+s.deployment+"/create_flow_run", object{"state": object{"type": "SCHEDULED", "state_details": object{"scheduled_time": in(48 * time.Hour)}}})
	type group struct {
		Rows  []object
		Count int
	}
	var got struct {
		Trouble struct {
			Failed, Late, Waiting, Deliveries group
			Webhooks                          int
		}
		Running group
		Next    []object
		History struct {
			Pieces int
			Flows  []struct {
				Name string
				Bars []struct {
					Piece, Runs int
					StateType   string `json:"state_type"`
				}
			}
		}
		Health *string
	}
	if code := s.ask(t, "GET", "/reeve/home", nil, &got); code != 200 {
		t.Fatalf("home: %d", code)
	}
	for name, pair := range map[string]struct {
		group
		want string
	}{"failed": {got.Trouble.Failed, failed}, "late": {got.Trouble.Late, late}, "waiting": {got.Trouble.Waiting, paused}, "running": {got.Running, running}} {
		if pair.Count != 1 || !slices.Equal(names(pair.Rows, "id"), []string{pair.want}) {
			t.Errorf("%s: %d, %v, want %s", name, pair.Count, names(pair.Rows, "id"), pair.want)
		}
	}
	if !slices.Equal(names(got.Next, "id"), []string{next}) {
		t.Errorf("next: %v, want %s", got.Next, next)
	}
	runs := 0
	if len(got.History.Flows) != 1 || got.History.Flows[0].Name != "f" {
		t.Fatalf("history: %+v", got.History)
	}
	for _, b := range got.History.Flows[0].Bars {
		runs += b.Runs
		if b.Piece < got.History.Pieces-2 || b.Piece >= got.History.Pieces {
			t.Errorf("a run of now is in piece %d of %d", b.Piece, got.History.Pieces)
		}
	}
	if runs != 5 || got.Health != nil {
		t.Errorf("%d runs in the bars, want those that are not still to come, 5; health %v", runs, got.Health)
	}
}

// What has only begun to start is not stuck; what has done so, or been cancelling, for long is.
func TestRunsThatAreStuck(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	starts, ends, runs := s.run(), s.run(), s.run()
	s.run() // waits
	s.force(starts, object{"type": "PENDING"})
	s.force(runs, object{"type": "RUNNING"})
	s.force(ends, object{"type": "RUNNING"})
	s.force(ends, object{"type": "CANCELLING"})
	for in, want := range map[time.Duration][]string{time.Hour: {starts, ends}, -homeStuck: {}} {
		err := s.store.View(t.Context(), func(tx *store.Tx) error {
			rows, n, err := tx.StuckFlowRuns(tx.Now.Add(in), 10)
			ids := []string{}
			for _, row := range rows {
				ids = append(ids, row.ID.String())
			}
			if !slices.Equal(ids, want) || n != len(want) {
				t.Errorf("%s: %v of %d, want %v", in, ids, n, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestSearch(t *testing.T) {
	s := newScene(t, object{"name": "pool-of-captions", "type": "process"})
	s.made("/flows/", object{"name": "Caption-Video"})
	run := s.made("/deployments/"+s.deployment+"/create_flow_run", object{"name": "caption-run"})
	s.made("/deployments/"+s.deployment+"/create_flow_run", object{"name": "run-of-caption"})
	for q, want := range map[string][]string{
		"caption": {"Caption-Video", "caption-run", "pool-of-captions"}, "CAPTION": {"Caption-Video", "pool-of-captions"},
		run: {"caption-run"}, "": {}, "%25": {}, "none": {},
	} {
		var got []object
		if code := s.ask(t, "GET", "/reeve/search?q="+q, nil, &got); code != 200 || !slices.Equal(names(got, "name"), want) {
			t.Errorf("%q: %d %v, want %v", q, code, names(got, "name"), want)
		}
	}
	if code := s.ask(t, "GET", "/reeve/search?q="+longText(201), nil, nil); code != 400 {
		t.Errorf("a text that is too long: %d", code)
	}
}

func longText(n int) string { return string(slices.Repeat([]byte("a"), n)) }

// What asks for values is told from what waits for a word.
func TestHomeTellsWhatARunWaitsFor(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	asks, waits := s.run(), s.run()
	for run, details := range map[string]object{asks: {"run_input_keyset": object{"schema": "s", "response": "r"}}, waits: {}} {
		s.force(run, object{"type": "RUNNING"})
		s.force(run, object{"type": "PAUSED", "state_details": details})
	}
	var got struct {
		Trouble struct {
			Waiting struct {
				Rows []struct {
					ID   string
					Asks bool
				}
			}
		}
	}
	s.ask(t, "GET", "/reeve/home", nil, &got)
	if len(got.Trouble.Waiting.Rows) != 2 {
		t.Fatalf("%+v", got)
	}
	for _, row := range got.Trouble.Waiting.Rows {
		if row.Asks != (row.ID == asks) {
			t.Errorf("%s asks: %v", row.ID, row.Asks)
		}
	}
}

// What was given up in the last day is among what needs somebody, with the dead letters
// of a gateway in the same process.
func TestHomeShowsWhatWasGivenUp(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	s.config.Webhooks = &inboxOf{}
	var automation prefect.Automation
	s.ask(t, "POST", "/automations/", object{"name": "tells", "actions": []any{object{"type": "do-nothing"}, object{"type": "do-nothing"}},
		"trigger": object{"type": "event", "posture": "Reactive", "expect": []string{"x"}, "threshold": 1, "within": 0}}, &automation)
	s.fire(t, &automation)
	look := func() (dead []object, count, webhooks int) {
		t.Helper()
		var got struct {
			Trouble struct {
				Deliveries struct {
					Rows  []object
					Count int
				}
				Webhooks int
			}
		}
		if code := s.ask(t, "GET", "/reeve/home", nil, &got); code != 200 {
			t.Fatalf("home: %d", code)
		}
		return got.Trouble.Deliveries.Rows, got.Trouble.Deliveries.Count, got.Trouble.Webhooks
	}
	if dead, count, webhooks := look(); dead == nil || len(dead) != 0 || count != 0 || webhooks != 3 {
		t.Errorf("before: %v, %d, %d", dead, count, webhooks)
	}
	err := s.store.Update(t.Context(), func(tx *store.Tx) error {
		waiting, err := tx.WaitingDeliveries(0, 2)
		if err != nil {
			return err
		}
		if _, err := tx.FinishDelivery(waiting[0].Sequence, true, store.DeliveryEnd{Reason: "it answered 404"}); err != nil {
			return err
		}
		_, err = tx.FinishDelivery(waiting[1].Sequence, false, store.DeliveryEnd{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if dead, count, _ := look(); count != 1 || !slices.Equal(names(dead, "reason"), []string{"it answered 404"}) {
		t.Errorf("after: %v, %d", dead, count)
	}
}

// An inbox that cannot be read takes none of the page but its own figure.
func TestHomeWithAnInboxThatCannotBeRead(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	s.config.Webhooks = &inboxOf{broken: errors.New("disk I/O error")}
	var got struct{ Health string }
	if code := s.ask(t, "GET", "/reeve/home", nil, &got); code != 200 || !strings.HasPrefix(got.Health, "the inbox of webhooks cannot be read") {
		t.Errorf("%d %q", code, got.Health)
	}
}
