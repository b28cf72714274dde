package simulation

import (
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// timesAreCaughtUp: a schedule that catches up all that it missed, and that nobody
// paused, has a run for each of its times, however often the server was away. When the
// clock was set there are others.
func timesAreCaughtUp(w *world) string {
	if !w.over || w.jumps > 0 {
		return ""
	}
	for _, d := range w.estate.deployments[:w.climate.steady] {
		made := map[string]bool{}
		w.rows(`SELECT idempotency_key FROM flow_run WHERE deployment_id = ? AND auto_scheduled = 1`, func(r store.Row) error {
			var key string
			err := r.Scan(&key)
			made[key] = true
			return err
		}, d.id)
		for at := began.Add(steadyInterval); !at.After(w.scheduled); at = at.Add(steadyInterval) {
			key := fmt.Sprintf("scheduled %s %s %s", d.id, d.schedules[0], at.Format("2006-01-02 15:04:05-07:00"))
			if !made[key] && len(w.ledger.deleted) == 0 {
				return fmt.Sprintf("deployment %s has no run of %s", d.id, at.Format(time.RFC3339))
			}
		}
	}
	return ""
}

// taskRunsAreRecorded: a task run that was reported within a flow run is there, in the
// last state that was reported of it, unless its flow run was broken off.
func taskRunsAreRecorded(w *world) (what string) {
	if !w.over {
		return ""
	}
	for id, kind := range w.ledger.tasks {
		found := ""
		w.rows(`SELECT task_run.state_type FROM task_run JOIN flow_run ON flow_run.id = flow_run_id
			WHERE task_run.id = ? AND flow_run.state_type IN ('COMPLETED', 'FAILED')`, func(r store.Row) error { return r.Scan(&found) }, id)
		lost := w.number(`SELECT count(*) FROM flow_run WHERE id = ?`, kind.run) > 0 && w.number(`SELECT count(*) FROM task_run WHERE id = ?`, id) == 0
		switch {
		case lost:
			return fmt.Sprintf("task run %s of run %s is not there", id, kind.run)
		case found != "" && found != kind.state && !w.brokenOff(kind.run):
			return fmt.Sprintf("task run %s of run %s is %s, and was reported as %s last", id, kind.run, found, kind.state)
		}
	}
	return ""
}
