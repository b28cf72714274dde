package doctor

import (
	"net/http"
	"testing"
	"time"
)

func TestConfiguration(t *testing.T) {
	tests := map[string]struct {
		situation
		want []finding
	}{
		"nothing":   {situation{}, []finding{{OK, "there is no reeve.toml", ""}}},
		"good file": {situation{toml: "[server]\nport = 5000"}, []finding{{OK, "reeve.toml and the settings", ""}}},
		"two faults": {situation{toml: "[server]\nport = \"x\"\nprot = 1"}, []finding{
			{Fail, "server.port", "reeve config check"}, {Fail, "server.prot", "reeve config check"}}},
		"without effect": {situation{environ: []string{"PREFECT_SERVER_METRICS_ENABLED=1"}}, []finding{{Warn, "without effect: PREFECT_SERVER_METRICS_ENABLED", "take it out"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "configuration", test.want...) })
	}
}

func TestSecrets(t *testing.T) {
	const hook = "[[webhook]]\npath = \"/webhooks/a\"\nsecret_env = \"A_SECRET\"\ndeployment = \"f/d\"\n"
	tests := map[string]struct {
		situation
		want []finding
	}{
		"none":      {situation{}, []finding{{OK, "none is needed", ""}}},
		"missing":   {situation{toml: hook}, []finding{{Fail, "A_SECRET, the secret of webhook /webhooks/a, is missing", "export A_SECRET="}}},
		"too short": {situation{toml: hook, environ: []string{"A_SECRET=geheim"}}, []finding{{Warn, "is too short", "export A_SECRET="}}},
		"present":   {situation{toml: hook, environ: []string{"A_SECRET=0123456789abcdef"}}, []finding{{OK, "present: A_SECRET", ""}}},
		"public without": {situation{toml: "[server]\nhost = \"0.0.0.0\""}, []finding{
			{Fail, "PREFECT_SERVER_API_AUTH_STRING, the secret of the API, is missing", "export PREFECT_SERVER_API_AUTH_STRING="}}},
		"bad key": {situation{environ: []string{"PREFECT_SERVER_ENCRYPTION_KEY=?"}}, []finding{{Fail, "is malformed", "base64"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "secrets", test.want...) })
	}
}

func TestServer(t *testing.T) {
	naps := 3
	waking := func(w http.ResponseWriter, r *http.Request) {
		if naps--; naps > 0 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		well.ServeHTTP(w, r)
	}
	failing := well.with(answers{"GET /health": page(503, `{"status":"failing","problem":"the disk of a.db is full"}`)})
	tests := map[string]struct {
		situation
		want finding
	}{
		"well":             {situation{server: well}, finding{OK, "answers in", ""}},
		"slash at its end": {situation{server: well, path: "/api/"}, finding{OK, "/api answers", ""}},
		"Prefect's own":    {situation{server: well.with(answers{"GET /health": true})}, finding{OK, "answers in", ""}},
		"down":             {situation{}, finding{Fail, "nothing listens at 127.0.0.1:1", "reeve server start"}},
		"wakes":            {situation{server: http.HandlerFunc(waking)}, finding{OK, "it took 1s to wake", ""}},
		"without /api":     {situation{server: well, path: "/"}, finding{Fail, "is not the API's address: it is at http://", "/api"}},
		"/api twice":       {situation{server: well, path: "/api/api"}, finding{Fail, "it is at http://", "export PREFECT_API_URL="}},
		"page of the UI":   {situation{server: page(200, "<html>")}, finding{Fail, "is no Prefect server", "export PREFECT_API_URL="}},
		"failing":          {situation{server: failing}, finding{Fail, "the disk of a.db is full", "reeve server database check"}},
		"proxy":            {situation{server: page(502, "bad gateway")}, finding{Fail, "answers 502: the server behind it does not", "start the server behind it"}},
		"proxy's password": {situation{server: page(401, "")}, finding{Fail, "something before the server answers 401", "let /api/health pass"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "server", test.want) })
	}
}

func TestServerThatNeverWakes(t *testing.T) {
	s := situation{server: page(503, "", "Prefect-Maintenance", "true")}
	e := s.exam(t)
	e.Patience = 50 * time.Millisecond
	e.Clock = realPauses{&ticking{now: noon}}
	e.meet(t.Context())
	if got := checkServer(t.Context(), e)[0]; got.Severity != Fail || got.Next == "" {
		t.Errorf("found %+v", got)
	}
}

