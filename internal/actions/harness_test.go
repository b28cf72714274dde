package actions

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/prefect"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// asked is a request that the API was asked.
type asked struct{ line, body string }

// fakeAPI answers requests by "METHOD /path"; what it does not know is not found.
type fakeAPI struct {
	answers map[string]Answer
	asked   []asked
}

func (f *fakeAPI) Ask(_ context.Context, r Request) (Answer, error) {
	body, err := json.Marshal(r.Body)
	f.asked = append(f.asked, asked{r.Method + " " + r.Path, string(body)})
	if answer, known := f.answers[r.Method+" "+r.Path]; known {
		return answer, err
	}
	return Answer{Status: 404, Body: []byte(`{"detail":"Not found"}`)}, err
}

func said(status int, body string) Answer { return Answer{status, []byte(body)} }

// fakeWorld keeps what it is told.
type fakeWorld struct {
	blocks   []notify.Block
	messages []notify.Message
	payloads []string
	answer   notify.Answer
	err      error
}

func (w *fakeWorld) Notify(_ context.Context, b notify.Block, m notify.Message) (notify.Answer, error) {
	w.blocks, w.messages = append(w.blocks, b), append(w.messages, m)
	return w.answer, w.err
}

func (w *fakeWorld) Webhook(_ context.Context, b notify.Block, payload, key string) (notify.Answer, error) {
	w.blocks, w.payloads = append(w.blocks, b), append(w.payloads, payload+" "+key)
	return w.answer, w.err
}

var (
	runID        = "11111111-1111-4111-8111-111111111111"
	deploymentID = uuid.MustParse("22222222-2222-4222-8222-222222222222")
	queueID      = uuid.MustParse("33333333-3333-4333-8333-333333333333")
	poolID       = uuid.MustParse("44444444-4444-4444-8444-444444444444")
	automationID = uuid.MustParse("55555555-5555-4555-8555-555555555555")
	blockID      = uuid.MustParse("66666666-6666-4666-8666-666666666666")
	actionID     = uuid.MustParse("77777777-7777-4777-8777-777777777777")
)

// triggered is an action that the failure of a flow run asks for.
func triggered(action prefect.Action) *prefect.TriggeredAction {
	role := func(kind, id, role string) prefect.Resource {
		return prefect.Resource{prefect.ResourceID: kind + "." + id, prefect.ResourceRole: role, prefect.ResourceName: "my-" + role}
	}
	e := &prefect.ReceivedEvent{Event: prefect.Event{ID: uuid.MustParse("88888888-8888-4888-8888-888888888888"), Event: "prefect.flow-run.Failed",
		Occurred: prefect.At(start), Payload: json.RawMessage(`{"count": 3, "big": 12345678901234567890, "nested": {"a": ["b"]}}`),
		Resource: prefect.Resource{prefect.ResourceID: "prefect.flow-run." + runID, prefect.ResourceName: "brave-cat",
			"prefect.state-message": "it broke", "prefect.state-name": "Failed", "prefect.state-type": "FAILED", "prefect.state-timestamp": "2026-03-01T12:00:00Z"},
		Related: []prefect.Resource{role("prefect.deployment", deploymentID.String(), "deployment"), role("prefect.work-queue", queueID.String(), "work-queue"),
			role("prefect.work-pool", poolID.String(), "work-pool"), role("prefect.automation", automationID.String(), "creator")}}}
	labels := map[string]string{"prefect.resource.id": e.Resource.ID()}
	return &prefect.TriggeredAction{ID: actionID, Action: action, Triggered: prefect.At(start.Add(time.Second)), Event: e, Labels: labels,
		Automation: prefect.Automation{ID: automationID, AutomationCore: prefect.AutomationCore{Name: "tell me",
			Trigger: prefect.Trigger{Event: &prefect.EventTrigger{Posture: prefect.Reactive}}}},
		Firing: &prefect.Firing{ID: uuid.New(), Event: e, Labels: labels, Triggered: prefect.At(start), States: []prefect.TriggerState{prefect.Triggered},
			Trigger: prefect.Trigger{Event: &prefect.EventTrigger{Posture: prefect.Reactive}}}}
}

func perform(t *testing.T, api *fakeAPI, world *fakeWorld, a *prefect.TriggeredAction, again bool) *Outcome {
	t.Helper()
	p := &Performer{API: api, Notifier: world, Clock: clock.NewManual(start.Add(time.Minute)), Pages: "http://reeve"}
	return p.Perform(t.Context(), a, again)
}
