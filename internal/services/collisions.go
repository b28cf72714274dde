package services

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// collisionBatch bounds the runs of one deployment that are looked at, and those that
// one piece of work cancels.
const collisionBatch = 100

// Collisions does what deployments ask for when a run is due and their limit is full:
// CANCEL_NEW cancels that run, CANCEL_RUNNING cancels as many of the oldest runs as
// must go for it, and those that wait and are older than it. It looks when a run is
// due and when something changes, with or without a worker.
type Collisions struct{ engine orchestration.Engine }

// NewCollisions makes the service.
func NewCollisions(e orchestration.Engine) *Collisions { return &Collisions{e} }

// Name implements Service.
func (*Collisions) Name() string { return "collisions" }

// Next implements Service.
func (*Collisions) Next(tx *store.Tx) (at time.Time, ok bool, err error) {
	found, err := collisions(tx, 1)
	return found.at, found.known, err
}

// Run implements Service.
func (s *Collisions) Run(tx *store.Tx) (int, error) {
	found, err := collisions(tx, collisionBatch)
	if err != nil {
		return 0, err
	}
	for _, e := range found.ends {
		if _, err := s.engine.SetFlowRunState(tx, e.run, stateWith(tx, e.state, e.why), e.options); err != nil {
			return 0, err
		}
	}
	return len(found.ends), nil
}

// collided is what collisions come to: runs that are to end now, or the moment at
// which there may be some.
type collided struct {
	ends  []collisionEnd
	at    time.Time
	known bool
}

type collisionEnd struct {
	run     uuid.UUID
	state   prefect.StateType
	why     string
	options orchestration.Options
}

// cancel ends runs that have not begun.
func (c *collided) cancel(why string, runs ...store.Contender) {
	for _, run := range runs {
		c.ends = append(c.ends, collisionEnd{run.ID, prefect.Cancelled, why, orchestration.Options{}})
	}
}

// look asks to look again at a moment.
func (c *collided) look(at time.Time) {
	if !c.known || at.Before(c.at) {
		c.at, c.known = at, true
	}
}

// collisions finds what is to be ended, limit runs at most, and when to look again.
func collisions(tx *store.Tx, limit int) (found collided, err error) {
	deployments, err := tx.CancellingDeployments()
	if err != nil {
		return found, err
	}
	for _, id := range deployments {
		d, err := tx.ReadDeploymentLimit(id)
		if err != nil {
			return found, err
		}
		if d == nil || !d.Full(tx.Now) || d.Limit.Limit == 0 {
			continue // that a limit lets nobody run is no collision
		}
		runs, err := tx.ReadContenders(id, collisionBatch)
		if err != nil {
			return found, err
		}
		slices.SortFunc(runs, func(a, b store.Contender) int {
			if a.Before(b) {
				return -1
			}
			return 1
		})
		switch d.Strategy {
		case orchestration.CancelNew:
			found.cancelNew(runs, tx.Now)
		case orchestration.CancelRunning:
			if err := found.cancelRunning(tx, id, d, runs); err != nil {
				return found, err
			}
		}
		if len(found.ends) >= limit {
			break
		}
	}
	if len(found.ends) > 0 {
		found.look(tx.Now)
	}
	return found, nil
}

// cancelNew ends the runs that are due.
func (c *collided) cancelNew(runs []store.Contender, now time.Time) {
	for _, run := range runs {
		if !run.Past(now) {
			c.look(run.Due.Time)
			return
		}
		c.cancel(orchestration.LimitReached, run)
	}
}

// cancelRunning makes room for the newest of the runs that are due and may be handed
// out. Runs whose cancelling is under way make room too. A run that is older than all
// that hold slots gives way itself.
func (c *collided) cancelRunning(tx *store.Tx, deployment uuid.UUID, d *orchestration.DeploymentLimit, runs []store.Contender) error {
	if !d.Limit.Active {
		return nil // it has no slots to give, whoever ends
	}
	var due []store.Contender
	for _, run := range runs {
		switch {
		case !run.Startable:
		case run.Past(tx.Now):
			due = append(due, run)
		default:
			c.look(run.Due.Time)
		}
	}
	if len(due) == 0 {
		return nil
	}
	newest, older := due[len(due)-1], due[:len(due)-1]
	c.cancel(fmt.Sprintf("Flow run %s is newer: it has the next slot of the deployment's concurrency limit.", newest.Name), older...)
	if len(older) > 0 && len(runs) == collisionBatch {
		return nil // there may be newer ones
	}
	room := d.Free(tx.Now)
	running, cancelling, err := tx.ReadSlotRuns(deployment, d.Limit.ID, 1-room)
	if err != nil {
		return err
	}
	for _, run := range running[:max(0, min(len(running), 1-room-cancelling))] {
		if newest.Before(run) {
			c.cancel(fmt.Sprintf("Flow run %s is newer and holds the slot of the deployment's concurrency limit.", run.Name), newest)
			return nil
		}
		c.ends = append(c.ends, collisionEnd{run.ID, prefect.Cancelling,
			fmt.Sprintf("Flow run %s is due, the deployment's concurrency limit is full, and its newest run has the slot.", newest.Name),
			orchestration.Options{Policy: orchestration.CoreFlowPolicy}})
	}
	return nil
}
