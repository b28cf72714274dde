package doctor

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/config"
)

func checkConfiguration(_ context.Context, e *Exam) []Finding {
	var all []Finding
	for _, problem := range e.Problems {
		all = append(all, one(Fail, "reeve config check", "%v", problem)...)
	}
	for _, warning := range e.Config.Warnings() {
		all = append(all, one(Warn, "take it out; reeve config check lists what is set", "settings are %s", warning)...)
	}
	if len(all) > 0 {
		return all
	}
	if e.Config.File == "" {
		return ok("the settings of the environment are good; there is no %s", config.DefaultFile)
	}
	return ok("%s and the settings of the environment are good", e.Config.File)
}

func checkSecrets(_ context.Context, e *Exam) []Finding {
	var all []Finding
	var present []string
	for _, s := range e.Config.Secrets() {
		switch state := s.State(); state {
		case config.Present:
			present = append(present, s.Name)
		case config.TooShort:
			all = append(all, one(Warn, s.Mend(), "%s, the secret of %s, is too short", s.Name, s.For)...)
		default:
			all = append(all, one(Fail, s.Mend(), "%s, the secret of %s, is %s", s.Name, s.For, state)...)
		}
	}
	if len(present) > 0 {
		all = append(all, ok("present: %s", strings.Join(present, ", "))...)
	}
	if len(all) == 0 {
		return ok("none is needed")
	}
	return all
}

func checkServer(_ context.Context, e *Exam) []Finding {
	m := e.met
	switch {
	case m.problem != "":
		return one(Fail, m.next, "%s", m.problem)
	case m.took >= slow:
		return ok("%s answers; it took %s to wake", e.URL, m.took.Round(100*time.Millisecond))
	}
	return ok("%s answers in %s", e.URL, m.took.Round(100*time.Microsecond))
}

func checkPassword(_ context.Context, e *Exam) []Finding {
	switch m := e.met; {
	case !m.answers:
		return skipped("not looked at, because the server does not answer")
	case m.open:
		return ok("the server asks for none")
	case m.accepts && e.Config.Setup.Worker.Stock && e.Config.Text("api.auth_string") == "":
		return one(Warn, `export PREFECT_API_AUTH_STRING="$PREFECT_SERVER_API_AUTH_STRING"`,
			"the server accepts ours, but stock workers read PREFECT_API_AUTH_STRING, which is not set")
	case m.accepts:
		return ok("the server asks for one and accepts ours")
	case e.Auth == "":
		return one(Fail, `export PREFECT_API_AUTH_STRING="user:password", the one that the server has in PREFECT_SERVER_API_AUTH_STRING`,
			"the server asks for a password and none is set here")
	}
	return one(Fail, `export PREFECT_API_AUTH_STRING="user:password", the one that the server has in PREFECT_SERVER_API_AUTH_STRING`,
		"the server does not accept the password that is set here")
}

// checkExposure looks for a server that answers anybody.
func checkExposure(_ context.Context, e *Exam) []Finding {
	const next = `export PREFECT_SERVER_API_AUTH_STRING="admin:$(head -c 24 /dev/urandom | base64)" where the server runs, and restart it`
	u, err := url.Parse(e.URL)
	if err != nil || !e.met.answers {
		return skipped("not looked at, because the server does not answer")
	}
	host := u.Hostname()
	switch {
	case !e.met.open:
		return ok("requests without the password are refused")
	case config.Loopback(host) && !e.Config.Exposed():
		return ok("no password is asked for; only this machine reaches %s", host)
	case config.Loopback(host):
		return one(Fail, next, "the server is to listen on %s and asks for no password", e.Config.Text("server.api.host"))
	case public(host) && !e.Config.AllowOpen:
		return one(Fail, next, "anybody who reaches %s may run programs on your workers: it asks for no password", u.Host)
	}
	return one(Warn, next, "everybody on the network of %s may run programs on your workers: it asks for no password", host)
}

// checkWorkerAddress asks the other addresses by which workers and the gateway
// reach the server.
func checkWorkerAddress(ctx context.Context, e *Exam) []Finding {
	var all []Finding
	asked := map[string]bool{strings.TrimSuffix(e.URL, "/"): true}
	gateway := e.Config.Gateway.API
	if gateway == strings.TrimSuffix(e.Config.Text("server.ui.api_url"), "/") {
		gateway = "" // nobody gave it
	}
	for _, setting := range []struct{ name, url string }{{"gateway.api", gateway}, {"PREFECT_API_URL", e.Config.Text("api.url")}} {
		address := strings.TrimSuffix(setting.url, "/")
		if address == "" || asked[address] {
			continue
		}
		asked[address] = true
		p := e.probe(ctx, address, e.Patience)
		switch {
		case p.problem != "":
			all = append(all, one(Fail, p.next, "%s: %s", setting.name, p.problem)...)
		default:
			all = append(all, ok("%s: %s answers in %s", setting.name, address, p.took.Round(100*time.Microsecond))...)
		}
	}
	if len(all) == 0 {
		return e.sameAddress()
	}
	return all
}

func (e *Exam) sameAddress() []Finding {
	if e.met.problem != "" {
		return skipped("it is the server's: %s", e.URL)
	}
	return ok("workers that are started here ask %s too", e.URL)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
