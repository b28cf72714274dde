//go:build !race

// Nothing here runs at once, and SQLite takes thirty times as long with the race detector.

package services

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// numbers are as many as are behind each object here: several pieces.
const numbers = `WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1300) `

// manyRuns makes runs like one that is there, with a state, a task run, a log each.
const manyRuns = numbers + `INSERT INTO flow_run (id, created, updated, name, flow_id, state_id, state_type, state_name, state_timestamp, deployment_id, work_queue_id, tags, infrastructure_document_id)
	SELECT randomblob(16), 0, 0, 'many', flow_id, randomblob(16), state_type, state_name, n, deployment_id, work_queue_id, '["x"]', infrastructure_document_id FROM flow_run, number WHERE id = ?`

var runParts = []string{
	`INSERT INTO flow_run_state (id, flow_run_id, type, timestamp, name, state_details) SELECT state_id, id, state_type, 1, state_name, '{}' FROM flow_run WHERE name = 'many'`,
	`INSERT INTO task_run (id, created, updated, name, flow_run_id, task_key, dynamic_key) SELECT randomblob(16), 0, 0, 'many', id, 'k', '0' FROM flow_run WHERE name = 'many'`,
	`INSERT INTO log (id, created, name, level, message, timestamp, flow_run_id) SELECT randomblob(16), 0, 'many', 20, 'm', 1, id FROM flow_run WHERE name = 'many'`,
}

// long is an object with a long history.
type long struct {
	id     uuid.UUID
	remove func(tx *store.Tx, id uuid.UUID) error
}

func found(_ bool, err error) error { return err }

// TestLongDeletionsAreDoneInPieces has each kind of object deleted with a history behind it,
// and kills the server after each piece: what was begun goes on after the next start, until
// all that belongs to the object is gone and nothing else.
func TestLongDeletionsAreDoneInPieces(t *testing.T) {
	for name, test := range map[string]struct {
		make  func(t *testing.T, s storetest.DB, r *runs) long
		check map[string]string // what is left, by query
	}{
		"a flow": {
			func(t *testing.T, s storetest.DB, r *runs) long {
				exec(t, s, manyRuns, r.create(prefect.Failed, nil))
				exec(t, s, runParts[0])
				exec(t, s, runParts[1])
				exec(t, s, runParts[2])
				return long{r.flow, func(tx *store.Tx, id uuid.UUID) error { return found(tx.DeleteFlow(id)) }}
			},
			map[string]string{`SELECT count(*) FROM flow`: "1", `SELECT count(*) FROM flow_run`: "1", `SELECT count(*) FROM flow_run_sum`: "0",
				`SELECT count(*) FROM flow_run_tag`: "0", `SELECT count(*) FROM log`: "0"},
		},
		"a flow run with logs": {
			func(t *testing.T, s storetest.DB, r *runs) long {
				run := r.create(prefect.Running, nil)
				exec(t, s, numbers+`INSERT INTO log (id, created, name, level, message, timestamp, flow_run_id) SELECT randomblob(16), 0, 'n', 20, 'm', n, ? FROM number`, run)
				return long{run, func(tx *store.Tx, id uuid.UUID) error { return found(tx.DeleteFlowRun(id)) }}
			},
			map[string]string{`SELECT count(*) FROM flow_run`: "1", `SELECT count(*) FROM log`: "0"},
		},
		"a flow run with task runs": {
			func(t *testing.T, s storetest.DB, r *runs) long {
				run := r.create(prefect.Running, nil)
				exec(t, s, numbers+`INSERT INTO task_run (id, created, updated, name, flow_run_id, task_key, dynamic_key, state_id) SELECT randomblob(16), 0, 0, 'n', ?, 'k', n, randomblob(16) FROM number`, run)
				exec(t, s, `INSERT INTO task_run_state (id, task_run_id, type, timestamp, name, state_details) SELECT state_id, id, 'RUNNING', 1, 'Running', '{}' FROM task_run`)
				return long{run, func(tx *store.Tx, id uuid.UUID) error { return found(tx.DeleteFlowRun(id)) }}
			},
			map[string]string{`SELECT count(*) FROM flow_run`: "1", `SELECT count(*) FROM task_run`: "0", `SELECT count(*) FROM task_run_state`: "0"},
		},
		"a flow run with states": {
			func(t *testing.T, s storetest.DB, r *runs) long {
				run := r.create(prefect.Running, nil)
				exec(t, s, numbers+`INSERT INTO flow_run_state (id, flow_run_id, type, timestamp, name, state_details) SELECT randomblob(16), ?, 'RUNNING', n, 'Running', '{}' FROM number`, run)
				return long{run, func(tx *store.Tx, id uuid.UUID) error { return found(tx.DeleteFlowRun(id)) }}
			},
			map[string]string{`SELECT count(*) FROM flow_run`: "1", `SELECT count(*) FROM flow_run_state WHERE timestamp < 2000`: "0"},
		},
		"a task run": {
			func(t *testing.T, s storetest.DB, r *runs) long {
				task := r.createTask(r.create(prefect.Running, nil), prefect.Running)
				exec(t, s, numbers+`INSERT INTO log (id, created, name, level, message, timestamp, task_run_id) SELECT randomblob(16), 0, 'n', 20, 'm', n, ? FROM number`, task)
				exec(t, s, `UPDATE flow_run SET parent_task_run_id = ? WHERE name = 'other'`, task)
				return long{task, func(tx *store.Tx, id uuid.UUID) error { return found(tx.DeleteTaskRun(id)) }}
			},
			map[string]string{`SELECT count(*) FROM flow_run WHERE parent_task_run_id IS NULL`: "2", `SELECT count(*) FROM task_run`: "0", `SELECT count(*) FROM log`: "0"},
		},
		"a deployment": {
			func(t *testing.T, s storetest.DB, r *runs) long {
				var deployment uuid.UUID
				update(t, s.Store, func(tx *store.Tx) error {
					made, _, err := tx.CreateDeployment(&prefect.DeploymentCreate{Name: "d", FlowID: r.flow}, nil)
					deployment = made.ID
					return err
				})
				run := r.create(prefect.Scheduled, func(run *prefect.FlowRun, _ *prefect.State) { run.DeploymentID = &deployment })
				exec(t, s, manyRuns, run)
				return long{deployment, func(tx *store.Tx, id uuid.UUID) error { return found(tx.DeleteDeployment(id)) }}
			},
			map[string]string{`SELECT count(*) FROM deployment`: "0", `SELECT count(*) FROM flow_run`: "1", `SELECT count(*) FROM event WHERE event = 'prefect.deployment.deleted'`: "1"},
		},
		"a work pool": {
			func(t *testing.T, s storetest.DB, r *runs) long {
				pool := makePool(t, s, r)
				return long{pool.ID, func(tx *store.Tx, id uuid.UUID) error {
					pool, err := tx.ReadWorkPool(id)
					if err != nil || pool == nil {
						return err
					}
					return tx.DeleteWorkPool(pool)
				}}
			},
			map[string]string{`SELECT count(*) FROM work_pool`: "0", `SELECT count(*) FROM work_queue`: "0", `SELECT count(*) FROM flow_run WHERE work_queue_id IS NULL`: "1302",
				`SELECT count(*) FROM event WHERE event = 'prefect.work-pool.deleted'`: "1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			manual := clock.NewManual(epoch)
			s := storetest.New(t, manual)
			r := newRuns(t, s.Store)
			otherFlow(t, s, r)
			l := test.make(t, s, r)
			update(t, s.Store, func(tx *store.Tx) error {
				err := l.remove(tx, l.id)
				if len(tx.Begun()) != 1 {
					t.Errorf("the deletion of %d objects is begun", len(tx.Begun()))
				}
				return err
			})
			pieces := 0
			for done := false; !done; pieces++ {
				killed(t, s, manual, test.check)
				begun := time.Now()
				n := 0
				update(t, s.Store, func(tx *store.Tx) (err error) {
					n, err = Deletions{}.Run(tx)
					return err
				})
				if n < 1 || n > 525 {
					t.Fatalf("piece %d has %d rows", pieces, n)
				}
				t.Logf("%d rows in %v", n, time.Since(begun))
				done = !due(t, s.Store)
			}
			if pieces < 2 {
				t.Errorf("it took %d pieces", pieces)
			}
			left(t, s.Path, test.check)
			(&recorderTest{t: t, path: s.Path}).want(`SELECT count(*) FROM flow_run WHERE name = 'other'`, "1")
		})
	}
}

