package proxy

import (
	"net/http"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/traffic"
)

// Admit lets those pass to next who show the password or, where there is none,
// call from no page of a stranger.
func Admit(password access.Password, pages access.Pages, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !password.Asked() {
			if why := pages.Refusal(r); why != "" {
				traffic.Refuse(w, http.StatusForbidden, why)
				return
			}
		} else if !password.In(r.Header.Get("Authorization")) {
			unauthorised(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func unauthorised(w http.ResponseWriter) {
	traffic.Answer(w, http.StatusUnauthorized, map[string]any{"exception_message": "Unauthorized"})
}

// admits judges a request to the API before it takes a slot or wakes the server,
// and answers it when it may not pass. A websocket shows its password in its
// first frame (see authorise), but must speak the protocol that has one.
func (p *Proxy) admits(w http.ResponseWriter, r *http.Request, a asked) bool {
	if !p.password.Asked() {
		if why := p.pages.Refusal(r); why != "" {
			traffic.Refuse(w, http.StatusForbidden, why)
			return false
		}
		return true
	}
	switch {
	case a.socket && speaks(r):
		return true
	case a.socket:
		traffic.Refuse(w, http.StatusForbidden, "the 'prefect' subprotocol is required")
		return false
	case p.password.In(r.Header.Get("Authorization")), isOpen(r) && !p.view.sleeping():
		return true
	}
	unauthorised(w)
	return false
}

// isOpen accepts what the server answers without its password: probes, and the
// questions of browsers that ask first.
func isOpen(r *http.Request) bool {
	probe := r.Method == http.MethodGet && (r.URL.Path == front+"/health" || r.URL.Path == front+"/ready")
	return probe || r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}
