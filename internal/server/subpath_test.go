package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestSubpath(t *testing.T) {
	tests := []struct {
		name, base, api string
		public          string
		paths           map[string]string // as they are asked for, and answered
	}{
		{"at the root", "/", "/api", "/api", map[string]string{"/runs": "/runs", "/api/flows/": "/api/flows/", "/prefect/api/health": "/prefect/api/health"}},
		{"the pages alone have a base", "/prefect/", "/api", "/prefect/api", map[string]string{
			"/prefect": "/prefect", "/prefect/": "/prefect/", "/prefect/runs": "/prefect/runs",
			"/api/health": "/api/health", "/prefect/api/health": "/api/health", "/prefect/api": "/api",
			"/": "/prefect/", "/runs/flow-run/1": "/prefect/runs/flow-run/1", "/assets/a.js": "/prefect/assets/a.js",
			"/prefects": "/prefect/prefects", "/ui-settings": "/prefect/ui-settings",
			"/metrics": "/metrics", "/webhooks/video": "/webhooks/video", "/prefect/metrics": "/metrics", "/prefect/webhooks/video": "/webhooks/video",
		}},
		{"pages and API have one", "/prefect", "/prefect/api", "/prefect/api", map[string]string{
			"/prefect/": "/prefect/", "/prefect/api/health": "/prefect/api/health", "/api/health": "/prefect/api/health",
			"/runs": "/prefect/runs", "/prefect/apis": "/prefect/apis",
		}},
		{"names are left as they are written", "/prefect", "/prefect/api", "/prefect/api", map[string]string{
			"/api/variables/name/a%2Fb": "/prefect/api/variables/name/a%2Fb", "/%61pi/health": "/prefect/api/health"}},
		{"the base of the newer interface", "/prefect/v2", "/api", "/prefect/api", map[string]string{
			"/prefect/runs": "/prefect/runs", "/prefect/v2/runs": "/prefect/v2/runs", "/v2/runs": "/prefect/v2/runs", "/": "/prefect/"}},
		{"that at the root", "/v2/", "/api", "/api", map[string]string{"/": "/", "/v2/runs": "/v2/runs", "/api/health": "/api/health"}},
		{"each has its own", "/ui", "/v2/api", "/ui/v2/api", map[string]string{
			"/ui/runs": "/ui/runs", "/v2/api/health": "/v2/api/health", "/ui/v2/api/health": "/v2/api/health", "/runs": "/ui/runs"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSubpath(test.base, test.api)
			if s.public() != test.public {
				t.Errorf("a browser is told of %s, want %s", s.public(), test.public)
			}
			var got string
			h := s.wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.URL.EscapedPath() }), "/metrics", "/webhooks")
			for asked, want := range test.paths {
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, asked, nil))
				if got != want {
					t.Errorf("%s is answered as %s, want %s", asked, got, want)
				}
			}
		})
	}
}
