package api

import (
	"net/http"
	"sort"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
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

// router matches requests to routes the way the reference does: the first route
// of the tables that has the path and the method answers; a known path with
// another method is 405, an unknown one 404, and a path that lacks or has one
// slash too many at its end is redirected. (http.ServeMux refuses tables in
// which two patterns overlap and neither is the narrower one.)
type router struct {
	// byStart holds the patterns by their first segment and number of segments.
	byStart map[start][]*pattern
	fail    func(w http.ResponseWriter, r *http.Request, err error)
}

type start struct {
	first  string
	length int
}

// pattern is a path with its methods. A path that ends in a slash has an empty
// last segment.
type pattern struct {
	segments []segment
	methods  map[string]handler
}

// segment is a literal, or a parameter.
type segment struct {
	literal, parameter string
	isID               bool
}

func newRouter(routes []Route, fail func(http.ResponseWriter, *http.Request, error)) *router {
	rt := &router{byStart: map[start][]*pattern{}, fail: fail}
	known := map[string]*pattern{}
	for _, route := range routes {
		p := known[route.Path]
		if p == nil {
			p = newPattern(route.Path)
			known[route.Path] = p
			at := start{p.segments[0].literal, len(p.segments)}
			rt.byStart[at] = append(rt.byStart[at], p)
		}
		p.methods[route.Method] = route.handle
	}
	return rt
}

func newPattern(path string) *pattern {
	p := &pattern{methods: map[string]handler{}}
	for _, part := range split(path) {
		s := segment{literal: part}
		if strings.HasPrefix(part, "{") {
			name := strings.Trim(part, "{}")
			s = segment{parameter: name, isID: takesIDOnly(name)}
		}
		p.segments = append(p.segments, s)
	}
	return p
}

// split gives the segments of a path that starts with a slash.
func split(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

// matches tells whether the path has this pattern.
func (p *pattern) matches(parts []string) bool {
	for i, s := range p.segments {
		switch {
		case s.parameter == "":
			if parts[i] != s.literal {
				return false
			}
		case parts[i] == "":
			return false
		case s.isID:
			if _, reason := decode.ParseUUID(parts[i]); reason != "" {
				return false
			}
		}
	}
	return true
}

// setValues gives the request the parameters of its path, which matches.
func (p *pattern) setValues(r *http.Request, parts []string) {
	for i, part := range parts {
		if name := p.segments[i].parameter; name != "" {
			r.SetPathValue(name, part)
		}
	}
}

// find gives the first pattern that has the path and the method. Without one it
// gives the methods of those that have the path.
func (rt *router) find(path, method string) (found *pattern, allowed []string) {
	parts := split(path)
	for _, p := range rt.byStart[start{parts[0], len(parts)}] {
		if !p.matches(parts) {
			continue
		}
		if p.methods[method] != nil {
			return p, nil
		}
		for m := range p.methods {
			allowed = append(allowed, m)
		}
	}
	return nil, allowed
}

func (rt *router) knows(path, method string) bool {
	p, allowed := rt.find(path, method)
	return p != nil || allowed != nil
}

func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, allowed := rt.find(r.URL.Path, r.Method)
	switch {
	case p != nil:
		p.setValues(r, split(r.URL.Path))
		if frees(r) {
			// What is deleted with an object may be a long history.
			r = r.WithContext(store.WithPatience(store.WithReserve(r.Context())))
		}
		if err := p.methods[r.Method](w, r); err != nil {
			rt.fail(w, r, err)
		}
	case allowed != nil:
		sort.Strings(allowed)
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		respond(w, http.StatusMethodNotAllowed, detail{"Method Not Allowed"})
	default:
		if location := rt.slashRedirect(r); location != "" {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
		notFound(w)
	}
}

func (rt *router) slashRedirect(r *http.Request) string {
	other := *r.URL
	if strings.HasSuffix(other.Path, "/") {
		other.Path = strings.TrimRight(other.Path, "/")
	} else {
		other.Path += "/"
	}
	other.RawPath = ""
	if other.Path == "" || !rt.knows(other.Path, r.Method) {
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

// takesIDOnly tells whether a path with something else than a UUID for the
// parameter is no path of ours. A lease's id the contract checks later, in the
// operation, and a resource's id is any text.
func takesIDOnly(name string) bool {
	return name != "lease_id" && name != "resource_id" && (name == "id" || strings.HasSuffix(name, "_id"))
}

// pathID is a path parameter that the router has found to be a UUID.
func pathID(r *http.Request, name string) uuid.UUID {
	id, _ := decode.ParseUUID(r.PathValue(name))
	return id
}

// frees tells whether a request deletes: it may go on when the disk is full.
func frees(r *http.Request) bool {
	return r.Method == http.MethodDelete || strings.HasSuffix(r.URL.Path, "/bulk_delete")
}
