package api

import (
	"context"
	"crypto/subtle"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// CSRFConfig says whether writes need a token, and for how long one lasts.
type CSRFConfig struct {
	Enabled    bool
	Expiration time.Duration
}

func (a *API) csrfTokenRoutes() []rest.Route {
	return []rest.Route{
		rest.Ask("/csrf-token", "create_csrf_token_csrf_token_get", a.createCsrfToken),
	}
}

// csrfTokenQuestion names the client that asks for a token.
type csrfTokenQuestion struct {
	decode.Embedded
	Client string `json:"client" rule:"required"`
}

func (a *API) createCsrfToken(r *http.Request, in *csrfTokenQuestion) (*prefect.CsrfToken, error) {
	if !a.config.CSRF.Enabled {
		return nil, fault.New(fault.Invalid, "CSRF protection is disabled.") // clients look for this very sentence
	}
	return update(a, r, func(tx *store.Tx) (*prefect.CsrfToken, error) {
		return tx.CreateCsrfToken(in.Client, a.config.CSRF.Expiration)
	})
}

// ValidCsrfToken reports whether a client was given this token and may still use it.
func (a *API) ValidCsrfToken(ctx context.Context, client, token string) (valid bool, err error) {
	err = a.store.View(ctx, func(tx *store.Tx) error {
		known, err := tx.ReadCsrfToken(client)
		valid = known != nil && subtle.ConstantTimeCompare([]byte(known.Token), []byte(token)) == 1
		return err
	})
	return valid, err
}
