package rest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRouter(t *testing.T) {
	const id = "0193c7a0-0000-7000-8000-000000000000"
	answers := func(text string, names ...string) Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			answer := text
			for _, n := range names {
				answer += " " + r.PathValue(n)
			}
			_, err := fmt.Fprint(w, answer)
			return err
		}
	}
	rt := NewRouter([]Route{
		{Method: http.MethodPost, Path: "/things/", Handle: answers("create")},
		{Method: http.MethodGet, Path: "/things/{id}", Handle: answers("read", "id")},
		{Method: http.MethodGet, Path: "/things/name/{name}", Handle: answers("by-name", "name")},
		{Method: http.MethodGet, Path: "/things/{id}/status", Handle: answers("status", "id")},
		{Method: http.MethodPost, Path: "/things/filter", Handle: answers("filter")},
		{Method: http.MethodGet, Path: "/pools/{name}", Handle: answers("pool", "name")},
		{Method: http.MethodPost, Path: "/pools/filter", Handle: answers("pools")},
	}, Options{})
	for _, c := range []struct {
		name, method, path string
		status             int
		body               string
	}{
		{"a literal path", "POST", "/things/", 200, "create"},
		{"an id", "GET", "/things/" + id, 200, "read " + id},
		{"no id", "GET", "/things/7", 404, `{"detail":"Not Found"}`},
		{"two overlapping patterns", "GET", "/things/name/status", 200, "by-name status"},
		{"a parameter in the middle", "GET", "/things/" + id + "/status", 200, "status " + id},
		{"a literal beats no method", "POST", "/pools/filter", 200, "pools"},
		{"a parameter takes what no literal has the method for", "GET", "/pools/filter", 200, "pool filter"},
		{"an escaped name", "GET", "/pools/a%20b", 200, "pool a b"},
		{"an escaped slash is a slash", "GET", "/pools/a%2Fb", 404, `{"detail":"Not Found"}`},
		{"another method", "DELETE", "/things/filter", 405, `{"detail":"Method Not Allowed"}`},
		{"a missing slash", "POST", "/things", 307, ""},
		{"a slash too many", "POST", "/things/filter/", 307, ""},
		{"an empty parameter", "GET", "/things/name/", 404, `{"detail":"Not Found"}`},
		{"an unknown path", "GET", "/nothing", 404, `{"detail":"Not Found"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			rt.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
			if w.Code != c.status || w.Body.String() != c.body {
				t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, w.Code, w.Body, c.status, c.body)
			}
		})
	}
}
