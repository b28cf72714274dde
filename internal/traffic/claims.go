package traffic

import (
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/budget"
)

// Claims gives each request a claim on the memory, which ends with its answer.
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
			next.ServeHTTP(w, r.WithContext(budget.WithClaim(r.Context(), claim)))
		})
	}
}
