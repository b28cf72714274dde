package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/config"
)

// gatewayHealth is what a gateway's /health answers.
type gatewayHealth struct {
	Status  string          `json:"status"`
	Inbox   json.RawMessage `json:"inbox"`
	Server  string          `json:"server"`
	Workers []struct {
		Name     string     `json:"name"`
		Running  bool       `json:"running"`
		Since    *time.Time `json:"since"`
		Restarts int        `json:"restarts"`
		Error    string     `json:"error"`
	} `json:"workers"`
}

// freshTime is how long a worker that was started again must have run to be
// thought of as steady.
const freshTime = 10 * time.Minute

// gatewayURL is where the gateway of the settings is, seen from this machine.
func (e *Exam) gatewayURL() string {
	g := e.Config.Gateway
	return reachable("http://" + net.JoinHostPort(g.Host, strconv.Itoa(g.Port)))
}

// checkGateway looks at the gateway of this machine, or, without one, whether
// anybody takes the webhooks that are configured.
func checkGateway(ctx context.Context, e *Exam) []Finding {
	base := e.gatewayURL()
	a, err := e.get(ctx, base+"/health")
	var health gatewayHealth
	if err != nil || json.Unmarshal([]byte(a.body), &health) != nil || health.Inbox == nil {
		return e.noGateway(ctx, base)
	}
	var found []Finding
	if health.Status != "ok" {
		found = one(Fail, "reeve webhook ls --config reeve.toml; then look at the gateway's log", "the gateway at %s says: %s", base, a.body)
	}
	if strings.HasPrefix(health.Server, "away") && e.met.answers {
		found = append(found, one(Fail, "curl "+e.Config.Gateway.API+"/health on the gateway's machine, then compare gateway.api with "+e.URL,
			"the server answers here, but to the gateway it is %s", health.Server)...)
	}
	for _, w := range health.Workers {
		switch {
		case !w.Running:
			found = append(found, one(Fail, "look at the gateway's log, lines with "+w.Name+" |", "the gateway's worker %s does not run: %s", w.Name, w.Error)...)
		case w.Restarts > 0 && w.Since != nil && e.Clock.Now().Sub(*w.Since) < freshTime:
			found = append(found, one(Warn, "look at the gateway's log, lines with "+w.Name+" |", "the gateway's worker %s was started again %s, the last time %s: %s",
				w.Name, counted(uint64(w.Restarts), "time", "times"), e.ago(w.Since), w.Error)...)
		}
	}
	found = append(found, e.openGateway(ctx, base)...)
	if len(found) > 0 {
		return found
	}
	return ok("%s is well; it keeps %s running", base, plural(len(health.Workers), "worker"))
}

// openGateway finds a server without a password behind a gateway that other
// machines reach.
func (e *Exam) openGateway(ctx context.Context, base string) []Finding {
	if e.Config.AllowOpen || config.Loopback(e.Config.Gateway.Host) {
		return nil
	}
	a, err := e.get(ctx, base+"/api/admin/version")
	if err != nil || a.status != http.StatusOK {
		return nil
	}
	return one(Fail, `export PREFECT_SERVER_API_AUTH_STRING="admin:$(head -c 24 /dev/urandom | base64)" where the server runs, and restart it`,
		"the gateway listens on %s and passes on to a server that asks for no password", e.Config.Gateway.Host)
}

// noGateway looks who else takes webhooks: the server itself (reeve up), or a
// gateway on another machine.
func (e *Exam) noGateway(ctx context.Context, base string) []Finding {
	if len(e.Config.Webhooks) == 0 {
		return skipped("none is configured, and none answers at %s", base)
	}
	if u, err := url.Parse(e.URL); err == nil && e.met.answers {
		path := e.Config.Webhooks[0].Path
		if a, err := e.get(ctx, u.Scheme+"://"+u.Host+path); err == nil && a.status == http.StatusMethodNotAllowed {
			return ok("webhooks are taken at %s://%s/webhooks/", u.Scheme, u.Host)
		}
	}
	var known []struct{ Name, URL string }
	if e.met.accepts && e.api().Ask(ctx, http.MethodGet, "/reeve/gateways", nil, &known) == nil && len(known) > 0 {
		names := make([]string, len(known))
		for i, g := range known {
			names[i] = fmt.Sprintf("%s at %s", g.Name, g.URL)
		}
		return ok("none on this machine; the server calls %s", strings.Join(names, ", "))
	}
	return one(Warn, "reeve gateway start --config reeve.toml", "none answers at %s, and the server knows none: nobody takes the webhooks that are configured", base)
}
