package actions

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/prefect"
)

// told is what a notification says, changed before it is sent.
func told(t *testing.T, change func(*prefect.TriggeredAction)) notify.Message {
	t.Helper()
	action := prefect.Action{Type: prefect.SendNotification, Notification: &prefect.SendNotificationAction{BlockDocumentID: blockID,
		Subject: "{{ event.resource.name }} broke", Body: "look at {{ automation.name }}"}}
	triggered := triggered(action)
	change(triggered)
	api := &fakeAPI{answers: map[string]Answer{"GET /block_documents/" + blockID.String() + "?include_secrets=true": said(200,
		`{"name":"b","data":{},"block_type":{"slug":"slack-webhook"},"block_schema":{"capabilities":["notify"]}}`)}}
	world := &fakeWorld{}
	if out := perform(t, api, world, triggered, false); out.Failure != "" {
		t.Fatal(out.Failure)
	}
	return world.messages[0]
}

func run(name, state string) prefect.MessageSubject {
	return prefect.MessageSubject{Run: &prefect.NamedObject{ID: uuid.MustParse(runID), Name: name}, StateName: state, State: prefect.StateType(strings.ToUpper(state)),
		Flow: &prefect.NamedObject{Name: "etl"}, Occurred: prefect.At(start)}
}

// What is told together is counted, named and linked, whatever it is.
func TestSeveralMessagesInOne(t *testing.T) {
	etl := &prefect.NamedObject{Name: "etl"}
	for name, c := range map[string]struct {
		gathered *prefect.Gathered
		subject  string
		lines    []string
	}{
		"failures of a flow": {&prefect.Gathered{Number: 3, More: true, Group: etl, Kind: "flow", First: []prefect.MessageSubject{run("a", "Failed"), run("b", "Failed"), run("c", "Failed")}},
			"3 more runs of flow etl failed", []string{"- a (http://reeve/runs/flow-run/" + runID + "), Failed, 2026-03-01 12:00:00 UTC"}},
		"failures of several flows": {&prefect.Gathered{Number: 2, First: []prefect.MessageSubject{run("a", "Crashed"), run("b", "Crashed")}},
			"2 runs crashed", []string{"- a (http://reeve/runs/flow-run/" + runID + ") of flow etl, Crashed, 2026-03-01 12:00:00 UTC"}},
		"more than are named": {&prefect.Gathered{Number: 100, First: []prefect.MessageSubject{run("a", "Failed")}},
			"100 runs failed", []string{"- and 99 more"}},
		"several states": {&prefect.Gathered{Number: 2, Group: etl, Kind: "deployment", First: []prefect.MessageSubject{run("a", "Failed"), run("b", "Crashed")}},
			"2 runs of deployment etl: Failed, Crashed", nil},
		"another state": {&prefect.Gathered{Number: 2, First: []prefect.MessageSubject{run("a", "Late"), run("b", "Late")}}, "2 runs: Late", nil},
		"no runs": {&prefect.Gathered{Number: 2, More: true, First: []prefect.MessageSubject{{Occurred: prefect.At(start)}, {}}},
			"2 more messages of automation tell me", []string{"- event, 2026-03-01 12:00:00 UTC"}},
	} {
		m := told(t, func(a *prefect.TriggeredAction) { a.Gathered = c.gathered })
		if m.Subject != c.subject {
			t.Errorf("%s: the subject is %q, want %q", name, m.Subject, c.subject)
		}
		for _, line := range append(c.lines, "brave-cat broke", "look at tell me") {
			if !strings.Contains("\n"+m.Body+"\n", "\n"+line+"\n") {
				t.Errorf("%s: no line %q in %q", name, line, m.Body)
			}
		}
	}
}

// However many runs with whatever names are told together, a message has a size.
func TestASummaryIsBounded(t *testing.T) {
	g := &prefect.Gathered{Number: 1e6}
	for i := range 20 {
		one := run(strings.Repeat("x", 200), "Failed")
		one.Run.Name = fmt.Sprint(i, one.Run.Name)
		g.First = append(g.First, one)
	}
	if m := told(t, func(a *prefect.TriggeredAction) { a.Gathered = g }); len(m.Body) > 10_000 || len(m.Subject) > 1000 {
		t.Errorf("it has %d and %d bytes", len(m.Subject), len(m.Body))
	}
}

// The end of something is told under the incident that was raised, and only of that one.
func TestWhatIsOver(t *testing.T) {
	const incident = "prefect.flow-run.11111111-1111-4111-8111-111111111111"
	raised := told(t, func(a *prefect.TriggeredAction) { a.Incident = incident })
	over := told(t, func(a *prefect.TriggeredAction) {
		a.ID, a.Incident = uuid.New(), incident
		a.Resolution = &prefect.Resolution{Run: &prefect.NamedObject{ID: uuid.MustParse(runID), Name: "brave-cat"}, Occurred: prefect.At(start.Add(time.Hour))}
	})
	several := told(t, func(a *prefect.TriggeredAction) {
		a.Gathered = &prefect.Gathered{Number: 2, Group: &prefect.NamedObject{Name: "etl"}, Kind: "flow", First: []prefect.MessageSubject{run("a", "Failed"), run("b", "Failed")}}
		a.Resolution = &prefect.Resolution{Run: &prefect.NamedObject{Name: "c"}, Occurred: prefect.At(start)}
	})
	if !several.Resolved || several.Subject != "Resolved: 2 runs of flow etl failed" || !strings.HasPrefix(several.Body, "Flow run c ") || !strings.Contains(several.Body, "\n- b (") {
		t.Errorf("the end of several is told by %+v", several)
	}
	other := told(t, func(a *prefect.TriggeredAction) { a.Incident = "prefect.flow-run.x" })
	figure := told(t, func(a *prefect.TriggeredAction) { a.Resolution = &prefect.Resolution{Occurred: prefect.At(start)} })
	if raised.Resolved || raised.Subject != "brave-cat broke" || raised.Incident != automationID.String()+"/"+incident {
		t.Errorf("it was raised by %+v", raised)
	}
	if !over.Resolved || over.Subject != "Resolved: brave-cat broke" || over.Incident != raised.Incident || over.Key == raised.Key ||
		!strings.HasPrefix(over.Body, "Flow run brave-cat (http://reeve/runs/flow-run/"+runID+") completed at 2026-03-01 13:00:00 UTC.") {
		t.Errorf("its end is told by %+v", over)
	}
	if other.Incident == raised.Incident {
		t.Error("two runs are one incident")
	}
	if !figure.Resolved || !strings.HasPrefix(figure.Body, "What automation tell me told of is over since 2026-03-01 12:00:00 UTC.") {
		t.Errorf("the end of a figure is told by %+v", figure)
	}
}
