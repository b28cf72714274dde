package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
	"github.com/reevehq/reeve/internal/triggers"
)

// hotShares are the tables that a life changes, with the least share of their updates that must
// write no index (HOT). Where one is low, indexes have what changes. An index too many brings a share near
// 0; how near 1 it is otherwise is a matter of when pages are cleaned, which whoever reads puts off.
var hotShares = []struct {
	table string
	least float64
}{
	// Three of the four updates of a life change the type of state, which is in flow_run_by_state and says
	// whether a run is in the indexes of those that are due, hold slots, are active or failed. What a worker
	// notes of a run that it claims is in none.
	{"flow_run", 0.1},
	// Each changes the type of state, which is in task_run_by_state.
	{"task_run", 0},
	{"flow_run_sum", 0.5},
	{"flow_run_time", 0.5},
	{"flow_run_heartbeat", 0.5},
	{"work_queue", 0.5},
	{"deployment", 0.5},
	{"concurrency_limit", 0.5},
	{"event_cursor", 0.5},
	{"automation_bucket", 0.5},
	{"replica", 0.5},
	{"leader", 0.5},
	// worker_heartbeat finds the workers that are there without reading those of years; a worker beats every 30 s.
	{"worker", 0},
}

// TestHotRowsAreUpdatedInPlace: what a run's life changes is updated without its indexes, but where
// an index has what changes. Runs are made and go on side by side, so that pages are as full as they get.
func TestHotRowsAreUpdatedInPlace(t *testing.T) {
	url := storetest.NewPostgres(t)
	db, s := openReplica(t, url)
	l := newHotLives(t, db, s)
	const lives = 2 * hotDeployments
	for range 2 {
		l.live(l.create())
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	alone(t, url, func(ctx context.Context, c *pgx.Conn) error {
		for updated := int64(0); updated < 4*lives; {
			if err := c.QueryRow(ctx, `SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'flow_run'`).Scan(&updated); err != nil {
				return fmt.Errorf("%d updates of flow_run seen: %w", updated, err)
			}
		}
		for _, want := range hotShares {
			var all, hot int64
			if err := c.QueryRow(ctx, `SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = $1`, want.table).Scan(&all, &hot); err != nil {
				return err
			}
			share := float64(hot) / float64(all)
			t.Logf("%-20s %5d updates, %3.0f %% HOT", want.table, all, 100*share)
			if all == 0 || share < want.least {
				t.Errorf("%s: %d of %d updates wrote no index, want %.0f %%", want.table, hot, all, 100*want.least)
			}
		}
		return nil
	})
}

// hotDeployments are those that runs are made of; each has a limit.
const hotDeployments = 50

// hotLives makes runs live, with what workers and services change beside.
type hotLives struct {
	*testing.T
	s           *store.Store
	engine      orchestration.Engine
	flow        uuid.UUID
	deployments []uuid.UUID
	queue       *prefect.WorkQueue
	bucket      triggers.Bucket
}

func newHotLives(t *testing.T, db store.Backend, s *store.Store) *hotLives {
	t.Helper()
	l := &hotLives{T: t, s: s, engine: orchestration.New(orchestration.Settings{})}
	l.bucket = triggers.Bucket{Automation: uuid.New(), Trigger: uuid.New(), Key: "[]", End: time.Now().Add(time.Hour)}
	l.update(func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "flow"})
		if err != nil {
			return err
		}
		l.flow = flow.ID
		pool, err := tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: "pool", Type: "process"})
		if err != nil {
			return err
		}
		if l.queue, err = tx.ReadWorkQueue(*pool.DefaultQueueID); err != nil {
			return err
		}
		for i := range hotDeployments {
			name := fmt.Sprintf("deployment-%d", i)
			d, _, err := tx.CreateDeployment(&prefect.DeploymentCreate{FlowID: l.flow, Name: name}, &l.queue.ID)
			if err != nil {
				return err
			}
			l.deployments = append(l.deployments, d.ID)
			if err := tx.CreateConcurrencyLimit(&concurrency.Limit{ID: tx.IDs.V4(), Name: name, Limit: 1, Active: true}); err != nil {
				return err
			}
		}
		return nil
	})
	err := db.Update(context.Background(), func(c store.Conn) error {
		_, err := c.Exec(`UPDATE deployment SET concurrency_limit_id = (SELECT id FROM concurrency_limit WHERE concurrency_limit.name = deployment.name)`)
		if err == nil {
			_, err = c.Exec(`INSERT INTO automation (id, created, updated, name, description, enabled, tags, trigger, actions, actions_on_trigger, actions_on_resolve)
				VALUES (?, 0, 0, 'automation', '', 1, '[]', '{}', '[]', '[]', '[]')`, l.bucket.Automation)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *hotLives) update(fn func(*store.Tx) error) {
	l.Helper()
	if err := l.s.Update(context.Background(), fn); err != nil {
		l.Fatal(err)
	}
}

// create makes a run of each deployment.
func (l *hotLives) create() (runs []uuid.UUID) {
	l.Helper()
	l.update(func(tx *store.Tx) error {
		runs = nil
		for _, deployment := range l.deployments {
			run := &prefect.FlowRun{Name: "run", FlowID: l.flow, DeploymentID: &deployment, WorkQueueID: &l.queue.ID}
			run.EmpiricalPolicy.Defaults()
			made, _, err := l.engine.CreateFlowRun(tx, run, prefect.NewState(tx.IDs.V7(), prefect.Scheduled, tx.Now), orchestration.Options{})
			if err != nil {
				return err
			}
			runs = append(runs, made.ID)
		}
		return nil
	})
	return runs
}

// poll is what a worker does every few seconds.
func (l *hotLives) poll() {
	l.Helper()
	l.update(func(tx *store.Tx) error {
		pool, err := tx.ReadWorkPoolByName("pool")
		if err == nil {
			err = tx.HeartbeatWorker(pool, "worker", nil)
		}
		if err == nil {
			err = tx.MarkPolled([]*prefect.WorkQueue{l.queue})
		}
		return err
	})
}

// live takes runs to their end, side by side.
func (l *hotLives) live(runs []uuid.UUID) {
	l.Helper()
	each := func(do func(*store.Tx, uuid.UUID) error) {
		l.Helper()
		for i, run := range runs {
			if i%20 == 0 {
				l.poll()
			}
			l.update(func(tx *store.Tx) error { return do(tx, run) })
		}
	}
	set := func(typ prefect.StateType) {
		l.Helper()
		each(func(tx *store.Tx, run uuid.UUID) error {
			result, err := l.engine.SetFlowRunState(tx, run, prefect.NewState(tx.IDs.V7(), typ, tx.Now),
				orchestration.Options{Policy: orchestration.CoreFlowPolicy, Client: "3.9.1"})
			if err == nil && result.Status != prefect.Accept {
				err = fmt.Errorf("%s: %s: %s", typ, result.Status, result.Details.Reason)
			}
			return err
		})
	}
	set(prefect.Pending)
	each(func(tx *store.Tx, run uuid.UUID) error {
		return tx.ClaimFlowRun(run, prefect.Labels{"prefect.worker.name": prefect.Text("worker")})
	})
	set(prefect.Running)
	for _, run := range runs {
		l.task(run)
	}
	for range 3 {
		each(func(tx *store.Tx, run uuid.UUID) error {
			return tx.Emit(&prefect.Event{ID: tx.IDs.V4(), Event: prefect.HeartbeatEvent, Occurred: prefect.At(tx.Now), Payload: []byte(`{}`),
				Resource: prefect.Resource{prefect.ResourceID: "prefect.flow-run." + run.String()}})
		})
	}
	set(prefect.Completed)
	each(func(tx *store.Tx, _ uuid.UUID) error { // what consumers do with each event
		at, err := tx.EventCursor("automations")
		if err == nil {
			err = tx.AdvanceEventCursor("automations", at, at+1)
		}
		if err != nil {
			return err
		}
		l.bucket.Count++
		return tx.SetTriggerBucket(&l.bucket)
	})
}

// task takes a task run of a run through its states.
func (l *hotLives) task(run uuid.UUID) {
	l.Helper()
	var id uuid.UUID
	l.update(func(tx *store.Tx) error {
		made, _, err := l.engine.CreateTaskRun(tx, &prefect.TaskRun{Name: "task", FlowRunID: &run, TaskKey: "task", DynamicKey: "0"}, nil, orchestration.Options{})
		if err == nil {
			id = made.ID
		}
		return err
	})
	for _, typ := range []prefect.StateType{prefect.Pending, prefect.Running, prefect.Completed} {
		l.update(func(tx *store.Tx) error {
			_, err := l.engine.SetTaskRunState(tx, id, prefect.NewState(tx.IDs.V7(), typ, tx.Now), orchestration.Options{Force: true})
			return err
		})
	}
}
