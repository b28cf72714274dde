package middleware

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
)

// BasicAuth asks for HTTP Basic credentials equal to auth, "user:password". It
// lets pass what open accepts. An empty auth asks for nothing.
func BasicAuth(auth string, open func(*http.Request) bool) Middleware {
	want := sha256.Sum256([]byte(auth))
	return func(next http.Handler) http.Handler {
		if auth == "" {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if open(r) || presents(r, want) {
				next.ServeHTTP(w, r)
				return
			}
			refuse(w, http.StatusUnauthorized, "exception_message", "Unauthorized")
		})
	}
}

// presents compares in constant time; digests have equal lengths whatever was given.
func presents(r *http.Request, want [sha256.Size]byte) bool {
	fields := strings.Fields(r.Header.Get("Authorization"))
	if len(fields) != 2 || fields[0] != "Basic" {
		return false
	}
	decoded, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil {
		return false
	}
	got := sha256.Sum256(decoded)
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
