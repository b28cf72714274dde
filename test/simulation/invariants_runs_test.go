package simulation

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/store"
)

// runsAreKept: a run is there of which the server has said that it is, unless somebody
// asked to delete it.
func runsAreKept(w *world) string {
	for id := range w.ledger.made {
		if w.view.run[id] == nil && !w.ledger.deleted[id] {
			return fmt.Sprintf("run %s is gone, which was made", id)
		}
	}
	return ""
}

// endsAreFinal: a run that was completed or cancelled does not go on by itself. One that
// nobody hands out is its caller's own, who may.
func endsAreFinal(w *world) string {
	if w.before == nil {
		return ""
	}
	for _, r := range w.view.runs {
		b := w.before.run[r.id]
		if b == nil || w.ledger.forced[r.id] || r.terminal() || r.deployment == nil {
			continue
		}
		if b.kind == "COMPLETED" || b.kind == "CANCELLED" {
			return fmt.Sprintf("run %s was %s and is %s", r.id, b.name, r.name)
		}
	}
	return ""
}

// runsHaveOwners: a run that has not ended waits for a time, or somebody has it in hand
// who is looked after.
func runsHaveOwners(w *world) string {
	for _, r := range w.view.runs {
		fine := true
		switch r.kind {
		case "SCHEDULED":
			fine = r.due != nil && (!r.retries || r.owner != nil)
		case "PENDING", "RUNNING":
			fine = r.owner != nil
		case "PAUSED":
			fine = r.resumeBy != nil
		case "":
			fine = false
		}
		if !fine {
			return fmt.Sprintf("run %s is %s (%s) since %s and has neither", r.id, r.kind, r.name, r.since)
		}
	}
	return ""
}

// nothingIsOverdue: what has a deadline that is over was dealt with.
func nothingIsOverdue(w *world) string {
	now := w.machine.look()
	if w.machine.world().Before(w.settled) {
		return ""
	}
	for _, l := range w.view.leases {
		if l.expires.Add(mercy).Before(now) {
			return fmt.Sprintf("lease %s ended at %s", l.id, l.expires)
		}
	}
	for _, r := range w.view.runs {
		late := func(at *time.Time, by time.Duration) bool { return at != nil && at.Add(by).Before(now) }
		switch {
		case !r.terminal() && late(r.owner, 0):
			return fmt.Sprintf("the owner of run %s (%s) was to be looked after at %s", r.id, r.name, r.owner)
		case late(r.resumeBy, 0):
			return fmt.Sprintf("run %s was to be resumed by %s", r.id, r.resumeBy)
		case r.kind == "SCHEDULED" && r.name == "Scheduled" && late(r.due, 16*time.Second):
			return fmt.Sprintf("run %s was due at %s and is not late", r.id, r.due)
		case r.kind == "CANCELLING" && late(&r.since, 301*time.Second):
			return fmt.Sprintf("run %s has been cancelling since %s", r.id, r.since)
		}
	}
	return ""
}

// countersAreRecounted: what is kept beside rows so that they need not be counted says
// what counting them says.
func countersAreRecounted(w *world) string {
	what := ""
	w.rows(`SELECT r.id, r.state_type, s.type, s.name = r.state_name AND s.timestamp = r.state_timestamp,
			(SELECT id FROM flow_run_state WHERE flow_run_id = r.id ORDER BY rowid DESC LIMIT 1) = r.state_id
		FROM flow_run AS r LEFT JOIN flow_run_state AS s ON s.id = r.state_id`, func(row store.Row) error {
		var id uuid.UUID
		var kind, of *string
		var same, newest *bool
		if err := row.Scan(&id, &kind, &of, &same, &newest); err != nil {
			return err
		}
		if of == nil || *kind != *of || same == nil || !*same || newest == nil || !*newest {
			what = fmt.Sprintf("run %s does not agree with its newest state", id)
		}
		return nil
	})
	if what != "" {
		return what
	}
	// Of what runs took: as many as ended, also of those that were deleted since.
	ended := w.view.count((*flowRun).terminal)
	if kept := w.number(`SELECT coalesce(sum(runs), 0) FROM flow_run_time`); kept < w.number(`SELECT count(*) FROM flow_run WHERE end_time IS NOT NULL AND start_time IS NOT NULL`) {
		return fmt.Sprintf("the times of %d runs are kept, and %d have ended", kept, ended)
	}
	if n := w.number(`SELECT count(*) FROM flow_run WHERE (state_type = 'SCHEDULED' AND state_name = 'AwaitingRetry'
			AND coalesce(json_extract(empirical_policy, '$.retry_type'), '') = 'in_process') != retries_in_process`); n > 0 {
		return fmt.Sprintf("%d runs do not say that they retry in their process, or say so and do not", n)
	}
	return ""
}

// serverIsWell: no service and no consumer fails, while the database works.
func serverIsWell(w *world) string {
	if w.server == nil {
		return ""
	}
	if err := w.server.hands.Health(); err != nil {
		return err.Error()
	}
	return ""
}
