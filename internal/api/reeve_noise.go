package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// Which of an automation's notifications are sent, and when: beside the contract, of whose
// automations it is no part.
func (a *API) reeveNoiseRoutes() []rest.Route {
	const path = "/reeve/automations/{id}/noise"
	return []rest.Route{
		rest.Get(path, "reeve_read_noise", a.readNoise),
		rest.Take(http.MethodPut, path, "reeve_set_noise", a.setNoise),
		rest.Delete(path, "reeve_delete_noise", a.deleteNoise),
	}
}

// noiseSetting is a body of PUT /reeve/automations/{id}/noise. It is the whole setting:
// what is left out is off.
type noiseSetting struct {
	decode.Forbid
	prefect.Noise
}

func (a *API) readNoise(r *http.Request) (*prefect.Noise, error) {
	return view(a, r, func(tx *store.Tx) (*prefect.Noise, error) {
		found, err := findAutomation(tx, r)
		if err != nil {
			return nil, err
		}
		n, err := tx.ReadNoise(found.ID)
		if n == nil {
			n = &prefect.Noise{}
			n.Defaults()
		}
		return n, err
	})
}

func (a *API) setNoise(r *http.Request, in *noiseSetting) (*prefect.Noise, error) {
	return update(a, r, func(tx *store.Tx) (*prefect.Noise, error) {
		found, err := findAutomation(tx, r)
		if err != nil {
			return nil, err
		}
		return &in.Noise, tx.SetNoise(found.ID, &in.Noise)
	})
}

func (a *API) deleteNoise(r *http.Request) error {
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
		found, err := findAutomation(tx, r)
		if err != nil {
			return err
		}
		return tx.SetNoise(found.ID, nil)
	})
}
