package store

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Silence is how long a run that sends heartbeats may be silent.
type Silence struct {
	// Intervals is the number of its intervals, Least what it is at least.
	Intervals int
	Least     time.Duration
	// Assumed is the interval of a run that has not sent three heartbeats yet.
	Assumed time.Duration
}

// SilentFlowRun is a run that was silent for too long.
type SilentFlowRun struct {
	ID    uuid.UUID
	State prefect.StateType
	// Heard is when its last heartbeat came.
	Heard time.Time
}

const (
	// silentUntil is when a run counts as silent. What was sent while the server
	// was away was said to nobody, and a state that is new was set by somebody.
	// Of two gaps the longer one: a second process that starts and finds that the
	// run is taken sends one between.
	silentUntil = `(max(beat.heard, flow_run.state_timestamp, ?) +
		max(?, ? * CASE WHEN beat.gap_before = 0 THEN ? ELSE max(beat.gap, beat.gap_before) END))`
	// beatingRuns begins with the heartbeats, which are few: the cross join keeps
	// SQLite from reading every scheduled run for the sake of those that retry.
	beatingRuns = ` FROM flow_run_heartbeat AS beat CROSS JOIN flow_run
		WHERE flow_run.id = beat.flow_run_id AND (flow_run.state_type IN ('RUNNING', 'CANCELLING') OR flow_run.retries_in_process = 1)`
	// leastGap is what lies between two heartbeats of one process: the client
	// sends them no oftener than every 30 s.
	leastGap = 15 * time.Second
)

// noteHeartbeat keeps when a run was last heard of. Runs that have ended, or
// have no process, have none.
func (tx *Tx) noteHeartbeat(e *prefect.Event) error {
	run, err := uuid.Parse(strings.TrimPrefix(e.Resource.ID(), "prefect.flow-run."))
	if err != nil {
		return nil // some other thing's
	}
	var sent prefect.Time
	var gap, before time.Duration
	switch err := tx.one(`SELECT sent, gap, gap_before FROM flow_run_heartbeat WHERE flow_run_id = ?`, []any{run}, &sent, &gap, &before); {
	case err == ErrNoRows:
		sent = e.Occurred
	case err != nil:
		return err
	case e.Occurred.Sub(sent.Time) >= leastGap:
		gap, before, sent = e.Occurred.Sub(sent.Time), gap, e.Occurred
	}
	n, err := tx.conn.Exec(`INSERT INTO flow_run_heartbeat (flow_run_id, heard, sent, gap, gap_before)
		SELECT id, ?, ?, ?, ? FROM flow_run WHERE flow_run.id = ? AND `+holdsProcess+`
		ON CONFLICT (flow_run_id) DO UPDATE SET heard = excluded.heard, sent = excluded.sent,
			gap = excluded.gap, gap_before = excluded.gap_before`,
		tx.Now, sent, gap, before, run)
	if n > 0 {
		tx.Touch(Deadlines)
	}
	return err
}

// DeleteHeartbeats forgets that a run sent heartbeats: it is judged by them no more.
func (tx *Tx) DeleteHeartbeats(run uuid.UUID) error {
	return tx.exec(`DELETE FROM flow_run_heartbeat WHERE flow_run_id = ?`, run)
}

// NextSilence is when the first run will have been silent for too long, false
// when none sends heartbeats.
func (tx *Tx) NextSilence(s Silence) (at time.Time, ok bool, err error) {
	var next *prefect.Time
	err = tx.one(`SELECT min(`+silentUntil+`)`+beatingRuns, s.args(tx), &next)
	if err != nil || next == nil {
		return at, false, err
	}
	return next.Time, true, nil
}

// SilentUntil is when a run will have been silent for too long, nil when it is not
// judged by heartbeats.
func (tx *Tx) SilentUntil(run uuid.UUID, s Silence) (*prefect.Time, error) {
	var until *prefect.Time
	err := tx.one(`SELECT min(`+silentUntil+`)`+beatingRuns+` AND flow_run.id = ?`, append(s.args(tx), run), &until)
	return until, err
}

// ReadSilentFlowRuns returns runs that were silent for too long.
func (tx *Tx) ReadSilentFlowRuns(s Silence, limit int) ([]SilentFlowRun, error) {
	return collect(tx, `SELECT flow_run.id, flow_run.state_type, beat.heard`+beatingRuns+` AND `+silentUntil+` <= ? LIMIT ?`,
		append(s.args(tx), tx.Now, limit), func(r Row) (run SilentFlowRun, err error) {
			err = r.Scan(&run.ID, &run.State, &run.Heard)
			return run, err
		})
}

// args are what silentUntil asks for.
func (s Silence) args(tx *Tx) []any {
	return []any{tx.listening, s.Least, s.Intervals, s.Assumed}
}
