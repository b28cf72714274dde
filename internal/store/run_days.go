package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// FlowBar is how many runs of a flow began, or should have, in one piece of a
// window, by the type of their state.
type FlowBar struct {
	FlowID    uuid.UUID
	FlowName  string
	Piece     int
	StateType prefect.StateType
	Runs      int
}

// FlowBars counts the runs of a window that is cut into pieces of a length, for
// the flows with the most runs in it.
func (tx *Tx) FlowBars(start time.Time, length time.Duration, pieces, flows int) ([]FlowBar, error) {
	end := start.Add(length * time.Duration(pieces))
	return collect(tx, `WITH counted AS (
			SELECT flow_id, (`+flowRunStart+` - ?) / ? AS piece, coalesce(state_type, '') AS state_type, count(*) AS runs
			FROM flow_run WHERE `+flowRunStart+` >= ? AND `+flowRunStart+` < ? GROUP BY 1, 2, 3),
		most AS (SELECT flow_id FROM counted GROUP BY flow_id ORDER BY sum(runs) DESC, flow_id LIMIT ?)
		SELECT counted.flow_id, flow.name, piece, state_type, runs FROM counted
			JOIN most ON most.flow_id = counted.flow_id JOIN flow ON flow.id = counted.flow_id
		ORDER BY flow.name, piece`,
		[]any{start, length.Microseconds(), start, end, flows}, func(r Row) (b FlowBar, err error) {
			err = r.Scan(&b.FlowID, &b.FlowName, &b.Piece, &b.StateType, &b.Runs)
			return b, err
		})
}

// UpcomingRun is a run that is to start.
type UpcomingRun struct {
	ID             uuid.UUID    `json:"id"`
	Name           string       `json:"name"`
	FlowName       string       `json:"flow_name"`
	DeploymentID   *uuid.UUID   `json:"deployment_id"`
	DeploymentName *string      `json:"deployment_name"`
	At             prefect.Time `json:"at"`
}

// UpcomingRuns returns the runs named Scheduled that are to start after the moment
// of the transaction and by a time, the first ones first.
func (tx *Tx) UpcomingRuns(by time.Time, limit int) ([]*UpcomingRun, error) {
	return collect(tx, `SELECT flow_run.id, flow_run.name, flow.name, flow_run.deployment_id, deployment.name,
			flow_run.next_scheduled_start_time
		FROM flow_run JOIN flow ON flow.id = flow_run.flow_id LEFT JOIN deployment ON deployment.id = flow_run.deployment_id
		WHERE flow_run.state_name = 'Scheduled' AND flow_run.next_scheduled_start_time > ? AND flow_run.next_scheduled_start_time <= ?
		ORDER BY flow_run.next_scheduled_start_time LIMIT ?`, []any{tx.Now, by, limit}, func(r Row) (*UpcomingRun, error) {
		var u UpcomingRun
		err := r.Scan(&u.ID, &u.Name, &u.FlowName, &u.DeploymentID, &u.DeploymentName, &u.At)
		return &u, err
	})
}
