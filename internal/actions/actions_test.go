package actions

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/prefect"
)

const accepted = `{"status": "ACCEPT", "details": {"type": "accept_details"}}`

func object(text string) *prefect.Object {
	o := prefect.Object(text)
	return &o
}

// TestActions: what each of the actions asks of the server, and how it went.
func TestActions(t *testing.T) {
	message := "look"
	inferred := prefect.DeploymentTarget{Source: prefect.Inferred}
	for name, c := range map[string]struct {
		action  prefect.Action
		answers map[string]Answer
		want    asked
		failure string
		target  string
	}{
		"do nothing": {action: prefect.Action{Type: prefect.DoNothing}},
		"pause a deployment that is selected": {
			action:  prefect.Action{Type: prefect.PauseDeployment, Deployment: &prefect.DeploymentTarget{Source: prefect.Selected, DeploymentID: &deploymentID}},
			answers: map[string]Answer{"POST /deployments/" + deploymentID.String() + "/pause_deployment": said(200, "null")},
			want:    asked{"POST /deployments/" + deploymentID.String() + "/pause_deployment", "null"}, target: "prefect.deployment." + deploymentID.String()},
		"resume one that is inferred": {
			action:  prefect.Action{Type: prefect.ResumeDeployment, Deployment: &inferred},
			answers: map[string]Answer{"POST /deployments/" + deploymentID.String() + "/resume_deployment": said(200, "null")},
			want:    asked{"POST /deployments/" + deploymentID.String() + "/resume_deployment", "null"}},
		"a deployment that is gone": {
			action: prefect.Action{Type: prefect.PauseDeployment, Deployment: &inferred},
			want:   asked{"POST /deployments/" + deploymentID.String() + "/pause_deployment", "null"}, failure: "Unexpected status from 'pause-deployment' action: 404"},
		"cancel": {
			action: prefect.Action{Type: prefect.CancelFlowRun}, answers: map[string]Answer{"POST /flow_runs/" + runID + "/set_state": said(200, accepted)},
			want: asked{"POST /flow_runs/" + runID + "/set_state",
				`{"force":false,"state":{"type":"CANCELLING","name":null,"message":"Cancelled by Automation ` + automationID.String() + `"}}`},
			target: "prefect.flow-run." + runID},
		"cancel what is over": {
			action:  prefect.Action{Type: prefect.CancelFlowRun},
			answers: map[string]Answer{"POST /flow_runs/" + runID + "/set_state": said(200, `{"status":"ABORT","details":{"reason":"it is over"}}`)},
			failure: "Failed to set state: it is over"},
		"change the state": {
			action:  prefect.Action{Type: prefect.ChangeFlowRunState, State: &prefect.ChangeFlowRunStateAction{State: prefect.Failed, Message: &message, Force: true}},
			answers: map[string]Answer{"POST /flow_runs/" + runID + "/set_state": said(201, accepted)},
			want:    asked{"POST /flow_runs/" + runID + "/set_state", `{"force":true,"state":{"type":"FAILED","name":null,"message":"look"}}`}},
		"suspend": {
			action: prefect.Action{Type: prefect.SuspendFlowRun}, answers: map[string]Answer{"POST /flow_runs/" + runID + "/set_state": said(201, accepted)},
			want: asked{"POST /flow_runs/" + runID + "/set_state", `{"force":false,"state":{"type":"PAUSED","name":"Suspended","message":"Suspended by Automation ` +
				automationID.String() + `","state_details":{"pause_reschedule":true,"pause_timeout":"2026-03-01T13:01:00Z"}}}`}},
		"resume": {
			action: prefect.Action{Type: prefect.ResumeFlowRun}, answers: map[string]Answer{"POST /flow_runs/" + runID + "/resume": said(200, accepted)},
			want: asked{"POST /flow_runs/" + runID + "/resume", "null"}},
		"resume what is not paused": {
			action:  prefect.Action{Type: prefect.ResumeFlowRun},
			answers: map[string]Answer{"POST /flow_runs/" + runID + "/resume": said(200, `{"status":"ABORT","details":{"reason":"not paused"}}`)},
			failure: "Failed to resume flow run: not paused"},
		"delete": {
			action: prefect.Action{Type: prefect.DeleteFlowRun}, answers: map[string]Answer{"DELETE /flow_runs/" + runID: said(204, "")},
			want: asked{"DELETE /flow_runs/" + runID, "null"}},
		"pause a queue": {
			action:  prefect.Action{Type: prefect.PauseWorkQueue, WorkQueue: &prefect.WorkQueueTarget{Source: prefect.Inferred}},
			answers: map[string]Answer{"PATCH /work_queues/" + queueID.String(): said(204, "")},
			want:    asked{"PATCH /work_queues/" + queueID.String(), `{"is_paused":true}`}, target: "prefect.work-queue." + queueID.String()},
		"resume a pool": {
			action:  prefect.Action{Type: prefect.ResumeWorkPool, WorkPool: &prefect.WorkPoolTarget{Source: prefect.Inferred}},
			answers: map[string]Answer{"POST /work_pools/filter": said(200, `[{"name":"a b"}]`), "PATCH /work_pools/a%20b": said(204, "")},
			want:    asked{"PATCH /work_pools/a%20b", `{"is_paused":false}`}, target: "prefect.work-pool." + poolID.String()},
		"a pool that is gone": {
			action:  prefect.Action{Type: prefect.ResumeWorkPool, WorkPool: &prefect.WorkPoolTarget{Source: prefect.Inferred}},
			answers: map[string]Answer{"POST /work_pools/filter": said(200, `[]`)}, failure: "Work pool " + poolID.String() + " not found"},
		"pause an automation": {
			action:  prefect.Action{Type: prefect.PauseAutomation, Automation: &prefect.AutomationTarget{Source: prefect.Inferred}},
			answers: map[string]Answer{"PATCH /automations/" + automationID.String(): said(204, "")},
			want:    asked{"PATCH /automations/" + automationID.String(), `{"enabled":false}`}},
		"run a deployment": {
			action: prefect.Action{Type: prefect.RunDeployment, Run: &prefect.RunDeploymentAction{DeploymentTarget: inferred, ScheduleAfter: prefect.Seconds(time.Hour),
				Parameters: object(`{"name": "{{ event.resource.name }}", "count": "{{ event.payload.count }}", "kept": 1}`), JobVariables: object(`{"a":1}`)}},
			answers: map[string]Answer{"POST /deployments/" + deploymentID.String() + "/create_flow_run": said(201, `{"id":"`+runID+`","name":"new-run"}`)},
			want: asked{"POST /deployments/" + deploymentID.String() + "/create_flow_run",
				`{"idempotency_key":"automation ` + automationID.String() + `, action 0, invocation ` + actionID.String() + `","job_variables":{"a":1},` +
					`"parameters":{"name":"brave-cat","count":3,"kept":1},` +
					`"state":{"name":"Scheduled","state_details":{"scheduled_time":"2026-03-01T13:01:00Z"},"type":"SCHEDULED"}}`}},
		"run a deployment with a variable that is not there": {
			action: prefect.Action{Type: prefect.RunDeployment, Run: &prefect.RunDeploymentAction{DeploymentTarget: inferred,
				Parameters: object(`{"x": {"__prefect_kind": "workspace_variable", "variable_name": "none"}}`)}},
			failure: "Unable to create flow run from deployment: Variable 'none' not found in workspace."},
		"run a deployment whose parameters are refused": {
			action:  prefect.Action{Type: prefect.RunDeployment, Run: &prefect.RunDeploymentAction{DeploymentTarget: inferred}},
			answers: map[string]Answer{"POST /deployments/" + deploymentID.String() + "/create_flow_run": said(409, `{"detail":"no such parameter"}`)},
			failure: "Validation error occurred for 'run-deployment' - no such parameter"},
	} {
		t.Run(name, func(t *testing.T) {
			api := &fakeAPI{answers: c.answers}
			out := perform(t, api, nil, triggered(c.action), false)
			if out.Failure != c.failure || out.Again {
				t.Errorf("it failed with %q (again: %v), want %q", out.Failure, out.Again, c.failure)
			}
			if c.want.line != "" && (len(api.asked) == 0 || api.asked[len(api.asked)-1] != c.want) {
				t.Errorf("the server was asked %v, want %v", api.asked, c.want)
			}
			if c.target != "" && (len(out.Related) == 0 || out.Related[0].ID() != c.target || out.Related[0].Role() != "target") {
				t.Errorf("it is about %v, want %s", out.Related, c.target)
			}
		})
	}
}

