package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

// withRuns is a server with runs of one state, each with a reason to wait.
func withRuns(state string, reasons []string, runs ...object) answers {
	all := answers{}
	for i, run := range runs {
		id := fmt.Sprintf("id%d", i)
		run["id"], run["name"] = id, "run-"+id
		if i < len(reasons) {
			all["GET /reeve/flow_runs/"+id+"/why"] = object{"reasons": []object{{"code": reasons[i], "sentence": "because of " + reasons[i]}}}
		}
	}
	all["POST /flow_runs/count"] = inState(state, len(runs), 0)
	all["POST /flow_runs/filter"] = inState(state, runs, []any{})
	return all
}

// inState answers with yes when the filter names the state.
func inState(state string, yes, no any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var filter struct {
			FlowRuns struct {
				State struct {
					Type struct {
						Any []string `json:"any_"`
					} `json:"type"`
				} `json:"state"`
			} `json:"flow_runs"`
		}
		_ = json.NewDecoder(r.Body).Decode(&filter)
		answer := no
		if len(filter.FlowRuns.State.Type.Any) == 1 && filter.FlowRuns.State.Type.Any[0] == state {
			answer = yes
		}
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func late(by time.Duration) object {
	return object{"next_scheduled_start_time": ago(by), "work_pool_name": "p", "work_queue_name": "q"}
}

func TestLateRuns(t *testing.T) {
	step := func(code string, severity Severity, next string) struct {
		runs answers
		want []finding
	} {
		return struct {
			runs answers
			want []finding
		}{withRuns("SCHEDULED", []string{code}, late(3*time.Minute)), []finding{{severity, "1 run is late (" + code + "), the first since 3 min: because of " + code, next}}}
	}
	tests := map[string]struct {
		runs answers
		want []finding
	}{
		"none":               {answers{}, []finding{{OK, "no run is late", ""}}},
		"no worker":          step("no_worker", Fail, "reeve worker start --pool p"),
		"pool paused":        step("pool_paused", Fail, "prefect work-pool resume p"),
		"queue paused":       step("queue_paused", Fail, "prefect work-queue resume q --pool p"),
		"pool limit":         step("pool_limit", Warn, "set-concurrency-limit p"),
		"queue limit":        step("queue_limit", Warn, "set-concurrency-limit q"),
		"flow limit":         step("flow_limit", Warn, "reeve why id0"),
		"deployment limit":   step("deployment_limit", Warn, "reeve why id0"),
		"not served":         step("not_served", Fail, "reeve why id0"),
		"no deployment":      step("no_deployment", Warn, "prefect flow-run delete id0"),
		"deployment deleted": step("deployment_deleted", Warn, "prefect flow-run delete id0"),
		"retry":              step("in_process_retry", OK, ""),
		"not taken":          step("next_poll", Fail, "reeve why id0"),
		"something new":      step("something_new", Warn, "reeve why id0"),
		"about to be taken":  {withRuns("SCHEDULED", []string{"next_poll"}, late(40*time.Second)), []finding{{OK, "40 s", ""}}},
		"server is mute":     {withRuns("SCHEDULED", nil, late(time.Minute)), []finding{{Warn, "1 run is late; the server does not say why", "prefect flow-run ls"}}},
		"groups, the largest first": {withRuns("SCHEDULED", []string{"flow_limit", "no_worker", "no_worker"}, late(9*time.Minute), late(8*time.Minute), late(7*time.Minute)),
			[]finding{{Fail, "2 runs are late (no_worker), the first since 8 min", ""}, {Warn, "1 run is late (flow_limit), the first since 9 min", ""}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			situation{server: well.with(test.runs)}.expect(t, "late-runs", test.want...)
		})
	}
}

func TestStuckRuns(t *testing.T) {
	in := func(since time.Duration, pool any) object {
		return object{"work_pool_name": pool, "state": object{"timestamp": ago(since)}}
	}
	tests := map[string]struct {
		server answers
		want   []finding
	}{
		"none":          {well, []finding{{OK, "no run is stuck", ""}}},
		"new":           {well.with(withRuns("PENDING", nil, in(time.Minute, "p"))), []finding{{OK, "", ""}}},
		"pending":       {well.with(withRuns("PENDING", nil, in(time.Hour, "p"), in(time.Minute, "p"))), []finding{{Fail, "1 run is stuck in Pending", `"type":"CRASHED"`}}},
		"cancelling":    {well.with(withRuns("CANCELLING", nil, in(time.Hour, "p"), in(time.Hour, "p"))), []finding{{Fail, "2 runs are stuck in Cancelling: no worker ends its process; the first is run-id0, since 60 min", `/flow_runs/id0/set_state`}}},
		"zombie":        {withPool(process, queue, gone).with(withRuns("RUNNING", nil, in(time.Hour, "p"))), []finding{{Fail, "1 run is stuck in Running: no worker of the pool is online", "reeve why id0"}}},
		"running":       {withPool(process, queue, online).with(withRuns("RUNNING", nil, in(time.Hour, "p"))), []finding{{OK, "", ""}}},
		"without pool":  {well.with(withRuns("RUNNING", nil, in(time.Hour, nil))), []finding{{OK, "", ""}}},
		"not answering": {well.with(answers{"POST /flow_runs/count": page(500, "")}), []finding{{Warn, "could not be asked", "reeve status"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { situation{server: test.server}.expect(t, "stuck-runs", test.want...) })
	}
}

func TestFlowLimits(t *testing.T) {
	limits := func(flows ...object) answers {
		return well.with(answers{"GET /reeve/metrics": object{"flow_limits": flows}})
	}
	tests := map[string]struct {
		server answers
		want   []finding
	}{
		"none":    {limits(), []finding{{OK, "no flow has a limit", ""}}},
		"Prefect": {well.with(answers{"GET /reeve/metrics": 404}), []finding{{Skipped, "knows no limits", ""}}},
		"used":    {limits(object{"flow": "f", "max_concurrent": 5, "runs_active": 2}, object{"flow": "g", "max_concurrent": 2, "runs_active": 2}), []finding{{OK, "f 2 of 5, g 2 of 2 (full: further runs wait)", ""}}},
		"zero":    {limits(object{"flow": "f", "max_concurrent": 0, "runs_active": 0}), []finding{{Warn, "the limit of flow f is 0", "max_concurrent"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { situation{server: test.server}.expect(t, "flow-limits", test.want...) })
	}
}

func TestWebhooks(t *testing.T) {
	const hook = "[[webhook]]\npath = \"/webhooks/a\"\nopen = true\ndeployment = \"f/d\"\n"
	at := func(d time.Duration) *time.Time { t := noon.Add(-d); return &t }
	tests := map[string]struct {
		situation
		want []finding
	}{
		"none":      {situation{}, []finding{{Skipped, "no webhook is configured", ""}}},
		"no inbox":  {situation{toml: hook}, []finding{{OK, "1 webhook is configured; none has been received", ""}}},
		"delivered": {situation{inbox: &InboxState{}}, []finding{{OK, "all that were received are delivered", ""}}},
		"unread":    {situation{inbox: &InboxState{}, unread: errors.New("no")}, []finding{{Fail, "cannot be read: no", "reeve webhook ls"}}},
		"older": {situation{inbox: &InboxState{}, unread: fault.New(fault.Conflict, "it has schema 3").WithHint("run: upgrade")},
			[]finding{{Fail, "cannot be read: it has schema 3", "run: upgrade"}}},
		"dead":        {situation{inbox: &InboxState{Dead: 2}}, []finding{{Warn, "2 dead letters: the server", "reeve webhook ls --status dead"}}},
		"under way":   {situation{inbox: &InboxState{Waiting: 1, Oldest: at(time.Second)}}, []finding{{OK, "1 webhook is undelivered", ""}}},
		"undelivered": {situation{inbox: &InboxState{Waiting: 3, Oldest: at(time.Hour), LastError: "503."}}, []finding{{Fail, "3 webhooks are undelivered, the oldest since 60 min: 503", "reeve gateway start"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "webhooks", test.want...) })
	}
}

func TestReport(t *testing.T) {
	machine := Machine{Python: func(context.Context, string, string) (string, error) {
		return `{"python":"3.12.1","prefect":"3.9.1"}`, nil
	}}
	report := Run(t.Context(), situation{server: socketServer("prefect", accepted), machine: machine}.exam(t))
	if !report.Healthy || report.Failures != 0 || len(report.Findings) < len(checks) {
		t.Errorf("of a server that is well: %+v", report)
	}
	names := map[string]bool{}
	for _, f := range report.Findings {
		names[f.Check] = true
	}
	if len(names) != len(checks) {
		t.Errorf("%d checks have findings, not %d", len(names), len(checks))
	}
	report = Run(t.Context(), situation{machine: machine}.exam(t))
	if report.Healthy || report.Failures != 1 {
		t.Errorf("of a server that is down: %+v", report)
	}
}
