package doctor

import (
	"testing"
	"time"
)

func TestSleep(t *testing.T) {
	const toml = "[sleep]\nmode = \"exit\"\n[gateway]\nport = 1\n"
	says := func(server answers, o object, gateways ...object) answers {
		return server.with(answers{"GET /reeve/sleep": o, "GET /reeve/gateways": gateways})
	}
	g := object{"name": "g", "url": "http://g:4280"}
	later := noon.Add(time.Hour)
	tests := map[string]struct {
		situation
		want []finding
	}{
		"another server": {situation{server: well}, []finding{{Skipped, "does not say", ""}}},
		"never sleeps":   {situation{server: says(well, object{"busy": true, "reasons": []string{"flow run r is running"}})}, []finding{{OK, "no [sleep] is set here; awake, because flow run r is running", ""}}},
		"with a gateway": {situation{toml: toml, server: says(well, object{"next_deadline": later}, g)}, []finding{{OK, "mode exit; nothing keeps it awake; next needed at 2026-01-01T13:00:00Z", ""}}},
		"kept awake": {situation{toml: toml, server: says(well, object{"busy": true, "reasons": []string{"2 clients are connected to /events/in"}}, g)},
			[]finding{{Warn, "it cannot: 2 clients are connected to /events/in", "PREFECT_API_URL=http://GATEWAY:4280/api"}}},
		"nobody wakes it":         {situation{toml: toml, server: says(well, object{"next_deadline": later})}, []finding{{Warn, "is needed at 2026-01-01T13:00:00Z, but knows no gateway", "reeve wake-plan"}}},
		"nothing to wake for":     {situation{toml: toml, server: says(well, object{})}, []finding{{OK, "mode exit; nothing keeps it awake", ""}}},
		"workers ask it":          {situation{toml: toml, server: says(withPool(process, queue, online), object{})}, []finding{{Warn, "1 worker of pool p asks it itself", "reeve gateway start"}}},
		"workers of this machine": {situation{toml: toml + tomlPool, server: says(withPool(process, queue, online), object{})}, []finding{{OK, "", ""}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "sleep", test.want...) })
	}
	t.Run("gateway of this machine", func(t *testing.T) {
		s := situation{toml: "[sleep]\nmode = \"exit\"\n" + gatewayAt(t, "127.0.0.1", withHandler(answers{}, "/health", page(200, `{"status":"ok","inbox":{}}`))),
			server: says(well, object{"next_deadline": later})}
		s.expect(t, "sleep", finding{OK, "mode exit", ""})
	})
}
