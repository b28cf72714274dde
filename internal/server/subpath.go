package server

import (
	"net/http"
	"strings"
)

// subpath is where the pages and the API are for those who reach the server below
// a path of a proxy: PREFECT_SERVER_UI_SERVE_BASE. A proxy may send that path on or
// take it off, and the server cannot know which: either is answered.
type subpath struct {
	base string // where the pages are, without a slash at its end; "" for the root
	api  string // where the API is mounted
}

// newSubpath takes a base as the settings have it. One that ends in /v2 is that of the
// reference's newer interface, which is below all the pages.
func newSubpath(base, api string) subpath {
	base = strings.TrimSuffix("/"+strings.Trim(base, "/"), "/v2")
	return subpath{strings.TrimSuffix(base, "/"), api}
}

// stripped is where the API is seen behind a proxy that takes the base off.
func (s subpath) stripped() string {
	if isBelow(s.api, s.base) && s.api != s.base {
		return s.api[len(s.base):]
	}
	return s.api
}

// public is where a browser reaches the API, which is below the pages: what a
// proxy passes on for them reaches the API too.
func (s subpath) public() string { return s.base + s.stripped() }

// wrap gives requests the paths at which pages and API are mounted. Requests
// for the paths in own pass as they are.
func (s subpath) wrap(next http.Handler, own ...string) http.Handler {
	if s.base == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		was, is := "", s.base // a page, its base taken off
		for _, each := range append([]string{s.api}, own...) {
			if isBelow(path, each) {
				next.ServeHTTP(w, r)
				return
			}
			if each != s.api && isBelow(path, s.base+each) {
				was, is = s.base+each, each
			}
		}
		switch {
		case was != "":
		case isBelow(path, s.public()):
			was, is = s.public(), s.api
		case isBelow(path, s.stripped()):
			was, is = s.stripped(), s.api
		case isBelow(path, s.base):
			next.ServeHTTP(w, r)
			return
		}
		asked, url := *r, *r.URL
		url.Path = is + strings.TrimPrefix(path, was)
		if rest, ok := strings.CutPrefix(url.RawPath, was); ok && url.RawPath != "" {
			url.RawPath = is + rest
		} else {
			url.RawPath = "" // the path says the same
		}
		asked.URL = &url
		next.ServeHTTP(w, &asked)
	})
}

func isBelow(path, base string) bool {
	return path == base || strings.HasPrefix(path, base+"/")
}
