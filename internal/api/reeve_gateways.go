package api

import (
	"net/http"
	"net/url"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveGatewayRoutes() []Route {
	return []Route{
		{http.MethodGet, "/reeve/gateways", "reeve_read_gateways", a.readGateways},
		{http.MethodPut, "/reeve/gateways/{name}", "reeve_put_gateway", a.putGateway},
		{http.MethodDelete, "/reeve/gateways/{name}", "reeve_delete_gateway", a.deleteGateway},
	}
}

// longestAddress bounds the address of a gateway.
const longestAddress = 2000

// putGateway takes where a gateway is called, with the token it wants to be
// shown. It is called at once, so that it knows whether it can be.
func (a *API) putGateway(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Action
		URL   string   `json:"url" rule:"required,min=1"`
		Token string   `json:"token" rule:"required,min=16"`
		Pools []string `json:"pools"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	address, err := url.Parse(in.URL)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" || len(in.URL) > longestAddress {
		return fault.New(fault.Invalid, "A gateway's url is like http://gateway.internal:4280.")
	}
	if len(in.Pools) > 1000 || len(in.Token) > 1000 {
		return fault.New(fault.Invalid, "That is more than 1000 pools, or a token of more than 1000 characters.")
	}
	if in.Pools == nil {
		in.Pools = []string{}
	}
	var put *store.Gateway
	err = a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		put, err = tx.PutGateway(&store.Gateway{Name: r.PathValue("name"), URL: in.URL, Token: in.Token, Pools: in.Pools})
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, put)
	return nil
}

func (a *API) readGateways(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) ([]*store.Gateway, error) { return tx.ReadGateways() })
}

func (a *API) deleteGateway(w http.ResponseWriter, r *http.Request) error {
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		found, err := tx.DeleteGateway(r.PathValue("name"))
		if err == nil && !found {
			err = fault.New(fault.NotFound, "There is no gateway of that name.")
		}
		return err
	})
	if err != nil {
		return err
	}
	return noContent(w)
}