// TestNothingToInfer: what an action is about has to be found in the event.
func TestNothingToInfer(t *testing.T) {
	for kind, action := range map[string]prefect.Action{
		"deployment": {Type: prefect.PauseDeployment, Deployment: &prefect.DeploymentTarget{Source: prefect.Inferred}},
		"work queue": {Type: prefect.PauseWorkQueue, WorkQueue: &prefect.WorkQueueTarget{Source: prefect.Inferred}},
		"work pool":  {Type: prefect.PauseWorkPool, WorkPool: &prefect.WorkPoolTarget{Source: prefect.Inferred}},
		"automation": {Type: prefect.PauseAutomation, Automation: &prefect.AutomationTarget{Source: prefect.Inferred}},
	} {
		a := triggered(action)
		a.Event = nil
		if out := perform(t, &fakeAPI{}, nil, a, false); out.Failure != "No event to infer the "+kind {
			t.Errorf("%s: %q", kind, out.Failure)
		}
		a.Event = &prefect.ReceivedEvent{Event: prefect.Event{Resource: prefect.Resource{prefect.ResourceID: "x"}}}
		if out := perform(t, &fakeAPI{}, nil, a, false); out.Failure != "No "+kind+" could be inferred" {
			t.Errorf("%s: %q", kind, out.Failure)
		}
	}
	a := triggered(prefect.Action{Type: prefect.CancelFlowRun})
	a.Event, a.Labels = nil, map[string]string{"prefect.resource.id": "prefect.flow." + runID}
	if out := perform(t, &fakeAPI{}, nil, a, false); out.Failure != "No flow run could be inferred" {
		t.Errorf("flow run: %q", out.Failure)
	}
}

