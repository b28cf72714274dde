// Package middleware holds what every request passes before it reaches a
// resource: recovery from panics, cross-origin rules, CSRF tokens, the gate that
// closes when the server stops, compression, the password, and, where there is
// none, the pages that may call.
//
// Each piece takes a handler and gives one. What they refuse has the contract's
// statuses and bodies. They look at requests, not at resources: what they need
// of the store is a function of their own.
package middleware

import (
	"encoding/json"
	"net/http"
	"strings"
)

// Middleware wraps a handler.
type Middleware func(http.Handler) http.Handler

// Chain puts the first of the pieces outermost.
func Chain(h http.Handler, pieces ...Middleware) http.Handler {
	for i := len(pieces) - 1; i >= 0; i-- {
		h = pieces[i](h)
	}
	return h
}

// refuse answers with one member of JSON.
func refuse(w http.ResponseWriter, status int, member, text string) {
	body, _ := json.Marshal(map[string]string{member: text}) // a map of strings can always be written
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone is no error of ours
}

// isUpgrade reports whether the request asks for a websocket.
func isUpgrade(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}
