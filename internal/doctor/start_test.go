package doctor

import (
	"testing"

	"github.com/reevehq/reeve/internal/config"
)

// A hint's command is the one that this installation is run with.
func TestHintsFitHowAnInstallationIsRun(t *testing.T) {
	up := config.Setup{Pools: []config.Pool{{Name: "p"}}}
	for name, c := range map[string]struct {
		setup              config.Setup
		file               string
		plain, port, found string
	}{
		"a server alone":         {config.Setup{}, "", "reeve server start", "reeve server start --port 4201", "reeve server start --database a.db"},
		"with a file of its own": {config.Setup{}, "reeve.toml", "reeve server start --config reeve.toml", "reeve server start --config reeve.toml --port 4201", "reeve server start --config reeve.toml --database a.db"},
		"up":                     {up, "reeve.toml", "reeve up", "set port = 4201 in reeve.toml, [server], then: reeve up", `set database = "a.db" in reeve.toml, [server], then: reeve up`},
		"up with another file":   {up, "my.toml", "reeve up --config my.toml", "set port = 4201 in my.toml, [server], then: reeve up --config my.toml", `set database = "a.db" in my.toml, [server], then: reeve up --config my.toml`},
	} {
		e := &Exam{Config: &config.Config{Setup: c.setup, File: c.file}}
		if got := e.start(""); got != c.plain {
			t.Errorf("%s: %q", name, got)
		}
		if got := e.startWith("port", "4201"); got != c.port {
			t.Errorf("%s: %q", name, got)
		}
		if got := e.startWith("database", "a.db"); got != c.found {
			t.Errorf("%s: %q", name, got)
		}
	}
}
