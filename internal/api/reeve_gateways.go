package api

import (
	"net/http"
	"net/url"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveGatewayRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/reeve/gateways", "reeve_read_gateways", a.readGateways),
		rest.Take(http.MethodPut, "/reeve/gateways/{name}", "reeve_put_gateway", a.putGateway),
		rest.Delete("/reeve/gateways/{name}", "reeve_delete_gateway", a.deleteGateway),
	}
}

// longestAddress bounds the address of a gateway.
const longestAddress = 2000

// gatewayAddress is where a gateway is called, with the token it wants to be
// shown, and the pools whose workers are behind it: none stands for all.
type gatewayAddress struct {
	decode.Action
	URL   string   `json:"url" rule:"required,min=1"`
	Token string   `json:"token" rule:"required,min=16"`
	Pools []string `json:"pools"`
}

// putGateway takes where a gateway is called. It is called at once, so that it
// knows whether it can be.
func (a *API) putGateway(r *http.Request, in *gatewayAddress) (*store.Gateway, error) {
	address, err := url.Parse(in.URL)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" || len(in.URL) > longestAddress {
		return nil, fault.New(fault.Invalid, "A gateway's url is like http://gateway.internal:4280.")
	}
	if len(in.Pools) > 1000 || len(in.Token) > 1000 {
		return nil, fault.New(fault.Invalid, "That is more than 1000 pools, or a token of more than 1000 characters.")
	}
	if in.Pools == nil {
		in.Pools = []string{}
	}
	return update(a, r, func(tx *store.Tx) (*store.Gateway, error) {
		return tx.PutGateway(&store.Gateway{Name: r.PathValue("name"), URL: in.URL, Token: in.Token, Pools: in.Pools})
	})
}

func (a *API) readGateways(r *http.Request) ([]*store.Gateway, error) {
	return view(a, r, func(tx *store.Tx) ([]*store.Gateway, error) { return tx.ReadGateways() })
}

func (a *API) deleteGateway(r *http.Request) error {
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
		found, err := tx.DeleteGateway(r.PathValue("name"))
		if err == nil && !found {
			err = fault.New(fault.NotFound, "There is no gateway of that name.")
		}
		return err
	})
}