// realPauses never end before the context.
type realPauses struct{ *ticking }

func (realPauses) After(time.Duration) <-chan time.Time { return nil }

func TestAddresses(t *testing.T) {
	for address, want := range map[string]finding{
		"127.0.0.1:4200/api":         {Fail, "is no address of an API", "export PREFECT_API_URL=http://127.0.0.1:4200/api"},
		"ftp://127.0.0.1/api":        {Fail, "is no address of an API", "export PREFECT_API_URL"},
		"":                           {Fail, "is no address of an API", "export PREFECT_API_URL"},
		"http://reeve.invalid/api":   {Fail, "there is no host reeve.invalid", "export PREFECT_API_URL"},
		"http://0.0.0.0:1/api/":      {Fail, "nothing listens at 127.0.0.1:1", "reeve server start"},
		"https://TLS-TO-PLAIN-HTTP/": {Fail, "speaks no TLS", "export PREFECT_API_URL=http://"},
	} {
		t.Run(address, func(t *testing.T) {
			e := situation{server: well}.exam(t)
			if address == "https://TLS-TO-PLAIN-HTTP/" {
				address = "https" + e.URL[len("http"):]
			}
			e.URL = address
			e.meet(t.Context())
			got := checkServer(t.Context(), e)[0]
			matches(t, got, want)
		})
	}
}

func TestPassword(t *testing.T) {
	tests := map[string]struct {
		situation
		want finding
	}{
		"down":           {situation{}, finding{Skipped, "does not answer", ""}},
		"none":           {situation{server: well}, finding{OK, "asks for none", ""}},
		"right":          {situation{server: guarded(well), auth: "admin:password"}, finding{OK, "accepts ours", ""}},
		"not set":        {situation{server: guarded(well)}, finding{Fail, "none is set here", "export PREFECT_API_AUTH_STRING="}},
		"wrong":          {situation{server: guarded(well), auth: "admin:geheim"}, finding{Fail, "does not accept", "export PREFECT_API_AUTH_STRING="}},
		"stock, not set": {situation{server: guarded(well), auth: "admin:password", toml: "[worker]\nstock = true"}, finding{Warn, "stock workers read", "$PREFECT_SERVER_API_AUTH_STRING"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "password", test.want) })
	}
}

func TestExposure(t *testing.T) {
	tests := map[string]struct {
		situation
		want finding
	}{
		"down":              {situation{}, finding{Skipped, "", ""}},
		"password":          {situation{server: guarded(well)}, finding{OK, "are refused", ""}},
		"this machine only": {situation{server: well}, finding{OK, "only this machine", ""}},
		"listens to all":    {situation{server: well, toml: "[server]\nhost = \"0.0.0.0\""}, finding{Fail, "is to listen on 0.0.0.0", "export PREFECT_SERVER_API_AUTH_STRING"}},
		"told to be open":   {situation{server: well, toml: "[server]\nhost = \"0.0.0.0\"\nallow_open = true"}, finding{OK, "", ""}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "exposure", test.want) })
	}
	for host, want := range map[string]Severity{"my-server.fly.dev": Fail, "203.0.113.7": Fail, "10.0.0.7": Warn, "server.internal": Warn, "server": Warn} {
		e := situation{}.exam(t)
		e.URL, e.met = "http://"+host+":4200/api", meeting{probe: probe{answers: true}, open: true}
		if got := checkExposure(t.Context(), e)[0]; got.Severity != want || got.Next == "" {
			t.Errorf("%s: %+v", host, got)
		}
	}
}

func TestWorkerAddress(t *testing.T) {
	tests := map[string]struct {
		situation
		want []finding
	}{
		"the same":        {situation{server: well}, []finding{{OK, "ask http://", ""}}},
		"down":            {situation{}, []finding{{Skipped, "it is the server's", ""}}},
		"gateway's wrong": {situation{server: well, toml: "[gateway]\napi = \"http://127.0.0.1:1/api\""}, []finding{{Fail, "gateway.api: nothing listens", "reeve server start"}}},
		"client's wrong":  {situation{server: well, environ: []string{"PREFECT_API_URL=http://127.0.0.1:1/api"}}, []finding{{Fail, "PREFECT_API_URL: nothing listens", "reeve server start"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "worker-address", test.want...) })
	}
}
