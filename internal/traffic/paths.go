package traffic

import (
	"net/http"
	"strings"
)

// Paths leads requests to handlers by the beginnings of their paths. Unlike
// http.ServeMux it leaves paths as they are: names in them may be "." and "..".
type Paths []Path

// Path is a path, or with a slash at its end all that are below it, and what
// answers there; Method "" stands for all.
type Path struct {
	Method, Path string
	Handler      http.Handler
}

// ServeHTTP implements http.Handler. The first that fits answers; the last should
// fit everything.
func (all Paths) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, p := range all {
		if p.Method != "" && p.Method != r.Method && (p.Method != http.MethodGet || r.Method != http.MethodHead) {
			continue
		}
		if r.URL.Path == p.Path || strings.HasSuffix(p.Path, "/") && strings.HasPrefix(r.URL.Path, p.Path) {
			p.Handler.ServeHTTP(w, r)
			return
		}
	}
	http.NotFound(w, r)
}
