package api

import (
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveWhyRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/flow_runs/{id}/why", "reeve_why_flow_run", a.whyFlowRun)}
}

// Lifecycle is for how long whoever has a run in hand may be silent.
type Lifecycle struct {
	Patience orchestration.Patience
	// Silence is that of runs that send heartbeats, Cancelling how long a run may
	// be cancelling.
	Silence    store.Silence
	Cancelling time.Duration
	// Lenient leaves running runs alone.
	Lenient bool
}

func (a *API) whyFlowRun(r *http.Request) (*dispatch.Why, error) {
	return find(a, r, "Flow run", func(tx *store.Tx) (*dispatch.Why, error) {
		run, err := tx.ReadFlowRun(rest.ID(r, "id"))
		if err != nil || run == nil {
			return nil, err
		}
		return a.explain(tx, run)
	})
}

// explain says what a run waits for.
func (a *API) explain(tx *store.Tx, run *prefect.FlowRun) (*dispatch.Why, error) {
	hand, err := a.handOf(tx, run)
	if err != nil {
		return nil, err
	}
	return dispatch.Explain(tx, run, hand, a.waiting.Now(tx.Now))
}

// handOf is who has a run in hand; nobody's without a state.
func (a *API) handOf(tx *store.Tx, run *prefect.FlowRun) (hand dispatch.Hand, err error) {
	life := a.config.Lifecycle
	owned, err := tx.ReadOwnedFlowRun(run.ID)
	if err != nil || owned == nil {
		return hand, err
	}
	owner := life.Patience.Owner(owned.Signs)
	hand = dispatch.Hand{Who: owner.Who, Until: owner.Until, HandedOut: owner.Fate == orchestration.HandedOut,
		Own: owned.Place == orchestration.Own, Kept: life.Lenient, Cancelling: life.Cancelling}
	if owned.State != prefect.Running || life.Lenient {
		return hand, nil
	}
	silent, err := tx.SilentUntil(run.ID, life.Silence)
	if silent != nil {
		hand.Until = silent.Time
	}
	return hand, err
}
