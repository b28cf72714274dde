package orchestration_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world is a real database with a clock that the test moves.
type world struct {
	testing.TB
	db     store.Backend
	store  *store.Store
	clock  *clock.Manual
	engine orchestration.Engine
	flow   uuid.UUID
}

func newWorld(t testing.TB) *world {
	t.Helper()
	manual := clock.NewManual(noon)
	db := storetest.New(t, manual)
	w := &world{TB: t, db: db.Backend, store: db.Store, clock: manual,
		engine: orchestration.New(orchestration.Settings{})}
	w.update(func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "a-flow"})
		w.flow = flow.ID
		return err
	})
	return w
}

// in is the world as a subtest sees it.
func (w *world) in(t testing.TB) *world {
	inner := *w
	inner.TB = t
	return &inner
}

func (w *world) update(fn func(*store.Tx) error) {
	w.Helper()
	if err := w.store.Update(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

// exec runs SQL, for rows that another package makes.
func (w *world) exec(query string, args ...any) {
	w.Helper()
	err := w.db.Update(w.Context(), func(c store.Conn) error {
		_, err := c.Exec(query, args...)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

// state makes a proposal; changes set more of it.
func state(t prefect.StateType, changes ...func(*prefect.State)) *prefect.State {
	s := prefect.NewState(uuid.New(), t, noon)
	for _, change := range changes {
		change(s)
	}
	return s
}

func named(name string) func(*prefect.State) { return func(s *prefect.State) { s.Name = name } }

func data(text string) func(*prefect.State) {
	return func(s *prefect.State) { s.Data = []byte(text) }
}

func details(change func(*prefect.StateDetails)) func(*prefect.State) {
	return func(s *prefect.State) { change(&s.StateDetails) }
}

func due(at time.Time) func(*prefect.State) {
	return details(func(d *prefect.StateDetails) { d.ScheduledTime = prefect.AtPointer(at) })
}

// newFlowRun makes a run with a forced state, nil for none.
func (w *world) newFlowRun(first *prefect.State, changes ...func(*prefect.FlowRun)) uuid.UUID {
	w.Helper()
	run := &prefect.FlowRun{Name: "a-run", FlowID: w.flow}
	run.EmpiricalPolicy.Defaults()
	for _, change := range changes {
		change(run)
	}
	w.update(func(tx *store.Tx) error {
		made, created, err := w.engine.CreateFlowRun(tx, run, w.fresh(tx, first), orchestration.Options{})
		if err == nil && !created {
			err = errors.New("the run was there")
		}
		run = made
		return err
	})
	return run.ID
}

// fresh returns a proposal the id and moment of the transaction.
func (w *world) fresh(tx *store.Tx, s *prefect.State) *prefect.State {
	if s == nil {
		return nil
	}
	return s.Fresh(tx.IDs.V7(), tx.Now)
}

func (w *world) set(id uuid.UUID, s *prefect.State, o orchestration.Options) *prefect.OrchestrationResult {
	w.Helper()
	result, err := w.try(id, s, o)
	if err != nil {
		w.Fatal(err)
	}
	return result
}

func (w *world) try(id uuid.UUID, s *prefect.State, o orchestration.Options) (result *prefect.OrchestrationResult, err error) {
	err = w.store.Update(w.Context(), func(tx *store.Tx) (err error) {
		result, err = w.engine.SetFlowRunState(tx, id, w.fresh(tx, s), o)
		return err
	})
	return result, err
}

func (w *world) flowRun(id uuid.UUID) (run *orchestration.FlowRun) {
	w.Helper()
	w.update(func(tx *store.Tx) (err error) {
		run, err = tx.ReadFlowRunForUpdate(id)
		return err
	})
	return run
}

func (w *world) newTaskRun(first *prefect.State, changes ...func(*prefect.TaskRun)) uuid.UUID {
	w.Helper()
	run := &prefect.TaskRun{Name: "a-task", TaskKey: "task", DynamicKey: uuid.NewString()}
	for _, change := range changes {
		change(run)
	}
	w.update(func(tx *store.Tx) error {
		made, _, err := w.engine.CreateTaskRun(tx, run, w.fresh(tx, first), orchestration.Options{})
		run = made
		return err
	})
	return run.ID
}

func (w *world) setTask(id uuid.UUID, s *prefect.State, o orchestration.Options) (result *prefect.OrchestrationResult) {
	w.Helper()
	w.update(func(tx *store.Tx) (err error) {
		result, err = w.engine.SetTaskRunState(tx, id, w.fresh(tx, s), o)
		return err
	})
	return result
}

func (w *world) taskRun(id uuid.UUID) (run *orchestration.TaskRun) {
	w.Helper()
	w.update(func(tx *store.Tx) (err error) {
		run, err = tx.ReadTaskRunForUpdate(id)
		return err
	})
	return run
}

// newLimit makes a concurrency limit.
func (w *world) newLimit(name string, slots int) (limit *concurrency.Limit) {
	w.Helper()
	w.update(func(tx *store.Tx) (err error) {
		limit, err = concurrency.Create(tx, &prefect.ConcurrencyLimitV2Create{Active: true, Name: name, Limit: slots})
		return err
	})
	return limit
}

// taken is how many slots of a limit are taken, and how many its leases hold.
func (w *world) taken(name string) (slots, leased int) {
	w.Helper()
	w.update(func(tx *store.Tx) error {
		slots, leased = 0, 0
		limit, err := tx.ReadConcurrencyLimitByName(name)
		if err != nil {
			return err
		}
		leases, err := tx.ReadLeasesOfLimit(limit.ID)
		for _, lease := range leases {
			leased += lease.Slots
		}
		slots = limit.Taken(tx.Now)
		return err
	})
	return slots, leased
}

// newDeployment makes a deployment with a limit, named "deployment", of so many
// slots, and options given as JSON ("" for none).
func (w *world) newDeployment(slots int, options string) uuid.UUID {
	w.Helper()
	limit := w.newLimit("deployment", slots)
	id := uuid.New()
	var given any
	if options != "" {
		given = options
	}
	w.exec(`INSERT INTO deployment (id, created, updated, name, flow_id, concurrency_limit_id, concurrency_options)
		VALUES (?, 0, 0, 'd', ?, ?, ?)`, id, w.flow, limit.ID, given)
	return id
}

func of(deployment uuid.UUID) func(*prefect.FlowRun) {
	return func(run *prefect.FlowRun) { run.DeploymentID = &deployment }
}

var (
	core     = orchestration.Options{Policy: orchestration.CoreFlowPolicy, Client: "3.9.1", API: "0.8.4"}
	coreTask = orchestration.Options{Policy: orchestration.CoreTaskPolicy}
	forced   = orchestration.Options{Force: true}
)

// outcome is what is wanted of a proposal: status, reason, and "TYPE Name" of
// the state that the run then has.
type outcome struct {
	status prefect.SetStateStatus
	reason string
	state  string
}

func (o outcome) check(t testing.TB, result *prefect.OrchestrationResult) {
	t.Helper()
	got := outcome{result.Status, result.Details.Reason, "none"}
	if result.State != nil {
		got.state = string(result.State.Type) + " " + result.State.Name
	}
	if got != o {
		t.Errorf("got %+v, want %+v", got, o)
	}
}

func accepted(state string) outcome { return outcome{prefect.Accept, "", state} }
