package services

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/follow"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

type recorderTest struct {
	t        *testing.T
	path     string
	store    *store.Store
	recorder *follow.Follower
	run      uuid.UUID
}

func newRecorderTest(t *testing.T) *recorderTest {
	machine := clock.System{}
	s := storetest.New(t, machine)
	return &recorderTest{t, s.Path, s.Store, follow.New(TaskRunRecorder(slog.New(slog.DiscardHandler)), s.Store, machine, slog.New(slog.DiscardHandler)), uuid.New()}
}

var epoch = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// report emits a task run event of a moment (in seconds), with more fields of
// the task run.
func (rt *recorderTest) report(run uuid.UUID, second int, state, fields string, related ...prefect.Resource) {
	rt.t.Helper()
	name := state[:1] + strings.ToLower(state[1:])
	payload := fmt.Sprintf(`{"validated_state":{"type":%q,"name":%q,"data":{"kept":true}},
		"task_run":{"name":"n","task_key":"k","dynamic_key":"0","run_count":%d%s}}`, state, name, second, fields)
	rt.emit(&prefect.Event{
		ID: uuid.NewSHA1(run, fmt.Append(nil, second)), Event: "prefect.task-run." + name,
		Occurred: prefect.At(epoch.Add(time.Duration(second) * time.Second)),
		Resource: prefect.Resource{prefect.ResourceID: "prefect.task-run." + run.String(), "prefect.orchestration": "client"},
		Related:  related, Payload: json.RawMessage(payload),
	})
}

func (rt *recorderTest) emit(e *prefect.Event) {
	rt.t.Helper()
	if err := rt.store.Update(rt.t.Context(), func(tx *store.Tx) error { return tx.Emit(e) }); err != nil {
		rt.t.Fatal(err)
	}
}

func (rt *recorderTest) record() {
	rt.t.Helper()
	for more := true; more; {
		var err error
		if more, err = rt.recorder.Step(rt.t.Context()); err != nil {
			rt.t.Fatal(err)
		}
	}
}

