package rest

import (
	"context"
	"net/http"
	"sort"
	"strings"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// Router matches requests to routes the way the reference does: the first route
// of the tables that has the path and the method answers; a known path with
// another method is 405, an unknown one 404, and a path that lacks or has one
// slash too many at its end is redirected. (http.ServeMux refuses tables in
// which two patterns overlap and neither is the narrower one.)
type Router struct {
	// byStart holds the patterns by their first segment and number of segments.
	byStart map[start][]*pattern
	options Options
}

// Options are what a router does around its operations.
type Options struct {
	// BasePath is where the routes are mounted: redirects name it.
	BasePath string
	// Limits bound what is asked for.
	Limits Limits
	// Prepare returns the request as a route's handler gets it; nil changes nothing.
	Prepare func(*http.Request) *http.Request
	// Fail answers a request that ended with an error.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
}

type limitsKey struct{}

// limitsOf are the limits of the router that serves a request.
func limitsOf(r *http.Request) Limits {
	limits, _ := r.Context().Value(limitsKey{}).(*Limits)
	if limits == nil {
		return Limits{}
	}
	return *limits
}

type start struct {
	first  string
	length int
}

// pattern is a path with its methods. A path that ends in a slash has an empty
// last segment.
type pattern struct {
	segments []segment
	methods  map[string]Handler
}

// segment is a literal, or a parameter.
type segment struct {
	literal, parameter string
	isID               bool
}

// NewRouter returns a router of the routes.
func NewRouter(routes []Route, options Options) *Router {
	rt := &Router{byStart: map[start][]*pattern{}, options: options}
	known := map[string]*pattern{}
	for _, route := range routes {
		p := known[route.Path]
		if p == nil {
			p = newPattern(route.Path)
			known[route.Path] = p
			at := start{p.segments[0].literal, len(p.segments)}
			rt.byStart[at] = append(rt.byStart[at], p)
		}
		p.methods[route.Method] = route.Handle
	}
	return rt
}

func newPattern(path string) *pattern {
	p := &pattern{methods: map[string]Handler{}}
	for _, part := range split(path) {
		s := segment{literal: part}
		if strings.HasPrefix(part, "{") {
			name := strings.Trim(part, "{}")
			s = segment{parameter: name, isID: TakesIDOnly(name)}
		}
		p.segments = append(p.segments, s)
	}
	return p
}

// split returns the segments of a path that starts with a slash.
func split(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

// matches reports whether the path has this pattern.
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

// setValues returns the request the parameters of its path, which matches.
func (p *pattern) setValues(r *http.Request, parts []string) {
	for i, part := range parts {
		if name := p.segments[i].parameter; name != "" {
			r.SetPathValue(name, part)
		}
	}
}

// find returns the first pattern that has the path and the method. Without one it
// gives the methods of those that have the path.
func (rt *Router) find(path, method string) (found *pattern, allowed []string) {
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

func (rt *Router) knows(path, method string) bool {
	p, allowed := rt.find(path, method)
	return p != nil || allowed != nil
}

func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, allowed := rt.find(r.URL.Path, r.Method)
	switch {
	case p != nil:
		p.setValues(r, split(r.URL.Path))
		if rt.options.Prepare != nil {
			r = rt.options.Prepare(r)
		}
		r = r.WithContext(context.WithValue(r.Context(), limitsKey{}, &rt.options.Limits))
		if err := p.methods[r.Method](w, r); err != nil {
			rt.options.Fail(w, r, err)
		}
	case allowed != nil:
		sort.Strings(allowed)
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		Respond(w, http.StatusMethodNotAllowed, detail{"Method Not Allowed"})
	default:
		if location := rt.slashRedirect(r); location != "" {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
		notFound(w)
	}
}

func (rt *Router) slashRedirect(r *http.Request) string {
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
	target := scheme + "://" + r.Host + rt.options.BasePath + other.EscapedPath()
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	return target
}

// TakesIDOnly reports whether a path with something else than a UUID for the
// parameter is no path of ours. A lease's id the contract checks later, in the
// operation, and a resource's id is any text.
func TakesIDOnly(name string) bool {
	return name != "lease_id" && name != "resource_id" && (name == "id" || strings.HasSuffix(name, "_id"))
}
