package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) observedStateRoutes() []Route {
	return []Route{
		{http.MethodGet, "/observed-states", "read_observed_states_observed_states_get", a.readObservedStates},
	}
}

// mostObserved is how many different states, by type and name, are looked
// through at once: names are the clients', and one may give each run another.
const mostObserved = 20_000

func (a *API) readObservedStates(w http.ResponseWriter, r *http.Request) error {
	var in prefect.ObservedStateQuery
	if err := queryParameters(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.ObservedState, error) {
		b := budget.New(r.Context(), "looking through the names of states", budget.Limits{Steps: mostObserved})
		defer b.Close()
		return tx.ReadObservedStates(&in, b)
	})
}