// TestARepeatOfWhatIsDone: what an attempt has done that nobody knows of is no
// failure of the next.
func TestARepeatOfWhatIsDone(t *testing.T) {
	refused := said(200, `{"status":"REJECT","details":{"reason":"no"}}`)
	for name, c := range map[string]struct {
		action  prefect.ActionType
		answers map[string]Answer
	}{
		"delete": {prefect.DeleteFlowRun, nil},
		"cancel": {prefect.CancelFlowRun, map[string]Answer{"POST /flow_runs/" + runID + "/set_state": refused,
			"GET /flow_runs/" + runID: said(200, `{"state_type":"CANCELLING"}`)}},
		"resume": {prefect.ResumeFlowRun, map[string]Answer{"POST /flow_runs/" + runID + "/resume": refused,
			"GET /flow_runs/" + runID: said(200, `{"state_type":"SCHEDULED"}`)}},
	} {
		for again, fails := range map[bool]bool{true: false, false: true} {
			out := perform(t, &fakeAPI{answers: c.answers}, nil, triggered(prefect.Action{Type: c.action}), again)
			if (out.Failure != "") != fails {
				t.Errorf("%s, again %v: %q", name, again, out.Failure)
			}
		}
	}
}

// TestAServerThatCannotNow: what the server cannot answer now is tried again.
func TestAServerThatCannotNow(t *testing.T) {
	api := &fakeAPI{answers: map[string]Answer{"DELETE /flow_runs/" + runID: said(503, `{}`)}}
	out := perform(t, api, nil, triggered(prefect.Action{Type: prefect.DeleteFlowRun}), false)
	if !out.Again || out.Failure == "" {
		t.Errorf("it went %+v", out)
	}
}

const slackBlock = `{"name":"my-slack","data":{"url":"https://hooks"},"block_type":{"slug":"slack-webhook"},"block_schema":{"capabilities":["notify"]}}`

