package doctor

import (
	"context"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"
)

const (
	// lateAfter is how long after its time a run that has not started is looked at.
	lateAfter = 30 * time.Second
	// asked bounds the runs whose reasons are asked for.
	asked = 50
	// pendingTime and cancellingTime are how long a worker may take to start and
	// to end a process; pollTime is how soon a worker takes a run that is due.
	pendingTime    = 10 * time.Minute
	cancellingTime = 5 * time.Minute
	pollTime       = 2 * time.Minute
)

type flowRun struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Next      *time.Time `json:"next_scheduled_start_time"`
	StartTime *time.Time `json:"start_time"`
	Pool      *string    `json:"work_pool_name"`
	Queue     *string    `json:"work_queue_name"`
	State     *struct {
		Timestamp time.Time `json:"timestamp"`
	} `json:"state"`
}

// since is when it got into its state.
func (r *flowRun) since() time.Time {
	if r.State == nil {
		return time.Time{}
	}
	return r.State.Timestamp
}

func (e *Exam) runs(ctx context.Context, state, sort string, more map[string]any) (runs []flowRun, total int, err error) {
	filter := map[string]any{"state": map[string]any{"type": map[string]any{"any_": []string{state}}}}
	for name, value := range more {
		filter[name] = value
	}
	if err = e.api().Ask(ctx, http.MethodPost, "/flow_runs/count", map[string]any{"flow_runs": filter}, &total); err != nil || total == 0 {
		return nil, total, err
	}
	err = e.api().Ask(ctx, http.MethodPost, "/flow_runs/filter", map[string]any{"flow_runs": filter, "sort": sort, "limit": most}, &runs)
	return runs, total, err
}

// waits are late runs that wait for the same thing.
type waits struct {
	code, sentence string
	runs           []flowRun
}

// checkLateRuns groups the runs whose time has passed by what holds them back.
func checkLateRuns(ctx context.Context, e *Exam) []Finding {
	before := e.Clock.Now().Add(-lateAfter)
	runs, total, err := e.runs(ctx, "SCHEDULED", "NEXT_SCHEDULED_START_TIME_ASC", map[string]any{"next_scheduled_start_time": map[string]any{"before_": before}})
	if err != nil {
		return unasked(err)
	}
	if total == 0 || len(runs) == 0 {
		return ok("no run is late")
	}
	groups := map[string]*waits{}
	for _, run := range runs[:min(asked, len(runs))] {
		var why struct {
			Reasons []struct{ Code, Sentence string } `json:"reasons"`
		}
		if err := e.api().Ask(ctx, http.MethodGet, "/reeve/flow_runs/"+run.ID+"/why", nil, &why); err != nil || len(why.Reasons) == 0 {
			continue // it was deleted meanwhile, or the server is Prefect's own
		}
		first := why.Reasons[0]
		key := first.Code + " " + text(run.Pool) + " " + text(run.Queue)
		if groups[key] == nil {
			groups[key] = &waits{code: first.Code, sentence: first.Sentence}
		}
		groups[key].runs = append(groups[key].runs, run)
	}
	return e.lateFindings(groups, total)
}

func (e *Exam) lateFindings(groups map[string]*waits, total int) []Finding {
	if len(groups) == 0 {
		return one(Warn, "prefect flow-run ls --state Late", "%s late; the server does not say why", are(total, "run"))
	}
	keys := make([]string, 0, len(groups))
	for key := range groups {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return len(groups[keys[i]].runs) > len(groups[keys[j]].runs) })
	var all []Finding
	for _, key := range keys {
		g := groups[key]
		severity, next := e.lateStep(g)
		of := ""
		if total > asked {
			of = fmt.Sprintf(" of the first %d of %d", asked, total)
		}
		f := one(severity, next, "%s%s late (%s), the first since %s: %s", are(len(g.runs), "run"), of, g.code, days(e.late(&g.runs[0])), g.sentence)
		all = append(all, f...)
	}
	return all
}

func (e *Exam) late(r *flowRun) time.Duration {
	if r.Next == nil {
		return 0
	}
	return e.Clock.Now().Sub(*r.Next)
}

// lateStep is how bad it is that runs wait for something, and the next step.
func (e *Exam) lateStep(g *waits) (Severity, string) {
	first := g.runs[0]
	pool, queue, why := text(first.Pool), text(first.Queue), "reeve why "+first.ID
	switch g.code {
	case "no_worker":
		return Fail, "reeve worker start --pool " + pool + " --api " + e.URL
	case "pool_paused":
		return Fail, "prefect work-pool resume " + pool
	case "queue_paused":
		return Fail, "prefect work-queue resume " + queue + " --pool " + pool
	case "pool_limit":
		return Warn, "wait, or: prefect work-pool set-concurrency-limit " + pool + " N"
	case "queue_limit":
		return Warn, "wait, or: prefect work-queue set-concurrency-limit " + queue + " N --pool " + pool
	case "flow_limit", "deployment_limit":
		return Warn, "wait, or raise the limit; who holds it: " + why
	case "not_served":
		return Fail, "start the program that serves the deployment, or give it a work pool; " + why
	case "no_deployment", "deployment_deleted", "no_state":
		return Warn, "prefect flow-run delete " + first.ID
	case "in_process_retry":
		return OK, ""
	case "next_poll":
		if e.late(&first) < pollTime {
			return OK, ""
		}
		return Fail, "the worker does not take it; look at its log and restart it: " + why
	}
	return Warn, why
}

