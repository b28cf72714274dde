package middleware

import (
	"log/slog"
	"net/http"
	"runtime/debug"
)

// Recover answers 500 when a handler panics, and logs where. The process goes
// on: what the handler wrote to the store was undone with its transaction.
func Recover(log *slog.Logger) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if p == http.ErrAbortHandler {
					panic(p) // net/http's own way to cut a connection
				}
				log.Error("a request panicked", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				refuse(w, http.StatusInternalServerError, "exception_message", "Internal Server Error")
			}()
			next.ServeHTTP(w, r)
		})
	}
}
