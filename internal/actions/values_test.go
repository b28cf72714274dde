package actions

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
)

// TestValues: what templates may speak of.
func TestValues(t *testing.T) {
	api := &fakeAPI{answers: map[string]Answer{
		"GET /flow_runs/" + runID:                          said(200, `{"id":"`+runID+`","name":"brave-cat","state":{"name":"Running"},"parameters":{"x":[1,2]}}`),
		"GET /deployments/" + deploymentID.String():        said(200, `{"id":"`+deploymentID.String()+`","name":"nightly"}`),
		"POST /work_pools/filter":                          said(200, `[{"id":"`+poolID.String()+`","name":"a pool"}]`),
		"GET /work_queues/" + queueID.String():             said(200, `{"id":"`+queueID.String()+`","name":"default"}`),
		"GET /work_queues/" + queueID.String() + "/status": said(200, `{"healthy":true}`),
		"POST /variables/filter":                           said(200, `[{"name":"answer","value":42}]`),
	}}
	for template, want := range map[string]string{
		"{{ event.resource.id }}":                                                      "prefect.flow-run." + runID,
		"{{ event.resource['prefect.resource.name'] }}":                                "brave-cat",
		"{{ event.resource.labels.prefect.resource.name }}":                            "brave-cat",
		"{{ event.resource.get('none', 'x') }}":                                        "x",
		"{{ event.related[0].role }}":                                                  "deployment",
		"{{ event.related | length }}":                                                 "4",
		"{{ event.resource_in_role['work-pool'].name }}":                               "my-work-pool",
		"{{ event.resources_in_role.creator[0].id }}":                                  "prefect.automation." + automationID.String(),
		"{{ event.involved_resources | length }}":                                      "5",
		"{{ event.payload.count }}":                                                    "3",
		"{{ event.payload.big }}":                                                      "12345678901234567890",
		"{{ event.payload.nested.a[0] }}":                                              "b",
		"{{ event.event }}":                                                            "prefect.flow-run.Failed",
		"{{ event.none.at.all }}":                                                      "",
		"{{ event.url }}":                                                              "http://reeve/events/event/2026-03-01/88888888-8888-4888-8888-888888888888",
		"{{ labels.prefect.resource.id }}":                                             "prefect.flow-run." + runID,
		"{{ labels['prefect.resource.id'] }}":                                          "prefect.flow-run." + runID,
		"{% if labels.none %}a{% else %}b{% endif %}":                                  "b",
		"{{ automation.name }}, {{ automation.trigger.posture }}":                      "tell me, Reactive",
		"{{ automation | ui_url }}":                                                    "http://reeve/automations/automation/" + automationID.String(),
		"{{ automation | ui_resource_events_url }}":                                    "http://reeve/events?resource=prefect.automation." + automationID.String(),
		"{{ firing.trigger_states[0] }}":                                               "Triggered",
		"{{ firings | length }} {{ events[0].event }}":                                 "1 prefect.flow-run.Failed",
		"{{ flow_run.name }}: {{ flow_run.state.name }}, {{ flow_run.state.message }}": "brave-cat: Failed, it broke",
		"{{ flow_run.parameters.x | sum }}":                                            "3",
		"{{ flow_run | ui_url }}":                                                      "http://reeve/runs/flow-run/" + runID,
		"{{ event.resource | ui_url }}":                                                "http://reeve/runs/flow-run/" + runID,
		"{{ event.resource | ui_resource_events_url }}":                                "http://reeve/events?resource=prefect.flow-run." + runID,
		"{{ deployment.name }}":                                                        "nightly",
		"{{ deployment | tojson }}":                                                    `{"id": "` + deploymentID.String() + `", "name": "nightly"}`,
		"{{ work_pool | ui_url }}":                                                     "http://reeve/work-pools/work-pool/a%20pool",
		"{{ work_queue.name }} {{ work_queue.healthy }}":                               "default True",
		"{{ flow.name }}":                                                              "",
		"{{ task_run is none }}":                                                       "True",
		"{{ variables.answer + variables['answer'] }}":                                 "84",
		"{{ 'see flow-run/" + runID + "' | flow_run_id }}":                             runID,
		"{{ 'see nothing' | flow_run_id }}":                                            "None",
		"{{ event.occurred }}, {{ event.occurred | humanize_naturaltime }}":            "2026-03-01 12:00:00+00:00, a minute ago",
		"{{ flow_run.state.timestamp.year }}":                                          "2026",
		"plain":                                                                        "plain",
	} {
		a := &act{Performer: &Performer{API: api, Clock: clock.NewManual(start.Add(time.Minute)), Pages: "http://reeve"}, ctx: t.Context(), TriggeredAction: triggered(prefect.Action{}), out: &Outcome{Details: map[string]any{}}}
		have, err := a.render(template)
		if err != nil || have[0] != want {
			t.Errorf("%s gives %q (%v), want %q", template, have, err, want)
		}
	}
}
