package api

import (
	"net/http"
	"sort"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// handler answers a request or says why it cannot; errors.go writes the error.
type handler func(w http.ResponseWriter, r *http.Request) error

// Route is one operation of the contract.
type Route struct {
	Method string
	// Path is below the API's base path. A parameter named id or ending in _id
	// takes UUIDs only.
	Path string
	// Operation is the contract's operation id.
	Operation string
	handle    handler
}

// router matches requests to routes the way the reference does: an unknown
// path is 404, a known path with another method 405, a path that lacks or has
// one slash too many at its end is redirected.
type router struct {
	mux  *http.ServeMux
	fail func(w http.ResponseWriter, r *http.Request, err error)
}

func newRouter(routes []Route, fail func(http.ResponseWriter, *http.Request, error)) *router {
	rt := &router{mux: http.NewServeMux(), fail: fail}
	byPath := map[string]map[string]handler{}
	for _, route := range routes {
		if byPath[route.Path] == nil {
			byPath[route.Path] = map[string]handler{}
		}
		byPath[route.Path][route.Method] = route.handle
	}
	for path, methods := range byPath {
		pattern := path
		if strings.HasSuffix(path, "/") {
			pattern += "{$}"
		}
		rt.mux.Handle(pattern, rt.endpoint(path, methods))
	}
	return rt
}

func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rt.knows(r) {
		rt.mux.ServeHTTP(w, r)
		return
	}
	if location := rt.slashRedirect(r); location != "" {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	notFound(w)
}

// knows tells whether a route has exactly this path. ServeMux would answer a
// path that only lacks its slash with a redirect of its own.
func (rt *router) knows(r *http.Request) bool {
	_, pattern := rt.mux.Handler(r)
	return pattern != "" && strings.HasSuffix(pattern, "/{$}") == strings.HasSuffix(r.URL.Path, "/")
}

func (rt *router) endpoint(path string, methods map[string]handler) http.Handler {
	ids := idParameters(path)
	allowed := make([]string, 0, len(methods))
	for m := range methods {
		allowed = append(allowed, m)
	}
	sort.Strings(allowed)
	allow := strings.Join(allowed, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range ids {
			if _, reason := decode.ParseUUID(r.PathValue(name)); reason != "" {
				notFound(w)
				return
			}
		}
		handle, ok := methods[r.Method]
		if !ok {
			w.Header().Set("Allow", allow)
			respond(w, http.StatusMethodNotAllowed, detail{"Method Not Allowed"})
			return
		}
		if err := handle(w, r); err != nil {
			rt.fail(w, r, err)
		}
	})
}

func (rt *router) slashRedirect(r *http.Request) string {
	other := *r.URL
	if strings.HasSuffix(other.Path, "/") {
		other.Path = strings.TrimRight(other.Path, "/")
	} else {
		other.Path += "/"
	}
	other.RawPath = ""
	probe := *r
	probe.URL = &other
	if other.Path == "" || !rt.knows(&probe) {
		return ""
	}
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	prefix, _ := r.Context().Value(basePathKey{}).(string)
	target := scheme + "://" + r.Host + prefix + other.EscapedPath()
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	return target
}

// idParameters are the names of a path's parameters that take UUIDs.
func idParameters(path string) []string {
	var ids []string
	for _, part := range strings.Split(path, "/") {
		name := strings.TrimSuffix(strings.TrimPrefix(part, "{"), "}")
		if name != part && (name == "id" || strings.HasSuffix(name, "_id")) {
			ids = append(ids, name)
		}
	}
	return ids
}

// pathID is a path parameter that the router has found to be a UUID.
func pathID(r *http.Request, name string) uuid.UUID {
	id, _ := decode.ParseUUID(r.PathValue(name))
	return id
}