// query returns rows as text, columns parted by a space.
func (rt *recorderTest) query(sql string) string {
	rt.t.Helper()
	c, err := sqlite.OpenConn(rt.path, sqlite.OpenReadOnly)
	if err != nil {
		rt.t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // read only
	var rows []string
	err = sqlitex.Execute(c, sql, &sqlitex.ExecOptions{ResultFunc: func(stmt *sqlite.Stmt) error {
		var columns []string
		for i := range stmt.ColumnCount() {
			columns = append(columns, stmt.ColumnText(i))
		}
		rows = append(rows, strings.Join(columns, " "))
		return nil
	}})
	if err != nil {
		rt.t.Fatal(err)
	}
	return strings.Join(rows, "; ")
}

func (rt *recorderTest) want(sql, want string) {
	rt.t.Helper()
	if got := rt.query(sql); got != want {
		rt.t.Errorf("%s:\n got %s\nwant %s", sql, got, want)
	}
}

func TestTaskRunRecorderTheNewestStateWins(t *testing.T) {
	rt := newRecorderTest(t)
	rt.report(rt.run, 1, "PENDING", `,"tags":["a"],"cache_key":"c"`)
	rt.report(rt.run, 3, "COMPLETED", `,"end_time":"2026-11-24T08:00:03Z"`)
	rt.record()
	rt.report(rt.run, 2, "RUNNING", `,"tags":["late"]`)
	rt.report(rt.run, 3, "COMPLETED", ``) // again: known by its id
	rt.record()
	rt.want(`SELECT state_name, run_count, tags, cache_key, end_time IS NOT NULL, state_type FROM task_run`,
		`Completed 3 ["a"] c 1 COMPLETED`)
	rt.want(`SELECT name, data FROM task_run_state ORDER BY timestamp`,
		`Pending {"kept":true}; Running {"kept":true}; Completed {"kept":true}`)
	rt.want(`SELECT count(*) FROM task_run_state s JOIN task_run r ON r.id = s.task_run_id WHERE r.state_id = s.id`, "1")
	rt.want(`SELECT sequence FROM event_cursor WHERE consumer = 'task-run-recorder'`, "3")
}

func TestTaskRunRecorderFindsARunByItsKeys(t *testing.T) {
	rt := newRecorderTest(t)
	flowRun := rt.createFlowRun()
	related := prefect.Resource{prefect.ResourceID: "prefect.flow-run." + flowRun.String(), prefect.ResourceRole: "flow-run"}
	rt.report(rt.run, 1, "PENDING", ``, related)
	rt.report(uuid.New(), 2, "RUNNING", ``, related)
	rt.record()
	rt.want(`SELECT lower(hex(id)), state_name FROM task_run`, strings.ReplaceAll(rt.run.String(), "-", "")+" Running")
	rt.want(`SELECT count(DISTINCT task_run_id), count(*), count(DISTINCT json_extract(state_details, '$.task_run_id')) FROM task_run_state`, "1 2 1")
}

func (rt *recorderTest) createFlowRun() uuid.UUID {
	rt.t.Helper()
	c, err := sqlite.OpenConn(rt.path, sqlite.OpenReadWrite)
	if err != nil {
		rt.t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // nothing is left to write
	id := uuid.New()
	for _, sql := range []string{
		`INSERT INTO flow (id, created, updated, name) VALUES (?1, 0, 0, 'f')`,
		`INSERT INTO flow_run (id, created, updated, name, flow_id) VALUES (?1, 0, 0, 'r', ?1)`,
	} {
		if err := sqlitex.Execute(c, sql, &sqlitex.ExecOptions{Args: []any{id[:]}}); err != nil {
			rt.t.Fatal(err)
		}
	}
	return id
}

func TestTaskRunRecorderPassesOverWhatItCannotRecord(t *testing.T) {
	rt := newRecorderTest(t)
	gone := prefect.Resource{prefect.ResourceID: "prefect.flow-run." + uuid.NewString(), prefect.ResourceRole: "flow-run"}
	rt.report(uuid.New(), 1, "RUNNING", ``, gone)
	rt.emit(&prefect.Event{ID: uuid.New(), Event: "prefect.task-run.Odd", Occurred: prefect.At(epoch), Payload: json.RawMessage(`{"task_run":5}`),
		Resource: prefect.Resource{prefect.ResourceID: "prefect.task-run." + rt.run.String(), "prefect.orchestration": "client"}})
	rt.emit(&prefect.Event{ID: uuid.New(), Event: "prefect.task-run.Running", Occurred: prefect.At(epoch),
		Resource: prefect.Resource{prefect.ResourceID: "prefect.task-run." + rt.run.String(), "prefect.orchestration": "server"}})
	rt.report(rt.run, 2, "RUNNING", ``)
	rt.record()
	rt.want(`SELECT state_name FROM task_run`, "Running")
	rt.want(`SELECT sequence FROM event_cursor WHERE consumer = 'task-run-recorder'`, "4")
}

func TestTaskRunRecorderGoesOnWhereAnotherStopped(t *testing.T) {
	rt := newRecorderTest(t)
	const reports = 2*follow.BatchEvents + 7
	for i := range reports {
		rt.report(uuid.New(), i+1, "RUNNING", ``)
	}
	if more, err := rt.recorder.Step(t.Context()); err != nil || !more {
		t.Fatalf("more %v, error %v", more, err)
	}
	rt.want(`SELECT count(*) FROM task_run`, fmt.Sprint(follow.BatchEvents))
	rt.recorder = follow.New(TaskRunRecorder(slog.New(slog.DiscardHandler)), rt.store, clock.System{}, slog.New(slog.DiscardHandler))
	rt.record()
	rt.want(`SELECT count(*) FROM task_run`, fmt.Sprint(reports))
	rt.want(`SELECT sequence FROM event_cursor WHERE consumer = 'task-run-recorder'`, fmt.Sprint(reports))
}