func TestANotification(t *testing.T) {
	action := prefect.Action{Type: prefect.SendNotification, Notification: &prefect.SendNotificationAction{BlockDocumentID: blockID,
		Subject: "{{ automation.name }}", Body: "{{ event.resource.name }} {{ event.payload.count + 1 }}"}}
	path := "GET /block_documents/" + blockID.String() + "?include_secrets=true"
	api := &fakeAPI{answers: map[string]Answer{path: said(200, slackBlock)}}
	world := &fakeWorld{answer: notify.Answer{Status: 200, Text: "ok"}}
	out := perform(t, api, world, triggered(action), false)
	if out.Failure != "" || out.Status != 200 || out.Text != "ok" || out.Loaded != "slack-webhook" || len(out.Related) != 2 {
		t.Errorf("it went %+v", out)
	}
	if len(world.messages) != 1 {
		t.Fatalf("%d were sent", len(world.messages))
	}
	m := world.messages[0]
	if m.Subject != "tell me" || m.Body != "brave-cat 4" || m.Key != actionID.String() || m.Resolved || !strings.HasPrefix(m.Incident, automationID.String()) {
		t.Errorf("it said %+v", m)
	}
	if b := world.blocks[0]; b.Slug != "slack-webhook" || b.Name != "my-slack" || string(b.Data) != `{"url":"https://hooks"}` {
		t.Errorf("through %+v", b)
	}
	for name, c := range map[string]struct {
		err   error
		again bool
		after time.Duration
	}{
		"refused":   {&notify.Failure{Sentence: "no such channel", Hint: "make it", Final: true}, false, 0},
		"busy":      {&notify.Failure{Sentence: "not now", RetryAfter: time.Minute}, true, time.Minute},
		"our clock": {errors.New("context deadline exceeded"), true, 0},
	} {
		out := perform(t, api, &fakeWorld{err: c.err}, triggered(action), false)
		if out.Failure == "" || out.Again != c.again || out.RetryAfter != c.after {
			t.Errorf("%s: it went %+v", name, out)
		}
	}
	api.answers[path] = said(200, strings.Replace(strings.Replace(slackBlock, "slack-webhook", "secret", 1), "notify", "x", 1))
	if out := perform(t, api, world, triggered(action), false); out.Failure != "The referenced block was not a notification block" {
		t.Errorf("another block: %q", out.Failure)
	}
	action.Notification.Body = "{{ 1 / 0 }}"
	api.answers[path] = said(200, slackBlock)
	out = perform(t, api, world, triggered(action), false)
	if out.Failure != "Template rendering failed: ZeroDivisionError('division by zero')" || out.Details["template_source"] != "{{ 1 / 0 }}" {
		t.Errorf("a template that fails: %+v", out)
	}
}

func TestAWebhook(t *testing.T) {
	path := "GET /block_documents/" + blockID.String() + "?include_secrets=true"
	api := &fakeAPI{answers: map[string]Answer{path: said(200, `{"name":"hook","data":{},"block_type":{"slug":"webhook"},"block_schema":{"capabilities":[]}}`)}}
	world := &fakeWorld{answer: notify.Answer{Status: 201, Text: strings.Repeat("x", 2000), Headers: map[string]string{"a": "b"}}}
	out := perform(t, api, world, triggered(prefect.Action{Type: prefect.CallWebhook, Webhook: &prefect.CallWebhookAction{BlockDocumentID: blockID,
		Payload: `{"run": "{{ flow_run.name }}"}`}}), false)
	if out.Failure != "" || out.Details["status_code"] != 201 || len(out.Details["response_body"].(string)) != 1000 {
		t.Errorf("it went %+v", out)
	}
	if want := `{"run": ""} ` + actionID.String(); len(world.payloads) != 1 || world.payloads[0] != want {
		t.Errorf("it sent %q", world.payloads)
	}
}

// TestTold: the events that tell of an action follow each other and the event that
// caused it, unless that is long ago.
func TestTold(t *testing.T) {
	a := triggered(prefect.Action{Type: prefect.DoNothing})
	toldBy := uuid.New()
	a.ToldBy = &toldBy
	now := start.Add(time.Minute)
	events := Told(a, &Outcome{Failure: "why", Details: map[string]any{"status_code": 404}, Loaded: "slack-webhook",
		Block: prefect.Resource{prefect.ResourceID: "prefect.block-document.x"}}, uuid.New, now)
	if len(events) != 3 || events[0].Event != "prefect.block.slack-webhook.loaded" || events[1].Event != "prefect.automation.action.triggered" ||
		events[2].Event != "prefect.automation.action.failed" {
		t.Fatalf("told %v", events)
	}
	if *events[1].Follows != a.Event.ID || *events[2].Follows != events[1].ID || !events[1].Occurred.Equal(a.Triggered.Time) || !events[2].Occurred.Equal(now) {
		t.Errorf("they follow %v, %v", events[1].Follows, events[2].Follows)
	}
	if want := `{"action_index":0,"action_type":"do-nothing","invocation":"` + actionID.String() + `","reason":"why","status_code":404}`; string(events[2].Payload) != want {
		t.Errorf("payload %s", events[2].Payload)
	}
	if r := events[2].Related; len(r) != 2 || r[0].Role() != "automation-triggered-event" || r[1].Role() != "triggering-event" {
		t.Errorf("related %v", r)
	}
	if r := events[1].Resource; r["prefect.posture"] != "Reactive" || r["prefect.trigger-type"] != "event" || r[prefect.ResourceName] != "tell me" {
		t.Errorf("resource %v", r)
	}
	a.Triggered = prefect.At(start.Add(6 * time.Minute))
	if events := Told(a, &Outcome{}, uuid.New, now); events[0].Follows != nil || events[1].Event != "prefect.automation.action.executed" {
		t.Errorf("long after: %v", events)
	}
}
