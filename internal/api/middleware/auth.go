package middleware

import (
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/access"
)

// BasicAuth asks for the password in HTTP's Basic form. It lets pass what open
// accepts. Without a password it asks for nothing.
func BasicAuth(password access.Password, open func(*http.Request) bool) Middleware {
	return func(next http.Handler) http.Handler {
		if !password.Asked() {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if open(r) || password.In(r.Header.Get("Authorization")) {
				next.ServeHTTP(w, r)
				return
			}
			refuse(w, http.StatusUnauthorized, "exception_message", "Unauthorized")
		})
	}
}

// ReadOnly refuses what pages would change below the API, which is at path.
func ReadOnly(path string, isUpgrade func(*http.Request) bool) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if below, ok := strings.CutPrefix(r.URL.Path, path+"/"); ok {
				if why := access.ReadOnlyRefusal(r, below, isUpgrade(r)); why != "" {
					refuse(w, http.StatusForbidden, "detail", why)
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Pages refuses what web pages that have no business here have a browser ask; what
// open accepts passes.
func Pages(pages access.Pages, open func(*http.Request) bool) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if why := pages.Refusal(r); why != "" && !open(r) {
				refuse(w, http.StatusForbidden, "detail", why)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
