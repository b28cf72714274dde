package proxy

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/traffic"
	"github.com/reevehq/reeve/internal/wire"
)

// longestNudge bounds the bytes of a call.
const longestNudge = 1 << 20

// ServeNudge takes a call of the server: what it will next be needed for, and
// whether it goes to sleep now.
func (p *Proxy) ServeNudge(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !access.Same([]byte(token), []byte(p.token)) {
		traffic.Refuse(w, http.StatusUnauthorized, "this is for the server alone")
		return
	}
	var call wire.Nudge
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestNudge))
	if err != nil || json.Unmarshal(body, &call) != nil {
		traffic.Refuse(w, http.StatusBadRequest, "this is no call of a server")
		return
	}
	p.count.calls.Add(1)
	woke := p.view.called(outlook{Deadline: call.NextDeadline, Pools: call.Pools}, call.Sleeping)
	p.log.Debug("the server called", "sleeping", call.Sleeping, "next_deadline", call.NextDeadline, "woke", woke)
	if call.Sleeping {
		p.base.CloseIdleConnections() // they do not outlive its sleep
	}
	w.WriteHeader(http.StatusNoContent)
}
