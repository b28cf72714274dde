package api

import (
	"net/http"
	"strings"
)

// Socket is one websocket of the contract.
type Socket struct {
	// Path is below the API's base path.
	Path  string
	serve http.HandlerFunc
}

// IsUpgrade tells whether the request asks for a websocket.
func IsUpgrade(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// newSocketRouter matches upgrades to sockets. One that is unknown is refused
// with 403, as the reference does.
func newSocketRouter(sockets []Socket) http.Handler {
	mux := http.NewServeMux()
	for _, s := range sockets {
		mux.HandleFunc("GET "+s.Path, s.serve)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "", http.StatusForbidden)
	})
	return mux
}
