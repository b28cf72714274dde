package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) observedStateRoutes() []rest.Route {
	return []rest.Route{
		rest.Ask("/observed-states", "read_observed_states_observed_states_get", a.readObservedStates),
	}
}

// mostObserved is how many different states, by type and name, are looked
// through at once: names are the clients', and one may give each run another.
const mostObserved = 20_000

func (a *API) readObservedStates(r *http.Request, in *prefect.ObservedStateQuery) ([]*prefect.ObservedState, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.ObservedState, error) {
		b := budget.New(r.Context(), "looking through the names of states", budget.Limits{Steps: mostObserved})
		defer b.Close()
		return tx.ReadObservedStates(in, b)
	})
}
