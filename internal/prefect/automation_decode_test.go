package prefect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

func parse(t testing.TB, text string) pyjson.Value {
	t.Helper()
	v, err := pyjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const eventJSON = `{"type":"event","posture":"Reactive","expect":["x"]}`

// Metric triggers are ours: the reference refuses them, its client writes them.
func TestMetricTriggers(t *testing.T) {
	metric := func(query string) string { return `{"type":"metric","metric":` + query + `}` }
	const good = `{"name":"lateness","operator":">=","threshold":5}`
	for _, c := range []struct{ name, trigger, wrong string }{
		{"defaults", metric(good), ""},
		{"of a compound", `{"type":"compound","within":60,"require":"all","triggers":[` + metric(good) + `,` + eventJSON + `]}`, ""},
		{"by its posture", `{"posture":"Metric","metric":` + good + `}`, ""},
		{"ranges", metric(`{"name":"successes","operator":"<","threshold":"0.5","range":600,"firing_for":"PT10M"}`), ""},
		{"no metric", `{"type":"metric"}`, "MetricTrigger.metric: Field required"},
		{"another posture", `{"type":"metric","posture":"Reactive","metric":` + good + `}`, "MetricTrigger.posture: Input should be 'Metric'"},
		{"an unknown figure", metric(`{"name":"cost","operator":">","threshold":5}`), "MetricTrigger.metric.name: Input should be 'lateness', 'duration' or 'successes'"},
		{"an unknown operator", metric(`{"name":"lateness","operator":"=","threshold":5}`), "MetricTrigger.metric.operator: Input should be '<', '<=', '>' or '>='"},
		{"a short range", metric(`{"name":"lateness","operator":">","threshold":5,"range":299}`), "MetricTrigger.metric.range: Value error, The minimum range is 300 seconds (5 minutes)"},
		{"a short time", metric(`{"name":"lateness","operator":">","threshold":5,"firing_for":"PT4M"}`), "MetricTrigger.metric.firing_for: Value error, The minimum range is 300 seconds (5 minutes)"},
		{"no threshold", metric(`{"name":"lateness","operator":">"}`), "MetricTrigger.metric.threshold: Field required"},
	} {
		var trigger Trigger
		issues := decode.Into(parse(t, c.trigger), &trigger)
		got := ""
		if len(issues) > 0 {
			got = strings.Trim(strings.ReplaceAll(fmt.Sprint(issues[0].Loc), " ", "."), "[]") + ": " + issues[0].Msg
		}
		if got != c.wrong {
			t.Errorf("%s: %q, want %q", c.name, got, c.wrong)
		}
	}
	var trigger Trigger
	decode.Into(parse(t, metric(good)), &trigger)
	if m := trigger.Metric; m == nil || m.Posture != Metric || m.Metric.Range != Seconds(300*time.Second) || m.Metric.FiringFor != Seconds(300*time.Second) || m.Metric.Threshold != 5 {
		t.Errorf("a metric trigger with defaults is %+v", m)
	}
}

func TestAutomationsAreBounded(t *testing.T) {
	body := func(trigger, actions string) string {
		return `{"name":"n","trigger":` + trigger + `,"actions":[` + actions + `]}`
	}
	many := func(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	nested := func(depth int) string {
		return strings.Repeat(`{"type":"sequence","within":5,"triggers":[`, depth-1) + eventJSON + strings.Repeat(`]}`, depth-1)
	}
	const nothing = `{"type":"do-nothing"}`
	for _, c := range []struct{ name, body, wrong string }{
		{"what people write", body(nested(3), nothing), ""},
		{"as many triggers as there may be", body(`{"triggers":[`+many(99, eventJSON)+`],"within":5}`, nothing), ""},
		{"too many triggers", body(`{"triggers":[`+many(100, eventJSON)+`],"within":5}`, nothing), "the automation exceeds the limit of triggers (100 triggers)"},
		{"as deep as may be", body(nested(5), nothing), ""},
		{"too deep", body(nested(6), nothing), "the automation exceeds the limit of depth (5 triggers in each other)"},
		{"too many actions", body(eventJSON, many(101, nothing)), "the automation exceeds the limit of actions (100 actions)"},
		{"too many names", body(`{"posture":"Reactive","expect":[`+many(2001, `"x"`)+`]}`, nothing), "the automation exceeds the limit of patterns (2000 names and patterns)"},
		{"too many patterns", body(`{"posture":"Reactive","match":{"a":[`+many(2001, `"x"`)+`]}}`, nothing), "the automation exceeds the limit of patterns (2000 names and patterns)"},
		{"a long name of an event", body(`{"posture":"Reactive","expect":["`+strings.Repeat("x", 1001)+`"]}`, nothing), "a pattern exceeds the limit of length (1000 bytes)"},
		{"a long label", body(`{"posture":"Reactive","match_related":[{"`+strings.Repeat("x", 1001)+`":"x"}]}`, nothing), "a pattern exceeds the limit of length (1000 bytes)"},
		{"a large action", body(eventJSON, `{"type":"call-webhook","payload":"`+strings.Repeat("x", 256_000)+`"}`), "an action exceeds the limit of size (256000 bytes)"},
		{"a long name", `{"name":"` + strings.Repeat("x", 1001) + `"}`, "the name exceeds the limit of length (1000 bytes)"},
		{"many tags", `{"tags":[` + many(201, `"x"`) + `]}`, "the automation exceeds the limit of tags (200 tags)"},
		{"no object", `[1]`, ""},
		{"a trigger of another shape", `{"trigger":{"triggers":{"a":[[[1]]]},"match":5}}`, ""},
	} {
		got := ""
		if err := BoundAutomation(parse(t, c.body)); err != nil {
			got = err.Error()
		}
		if got != c.wrong {
			t.Errorf("%s: %q, want %q", c.name, got, c.wrong)
		}
	}
}

// What nests costs more the deeper it is, since each kind is tried: within the bounds
// that is soon over.
func TestTheDeepestTriggerIsReadSoon(t *testing.T) {
	trigger := `{"posture":"x"}`
	for range 3 {
		trigger = `{"triggers":[` + trigger + `],"within":"x"}`
	}
	trigger = `{"within":5,"triggers":[` + strings.TrimSuffix(strings.Repeat(trigger+",", 24), ",") + `]}`
	body := parse(t, `{"name":"n","trigger":`+trigger+`,"actions":[]}`)
	if err := BoundAutomation(body); err != nil {
		t.Fatal(err)
	}
	var c AutomationCreate
	if issues := decode.Into(body, &c, "body"); len(issues) == 0 || len(issues) > 100*decode.MostIssues {
		t.Errorf("%d issues", len(issues))
	}
}

// FuzzTrigger holds that whatever is taken for a trigger is written and read back as
// the same, and taken again.
func FuzzTrigger(f *testing.F) {
	for _, text := range []string{
		eventJSON, `{"posture":"Proactive","within":"PT20S","after":["a","a"],"match":{"a":["x"],"b":"y"},"match_related":[{}]}`,
		`{"type":"compound","triggers":[` + eventJSON + `],"require":1,"within":null}`, `{"type":"sequence","triggers":[{"type":"sequence","triggers":[],"within":1}],"within":"1 day"}`,
		`{"type":"metric","metric":{"name":"duration","operator":"<","threshold":1e3,"range":"PT1H"}}`, `{}`, `{"type":5}`, `{"posture":"Reactive","match":{"a":[1]}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := pyjson.Parse(data)
		if err != nil || BoundAutomation(pyjson.NewObject([]pyjson.Member{{Key: "trigger", Value: in}})) != nil {
			return
		}
		var trigger Trigger
		if len(decode.Into(in, &trigger)) > 0 {
			return
		}
		readBackTheSame(t, &trigger, &Trigger{})
	})
}

// FuzzAction is FuzzTrigger for actions.
func FuzzAction(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"type":"run-deployment","deployment_id":"11111111-1111-4111-8111-111111111111","parameters":{"a":"{{ b }}"},"schedule_after":"PT1M"}`, `{"source":"inferred"}`,
		`{"type":"change-flow-run-state","state":"FAILED","force":"yes"}`, `{"block_document_id":"11111111-1111-4111-8111-111111111111","payload":{"a":[1,2.5]}}`, `{"type":"x"}`,
		`{"type":"send-notification","block_document_id":"11111111-1111-4111-8111-111111111111","body":"x"}`, `{"type":"pause-work-pool","work_pool_id":"11111111-1111-4111-8111-111111111111"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := pyjson.Parse(data)
		if err != nil {
			return
		}
		var action Action
		if len(decode.Into(in, &action)) > 0 {
			return
		}
		readBackTheSame(t, &action, &Action{})
	})
}

func readBackTheSame(t *testing.T, value, again any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, again); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if read, err := json.Marshal(again); err != nil || !bytes.Equal(read, text) {
		t.Fatalf("%s was read back as %s (%v)", text, read, err)
	}
	if issues := decode.Into(parse(t, string(text)), again); len(issues) > 0 {
		t.Fatalf("%s is not taken again: %v", text, issues)
	}
	if taken, err := json.Marshal(again); err != nil || !bytes.Equal(taken, text) {
		t.Fatalf("%s was taken again as %s (%v)", text, taken, err)
	}
}

// A trigger or action that does not say of which kind it is, is of the kind that it
// gives the most fields of, of the first when there are several.
func TestKindsOfWhatSaysNone(t *testing.T) {
	const id = `"11111111-1111-4111-8111-111111111111"`
	for text, want := range map[string]string{
		`{"posture":"Reactive"}`:                                                                 TriggerEvent,
		`{"triggers":[],"within":5}`:                                                             TriggerSequence,
		`{"triggers":[` + eventJSON + `],"within":5,"require":1}`:                                TriggerCompound,
		`{"posture":"Reactive","triggers":[` + eventJSON + `],"within":5}`:                       TriggerSequence,
		`{"posture":"Reactive","expect":["a"],"after":["b"],"threshold":2,"triggers":"nothing"}`: TriggerEvent,
	} {
		var trigger Trigger
		if issues := decode.Into(parse(t, text), &trigger); len(issues) > 0 || trigger.Type() != want {
			t.Errorf("%s is a %s (%v), want %s", text, trigger.Type(), issues, want)
		}
	}
	for text, want := range map[string]ActionType{
		`{}`:                                          DoNothing,
		`{"source":"inferred"}`:                       RunDeployment,
		`{"deployment_id":` + id + `}`:                RunDeployment,
		`{"work_queue_id":` + id + `}`:                PauseWorkQueue,
		`{"work_pool_id":` + id + `}`:                 PauseWorkPool,
		`{"automation_id":` + id + `}`:                PauseAutomation,
		`{"state":"FAILED"}`:                          ChangeFlowRunState,
		`{"block_document_id":` + id + `}`:            CallWebhook,
		`{"block_document_id":` + id + `,"body":"x"}`: SendNotification,
	} {
		var action Action
		if issues := decode.Into(parse(t, text), &action); len(issues) > 0 || action.Type != want {
			t.Errorf("%s is a %s (%v), want %s", text, action.Type, issues, want)
		}
	}
}
