package traffic

import (
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/budget"
)

// Claims returns each request a claim on the memory, which ends with its answer.
// Websockets make claims of their own, for each frame.
func Claims(memory *budget.Memory) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
				next.ServeHTTP(w, r)
				return
			}
			claim := memory.Claim()
			defer claim.Close()
			next.ServeHTTP(&turn{w, claim}, r.WithContext(budget.WithClaim(r.Context(), claim)))
		})
	}
}

// turn ends the claim's turn when the answer begins: a client that takes its
// answer slowly must not keep others from theirs.
type turn struct {
	http.ResponseWriter
	claim *budget.Claim
}

// Unwrap lets http.ResponseController reach the connection.
func (t *turn) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (t *turn) WriteHeader(status int) {
	t.claim.EndTurn()
	t.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (t *turn) Write(p []byte) (int, error) {
	t.claim.EndTurn()
	return t.ResponseWriter.Write(p)
}