// otherFlow makes a flow with a run that nobody deletes.
func otherFlow(t *testing.T, s storetest.DB, r *runs) {
	t.Helper()
	var other uuid.UUID
	update(t, s.Store, func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "other"})
		other = flow.ID
		return err
	})
	r.create(prefect.Running, func(run *prefect.FlowRun, _ *prefect.State) { run.Name, run.FlowID = "other", other })
}

// makePool makes a pool with runs.
func makePool(t *testing.T, s storetest.DB, r *runs) (pool *prefect.WorkPool) {
	t.Helper()
	update(t, s.Store, func(tx *store.Tx) (err error) {
		pool, err = tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: "p", Type: "process"})
		return err
	})
	exec(t, s, manyRuns, r.create(prefect.Failed, func(run *prefect.FlowRun, _ *prefect.State) { run.WorkQueueID = pool.DefaultQueueID }))
	return pool
}

// killed opens the database as a kill leaves it now, and has the deletion go on there.
func killed(t *testing.T, s storetest.DB, machine clock.Clock, check map[string]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "killed.db")
	for _, end := range []string{"", "-wal"} {
		copyFile(t, s.Path+end, path+end)
	}
	backend := storetest.OpenSQLite(t, path, machine)
	again := store.New(backend, machine, clock.NewIDs(machine))
	for due(t, again) {
		update(t, again, func(tx *store.Tx) error { _, err := Deletions{}.Run(tx); return err })
	}
	if err := backend.Close(); err != nil {
		t.Fatal(err)
	}
	left(t, path, check)
}

func left(t *testing.T, path string, check map[string]string) {
	t.Helper()
	rt := &recorderTest{t: t, path: path}
	for query, want := range check {
		rt.want(query, want)
	}
	rt.want(`SELECT count(*) FROM deletion`, "0")
	rt.want(`SELECT count(*) FROM pragma_foreign_key_check`, "0")
}

func due(t *testing.T, s *store.Store) (due bool) {
	t.Helper()
	if err := s.View(t.Context(), func(tx *store.Tx) (err error) { _, due, err = Deletions{}.Next(tx); return err }); err != nil {
		t.Fatal(err)
	}
	return due
}

func exec(t *testing.T, s storetest.DB, query string, args ...any) {
	t.Helper()
	if err := s.Backend.Update(store.WithPatience(t.Context()), func(c store.Conn) error { _, err := c.Exec(query, args...); return err }); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err == nil {
		_, err = io.Copy(out, in)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
