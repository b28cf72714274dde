package middleware

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/reevehq/reeve/internal/prefect"
)

// CSRF asks for a token with every write. valid reports whether a client was
// given this token and it has not expired; it compares in constant time.
func CSRF(log *slog.Logger, valid func(ctx context.Context, client, token string) (bool, error)) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.Method {
			case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
			default:
				next.ServeHTTP(w, r)
				return
			}
			token, hasToken := header(r, prefect.CSRFTokenHeader)
			client, hasClient := header(r, prefect.CSRFClientHeader)
			switch {
			case !hasToken:
				refuse(w, http.StatusForbidden, "detail", "Missing CSRF token.")
				return
			case !hasClient:
				refuse(w, http.StatusForbidden, "detail", "Missing client identifier.")
				return
			}
			ok, err := valid(r.Context(), client, token)
			if err != nil {
				log.Error("the CSRF token could not be looked up", "error", err)
				refuse(w, http.StatusServiceUnavailable, "exception_message", "Service Unavailable")
				return
			}
			if !ok {
				w.Header().Set("Access-Control-Allow-Origin", "*")
				refuse(w, http.StatusForbidden, "detail", "Invalid CSRF token or client identifier.")
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func header(r *http.Request, name string) (string, bool) {
	values := r.Header.Values(name)
	if len(values) == 0 {
		return "", false
	}
	return values[0], true
}