// checkStuckRuns looks for runs that no worker brings to an end.
func checkStuckRuns(ctx context.Context, e *Exam) []Finding {
	var all []Finding
	for _, look := range []struct {
		state string
		find  func(context.Context, []flowRun) ([]flowRun, string, error)
	}{
		{"PENDING", e.older(pendingTime, "in Pending: a worker claimed it and started no process")},
		{"CANCELLING", e.older(cancellingTime, "in Cancelling: no worker ends its process")},
		{"RUNNING", e.abandoned},
	} {
		runs, _, err := e.runs(ctx, look.state, "EXPECTED_START_TIME_ASC", nil)
		if err != nil {
			return unasked(err)
		}
		stuck, how, err := look.find(ctx, runs)
		if err != nil {
			return unasked(err)
		}
		if len(stuck) == 0 {
			continue
		}
		first := stuck[0]
		end := map[string]string{"PENDING": "CRASHED", "RUNNING": "CRASHED", "CANCELLING": "CANCELLED"}[look.state]
		next := fmt.Sprintf(`reeve why %s; to end it: curl -X POST %s/flow_runs/%s/set_state -H 'Content-Type: application/json' -d '{"state":{"type":"%s"},"force":true}'`, first.ID, e.URL, first.ID, end)
		all = append(all, one(Fail, next, "%s stuck %s; the first is %s, since %s%s", are(len(stuck), "run"), how, first.Name, days(e.Clock.Now().Sub(first.since())), e.outcome(ctx, first.ID))...)
	}
	if len(all) == 0 {
		return ok("no run is stuck in Pending, Running or Cancelling")
	}
	return all
}

// outcome is what the server says of a run, as a clause, "" when it says nothing.
func (e *Exam) outcome(ctx context.Context, run string) string {
	var why struct {
		Reasons []struct{ Sentence string } `json:"reasons"`
	}
	if err := e.api().Ask(ctx, http.MethodGet, "/reeve/flow_runs/"+run+"/why", nil, &why); err != nil || len(why.Reasons) == 0 {
		return "" // it was deleted meanwhile, or the server is Prefect's own
	}
	return ": " + why.Reasons[0].Sentence
}

// older finds runs that are in their state for longer than a time.
func (e *Exam) older(than time.Duration, how string) func(context.Context, []flowRun) ([]flowRun, string, error) {
	return func(_ context.Context, runs []flowRun) (stuck []flowRun, _ string, err error) {
		for _, run := range runs {
			if e.Clock.Now().Sub(run.since()) > than {
				stuck = append(stuck, run)
			}
		}
		return stuck, how, nil
	}
}

// abandoned finds running runs in pools that no worker serves.
func (e *Exam) abandoned(ctx context.Context, runs []flowRun) (stuck []flowRun, how string, err error) {
	all, err := e.pools(ctx)
	served := map[string]bool{}
	for i := range all {
		served[all[i].Name] = all[i].online() > 0
	}
	for _, run := range runs {
		if run.Pool != nil && !served[*run.Pool] && e.Clock.Now().Sub(run.since()) > cancellingTime {
			stuck = append(stuck, run)
		}
	}
	return stuck, "in Running: no worker of the pool is online", err
}

// checkFlowLimits lists the limits of flows and how much of them is used.
func checkFlowLimits(ctx context.Context, e *Exam) []Finding {
	var metrics struct {
		Flows []struct {
			Flow   string `json:"flow"`
			Max    int    `json:"max_concurrent"`
			Active int    `json:"runs_active"`
		} `json:"flow_limits"`
	}
	if err := e.api().Ask(ctx, http.MethodGet, "/reeve/metrics", nil, &metrics); err != nil {
		return skipped("the server knows no limits of flows")
	}
	var all []Finding
	var used []string
	for _, f := range metrics.Flows {
		if f.Max == 0 {
			all = append(all, one(Warn, "raise max_concurrent in reeve.toml and restart the server, or: curl -X PUT "+e.URL+"/reeve/flows/ID/limit", "the limit of flow %s is 0: none of its runs starts", f.Flow)...)
			continue
		}
		full := ""
		if f.Active >= f.Max {
			full = " (full: further runs wait)"
		}
		used = append(used, fmt.Sprintf("%s %d of %d%s", f.Flow, f.Active, f.Max, full))
	}
	if len(used) > 0 {
		all = append(all, ok("%s", strings.Join(used, ", "))...)
	}
	if len(all) == 0 {
		return ok("no flow has a limit")
	}
	return all
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func are(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return fmt.Sprintf("%d %ss are", n, noun)
}
