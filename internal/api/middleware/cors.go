package middleware

import (
	"net/http"
	"slices"
	"sort"
	"strings"
)

// Origins are the rules for browsers that call from another origin. "*" stands
// for any.
type Origins struct {
	Allowed []string
	Methods []string
	Headers []string
}

// allMethods are those that "*" stands for.
var allMethods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// safelisted are the headers that may always be sent.
var safelisted = []string{"Accept", "Accept-Language", "Content-Language", "Content-Type"}

// maxAge is how long, in seconds, a browser may keep the answer to a preflight.
const maxAge = "600"

// CORS answers preflights itself and marks other answers to foreign origins.
func CORS(o Origins) Middleware {
	methods := o.Methods
	if slices.Contains(methods, "*") {
		methods = allMethods
	}
	headers := append(slices.Clone(safelisted), o.Headers...)
	sort.Strings(headers)
	c := &cors{
		origins: o.Allowed, anyOrigin: slices.Contains(o.Allowed, "*"),
		methods: methods, headers: slices.Compact(headers), anyHeader: slices.Contains(o.Headers, "*"),
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			origin := r.Header.Get("Origin")
			switch {
			case origin == "":
			case r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "":
				c.preflight(w, r, origin)
				return
			case c.anyOrigin:
				w.Header().Set("Access-Control-Allow-Origin", "*")
			case slices.Contains(c.origins, origin):
				w.Header().Set("Access-Control-Allow-Origin", origin)
				w.Header().Add("Vary", "Origin")
			}
			next.ServeHTTP(w, r)
		})
	}
}

type cors struct {
	origins, methods, headers []string
	anyOrigin, anyHeader      bool
}

func (c *cors) preflight(w http.ResponseWriter, r *http.Request, origin string) {
	var failures []string
	h := w.Header()
	switch {
	case c.anyOrigin:
		h.Set("Access-Control-Allow-Origin", "*")
	case slices.Contains(c.origins, origin):
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Vary", "Origin")
	default:
		h.Set("Vary", "Origin")
		failures = append(failures, "origin")
	}
	h.Set("Access-Control-Allow-Methods", strings.Join(c.methods, ", "))
	h.Set("Access-Control-Max-Age", maxAge)
	if !slices.Contains(c.methods, r.Header.Get("Access-Control-Request-Method")) {
		failures = append(failures, "method")
	}
	asked := r.Header.Get("Access-Control-Request-Headers")
	switch {
	case c.anyHeader && asked != "":
		h.Set("Access-Control-Allow-Headers", asked)
	case !c.anyHeader:
		h.Set("Access-Control-Allow-Headers", strings.Join(c.headers, ", "))
		if asked != "" && !c.allHeadersAllowed(asked) {
			failures = append(failures, "headers")
		}
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if len(failures) > 0 {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte("Disallowed CORS " + strings.Join(failures, ", ")))
		return
	}
	_, _ = w.Write([]byte("OK"))
}

func (c *cors) allHeadersAllowed(asked string) bool {
	for name := range strings.SplitSeq(asked, ",") {
		name = strings.TrimSpace(name)
		if !slices.ContainsFunc(c.headers, func(h string) bool { return strings.EqualFold(h, name) }) {
			return false
		}
	}
	return true
}
