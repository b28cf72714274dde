package api

import (
	"context"
	"crypto/subtle"
	"net/http"
	"time"

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

func (a *API) csrfTokenRoutes() []Route {
	return []Route{
		{http.MethodGet, "/csrf-token", "create_csrf_token_csrf_token_get", a.createCsrfToken},
	}
}

func (a *API) createCsrfToken(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if !query.Has("client") {
		return &invalidBody{issues: decode.Issues{{Type: "missing", Loc: []any{"query", "client"}, Msg: "Field required"}}}
	}
	if !a.config.CSRF.Enabled {
		return fault.New(fault.Invalid, "CSRF protection is disabled.") // clients look for this very sentence
	}
	clients := query["client"]
	var token *prefect.CsrfToken
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		token, err = tx.CreateCsrfToken(clients[len(clients)-1], a.config.CSRF.Expiration)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, token)
	return nil
}

// ValidCsrfToken tells whether a client was given this token and may still use it.
func (a *API) ValidCsrfToken(ctx context.Context, client, token string) (valid bool, err error) {
	err = a.store.View(ctx, func(tx *store.Tx) error {
		known, err := tx.ReadCsrfToken(client)
		valid = known != nil && subtle.ConstantTimeCompare([]byte(known.Token), []byte(token)) == 1
		return err
	})
	return valid, err
}
