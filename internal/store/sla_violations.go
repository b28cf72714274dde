package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// Runs that take too long are among those that have a process, and runs that start
// too late among those that are scheduled and pending: few, whatever the history.
// The plus signs keep the planner from reading all runs of a deployment.
const (
	overdueRuns = ` FROM sla CROSS JOIN flow_run AS run
		WHERE sla.kind = 'time-to-completion' AND sla.enabled = 1 AND +run.deployment_id = sla.deployment_id
			AND run.state_type IN ('RUNNING', 'CANCELLING', 'PAUSED') AND run.start_time IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM sla_violation WHERE sla_id = sla.id AND flow_run_id = run.id)`
	unstartedRuns = ` FROM sla CROSS JOIN flow_run AS run
		WHERE sla.kind = 'lateness' AND sla.enabled = 1 AND run.deployment_id = sla.deployment_id
			AND run.state_type = 'SCHEDULED' AND run.auto_scheduled = 1 AND run.start_time IS NULL
			AND NOT EXISTS (SELECT 1 FROM sla_violation WHERE sla_id = sla.id AND flow_run_id = run.id)`
	pendingRuns = ` FROM sla CROSS JOIN flow_run AS run
		WHERE sla.kind = 'lateness' AND sla.enabled = 1 AND +run.deployment_id = sla.deployment_id
			AND run.state_type = 'PENDING' AND run.auto_scheduled = 1 AND run.start_time IS NULL
			AND NOT EXISTS (SELECT 1 FROM sla_violation WHERE sla_id = sla.id AND flow_run_id = run.id)`
	staleSLAs = ` FROM sla WHERE kind = 'frequency' AND enabled = 1 AND (missed IS NULL OR missed < since)`
)

// breaches are the ways in which agreements are violated: by which run, since when, and
// where both are found. silent says that what is not known to have happened may have.
var breaches = []struct {
	run, since, from string
	silent           bool
}{
	{"run.id", "run.start_time", overdueRuns, true},
	{"run.id", "run.next_scheduled_start_time", unstartedRuns, false},
	{"run.id", "run.expected_start_time", pendingRuns, true},
	{"NULL", "sla.since", staleSLAs, true},
}

// firstBreach is the query for when the first violation of a kind will be.
func firstBreach(since, from string) string { return `SELECT min(` + since + ` + sla.bound)` + from }

// NextViolation is when the first agreement will be violated as things are; false
// when none can be. Runs that nobody has heard of count from report after the server
// began to listen: they may have ended while it did not.
func (tx *Tx) NextViolation(report time.Duration) (time.Time, bool, error) {
	var next *time.Time
	for _, q := range breaches {
		var at *time.Time
		if err := tx.one(firstBreach(q.since, q.from), nil, &at); err != nil {
			return time.Time{}, false, err
		}
		if at == nil {
			continue
		}
		if heard := tx.listening.Add(report); q.silent && at.Before(heard) {
			at = &heard
		}
		if next == nil || at.Before(*next) {
			next = at
		}
	}
	if next == nil {
		return time.Time{}, false, nil
	}
	return *next, true, nil
}

// Violation is an agreement that is violated, and by which run; nil for none.
type Violation struct {
	SLA *prefect.SLA
	Run *uuid.UUID
	// Since is when what the agreement bounds began.
	Since time.Time
}

func scanViolation(r Row) (Violation, error) {
	var v Violation
	var err error
	v.SLA, err = scanSLA(r, &v.Run, &v.Since)
	return v, err
}

// ReadViolations returns agreements that are violated by now and of which that has
// not been told, at most limit of each kind; for report see NextViolation.
func (tx *Tx) ReadViolations(report time.Duration, limit int) ([]Violation, error) {
	var all []Violation
	for _, q := range breaches {
		if q.silent && tx.Now.Before(tx.listening.Add(report)) {
			continue
		}
		found, err := collect(tx, `SELECT `+q.run+`, `+q.since+`, `+slaColumns+q.from+` AND `+q.since+` + sla.bound <= ? LIMIT ?`,
			[]any{tx.Now, limit}, scanViolation)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// Violate notes that an agreement is violated, and tells of it.
func (tx *Tx) Violate(v Violation) error {
	place, err := tx.ReadDeploymentPlace(v.SLA.DeploymentID)
	if err != nil || place == nil {
		return err
	}
	if v.Run == nil {
		if _, err := tx.conn.Exec(`UPDATE sla SET missed = since WHERE id = ?`, v.SLA.ID); err != nil {
			return err
		}
		return tx.Emit(events.DeploymentViolates(tx.IDs.V7(), tx.Now, v.SLA, place, v.Since))
	}
	if _, err := tx.conn.Exec(`INSERT INTO sla_violation (sla_id, flow_run_id, occurred) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		v.SLA.ID, *v.Run, tx.Now); err != nil {
		return err
	}
	run, err := tx.ReadFlowRunForUpdate(*v.Run)
	if err != nil || run == nil {
		return err
	}
	related, err := tx.ReadFlowRunRelated(run)
	if err != nil {
		return err
	}
	return tx.Emit(events.FlowRunViolates(tx.IDs.V7(), tx.Now, v.SLA, run.ID, run.Name, run.Tags, related, v.Since))
}

// noteAgreements notes what the end of a run says of its deployment's agreements:
// that it took too long, when nobody has said so, and that one completed.
func (tx *Tx) noteAgreements(run *orchestration.FlowRun, outcome prefect.StateType) error {
	if outcome == prefect.Completed {
		n, err := tx.conn.Exec(`UPDATE sla SET since = ? WHERE deployment_id = ? AND kind = 'frequency'`, tx.Now, *run.DeploymentID)
		if err != nil {
			return err
		}
		if n > 0 {
			tx.Touch(Deadlines)
		}
	}
	if run.StartTime == nil {
		return nil
	}
	broken, err := collect(tx, `SELECT ?, ?, `+slaColumns+` FROM sla WHERE deployment_id = ? AND kind = 'time-to-completion' AND enabled = 1
		AND bound <= ? AND NOT EXISTS (SELECT 1 FROM sla_violation WHERE sla_id = sla.id AND flow_run_id = ?)`,
		[]any{run.ID, *run.StartTime, *run.DeploymentID, tx.Now.Sub(run.StartTime.Time), run.ID}, scanViolation)
	if err != nil {
		return err
	}
	for _, v := range broken {
		if err := tx.Violate(v); err != nil {
			return err
		}
	}
	return nil
}
