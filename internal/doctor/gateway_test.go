package doctor

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// gatewayAt serves a gateway's answers and gives the [gateway] that names it.
func gatewayAt(t *testing.T, host string, a http.Handler) string {
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	return "[gateway]\nhost = \"" + host + "\"\nport = " + port + "\n"
}

func TestGateway(t *testing.T) {
	const hook = "[[webhook]]\npath = \"/webhooks/a\"\nopen = true\ndeployment = \"f/d\"\n"
	health := func(server string, workers ...object) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/health", page(200, ""))
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/admin/version" {
				_, _ = w.Write([]byte(`"3.9.1"`))
				return
			}
			answers{"GET /health": object{"status": "ok", "inbox": object{}, "server": server, "workers": workers}}.ServeHTTP(w, withPrefix(r))
		})
	}
	up := withHandler(well, "/webhooks/a", page(405, ""))
	known := well.with(answers{"GET /reeve/gateways": []object{{"name": "g", "url": "http://g:4280"}}})
	tests := map[string]struct {
		gateway http.Handler
		host    string
		toml    string
		server  http.Handler
		want    []finding
	}{
		"none, none wanted": {nil, "127.0.0.1", "", well, []finding{{Skipped, "none is configured", ""}}},
		"none":              {nil, "127.0.0.1", hook, well, []finding{{Warn, "nobody takes the webhooks", "reeve gateway start"}}},
		"the server itself": {nil, "127.0.0.1", hook, up, []finding{{OK, "webhooks are taken at http://127.0.0.1", ""}}},
		"elsewhere":         {nil, "127.0.0.1", hook, known, []finding{{OK, "the server calls g at http://g:4280", ""}}},
		"well":              {health("ok", object{"name": "p", "running": true}), "127.0.0.1", hook, well, []finding{{OK, "keeps 1 worker running", ""}}},
		"server away":       {health("away since noon: 401"), "127.0.0.1", hook, well, []finding{{Fail, "to the gateway it is away since noon: 401", "/health"}}},
		"both away":         {health("away since noon: refused"), "127.0.0.1", hook, nil, []finding{{OK, "is well", ""}}},
		"worker down":       {health("ok", object{"name": "p", "error": "exit status 1"}), "127.0.0.1", hook, well, []finding{{Fail, "worker p does not run: exit status 1", "lines with p |"}}},
		"worker restarts": {health("ok", object{"name": "p", "running": true, "restarts": 3, "since": noon.Add(-time.Minute), "error": "exit status 1"}), "127.0.0.1", hook, well,
			[]finding{{Warn, "worker p was started again 3 times, the last time 60 s ago: exit status 1", "lines with p |"}}},
		"open to others":  {health("ok"), "0.0.0.0", hook, well, []finding{{Fail, "listens on 0.0.0.0 and passes on to a server that asks for no password", "export PREFECT_SERVER_API_AUTH_STRING"}}},
		"told to be open": {health("ok"), "0.0.0.0", "[server]\nallow_open = true\n" + hook, well, []finding{{OK, "is well", ""}}},
		"another program": {page(200, "hello"), "127.0.0.1", hook, well, []finding{{Warn, "nobody takes the webhooks", "reeve gateway start"}}},
		"failing":         {page(503, `{"status":"failing","inbox":"it cannot be read"}`), "127.0.0.1", hook, well, []finding{{Fail, "it cannot be read", "reeve webhook ls"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			toml := test.toml
			if test.gateway != nil {
				toml += gatewayAt(t, test.host, test.gateway)
			} else {
				toml += "[gateway]\nport = 1\n"
			}
			situation{toml: toml, server: test.server}.expect(t, "gateway", test.want...)
		})
	}
}

// withPrefix is a request as the tables of answers know it.
func withPrefix(r *http.Request) *http.Request {
	c := r.Clone(r.Context())
	c.URL.Path = "/api" + r.URL.Path
	return c
}

// withHandler serves another path beside a server.
func withHandler(server http.Handler, path string, h http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", server)
	mux.Handle(path, h)
	return mux
}

func TestBackup(t *testing.T) {
	const toml = "[backup]\nurl = \"s3://bucket/reeve\"\n"
	copied := func(database object) answers {
		database["database"], database["url"] = "server", "s3://bucket/reeve"
		return well.with(answers{"GET /reeve/backup": object{"databases": []object{database}}})
	}
	restored := copied(object{"until": noon})
	restored["GET /reeve/backup"].(object)["restored"] = object{"at": noon.Add(-time.Hour)}
	tests := map[string]struct {
		situation
		want []finding
	}{
		"a laptop":        {situation{server: well}, []finding{{OK, "no copy of the database is kept elsewhere; there is none beside it", ""}}},
		"a server":        {situation{server: well, toml: "[server]\nhost = \"0.0.0.0\""}, []finding{{Warn, "no copy", "[backup] url"}}},
		"not running":     {situation{server: well, toml: toml}, []finding{{Fail, "the server keeps no copy there", "reeve server start --config reeve.toml"}}},
		"up to date":      {situation{server: copied(object{"until": noon.Add(-time.Second)}), toml: toml}, []finding{{OK, "has all until 1 s ago", ""}}},
		"nothing to do":   {situation{server: copied(object{"until": noon.Add(-time.Hour)}), toml: toml}, []finding{{OK, "has all until 60 min ago", ""}}},
		"behind":          {situation{server: copied(object{"until": noon.Add(-time.Hour), "pending": true}), toml: toml}, []finding{{Fail, "is 60 min behind", "log"}}},
		"nothing yet":     {situation{server: copied(object{}), toml: toml}, []finding{{Warn, "nothing of the server database has arrived", "reeve doctor"}}},
		"failing":         {situation{server: copied(object{"until": noon, "error": "403 Forbidden", "failing_since": noon.Add(-10 * time.Minute)}), toml: toml}, []finding{{Fail, "fails since 10 min: 403 Forbidden", "reeve config check"}}},
		"restored lately": {situation{server: restored, toml: toml}, []finding{{OK, "", ""}, {Warn, "the database was lost and a copy put in its place 60 min ago", "prefect flow-run ls"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "backup", test.want...) })
	}
}
