package rest

import (
	"net/http"
	"strings"
)

// Socket is one websocket of the contract.
type Socket struct {
	// Path is below the API's base path.
	Path  string
	Serve http.HandlerFunc
}

// IsUpgrade reports whether the request asks for a websocket.
func IsUpgrade(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// NewSocketRouter matches upgrades to sockets. One that is unknown is refused
// with 403, as the reference does.
func NewSocketRouter(sockets []Socket) http.Handler {
	patterns := make([]*pattern, len(sockets))
	for i, s := range sockets {
		patterns[i] = newPattern(s.Path)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := split(r.URL.Path)
		for i, p := range patterns {
			if r.Method == http.MethodGet && len(parts) == len(p.segments) && p.matches(parts) {
				p.setValues(r, parts)
				sockets[i].Serve(w, r)
				return
			}
		}
		http.Error(w, "", http.StatusForbidden)
	})
}
