// Package api is the HTTP face of the contract: one file per resource, each
// with its route table and thin handlers.
//
// A handler decodes and validates, makes one call inside a transaction of the
// store, and encodes. Errors are values; errors.go alone turns them into
// statuses and bodies.
package api

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
)

// Config is what the API needs to know of the server's settings.
type Config struct {
	// BasePath is where the API is mounted, "/api" by default.
	BasePath string
	// DefaultLimit is the default and largest page size.
	DefaultLimit int
}

// API answers the contract's requests.
type API struct {
	store  *store.Store
	clock  clock.Clock
	ids    clock.IDs
	log    *slog.Logger
	config Config
}

// New makes the API on a store.
func New(s *store.Store, c clock.Clock, ids clock.IDs, log *slog.Logger, config Config) *API {
	return &API{store: s, clock: c, ids: ids, log: log, config: config}
}

// Routes lists every operation.
func (a *API) Routes() []Route {
	var all []Route
	for _, table := range [][]Route{
		a.rootRoutes(),
		a.flowRoutes(),
	} {
		all = append(all, table...)
	}
	return all
}

type basePathKey struct{}

// Handler serves the API at its base path.
func (a *API) Handler() http.Handler {
	rt := newRouter(a.Routes(), a.fail)
	mounted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := checkVersion(r); err != nil {
			a.fail(w, r, err)
			return
		}
		rt.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), basePathKey{}, a.config.BasePath)))
	})
	return http.StripPrefix(a.config.BasePath, mounted)
}
