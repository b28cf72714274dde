package middleware

import (
	"net/http"
	"sync/atomic"

	"github.com/reevehq/reeve/internal/prefect"
)

// Gate lets requests pass until it is closed. From then on it answers 503 with
// the headers that make the contract's clients wait without spending their
// retries. Requests that passed before are not touched.
type Gate struct {
	closed atomic.Bool
	passes func(*http.Request) bool
}

// NewGate makes an open gate. What passes accepts is let through a closed one.
func NewGate(passes func(*http.Request) bool) *Gate { return &Gate{passes: passes} }

// Close closes the gate for good.
func (g *Gate) Close() { g.closed.Store(true) }

// Wrap is the gate's Middleware.
func (g *Gate) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.closed.Load() || g.passes(r) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "1")
		w.Header().Set(prefect.MaintenanceHeader, "true")
		w.Header().Set("Connection", "close")
		refuse(w, http.StatusServiceUnavailable, "exception_message", "The server is stopping")
	})
}
