package config

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

func TestGatewayDefaults(t *testing.T) {
	c, err := load(t, `
[server]
database = "data/x.db"
[[webhook]]
path = "/webhooks/a/b"
secret_env = "S"
deployment = "f/d"
`, "PREFECT_API_URL=http://there/api/", "REEVE_GATEWAY_URL=https://here/")
	if err != nil {
		t.Fatal(err)
	}
	g := c.Gateway
	if filepath.Base(g.Database) != "gateway.db" || filepath.Dir(g.Database) != filepath.Dir(c.Database()) || g.API != "http://there/api" {
		t.Errorf("gateway is %+v", g)
	}
	if g.Host != "127.0.0.1" || g.Port != 4280 || g.MaxBody != 1<<20 || time.Duration(g.Retention) != 7*24*time.Hour {
		t.Errorf("gateway is %+v", g)
	}
	if g.URL != "https://here" {
		t.Errorf("the gateway is called at %q", g.URL)
	}
	if _, err := load(t, "", "REEVE_GATEWAY_URL=here"); err == nil || !strings.Contains(err.Error(), "REEVE_GATEWAY_URL=here") {
		t.Errorf("a wrong address is refused with %v", err)
	}
	if w := c.Webhooks[0]; w.MaxBody != 1<<20 || time.Duration(w.ReplayWindow) != 5*time.Minute {
		t.Errorf("webhook is %+v", w)
	}
}

func TestWrongWebhooks(t *testing.T) {
	const good = "path = \"/webhooks/a\"\nsecret_env = \"S\"\n"
	tests := []struct{ name, toml, want, hint string }{
		{"no secret", "path = \"/webhooks/a\"\ndeployment = \"f/d\"", "webhook 1: has no secret", "secret_env"},
		{"a secret itself", "path = \"/webhooks/a\"\nsecret = \"x\"", "webhook.secret: no such key", "webhook.secret_env"},
		{"open with a secret", good + "open = true\ndeployment = \"f/d\"", "has a secret and is open", "leave one out"},
		{"unknown form", good + "form = \"gitlab\"\ndeployment = \"f/d\"", `form "gitlab" is not known`, "github"},
		{"path elsewhere", "path = \"/api/x\"\nsecret_env = \"S\"", "is not /webhooks/NAME", "/webhooks/video"},
		{"path with dots", "path = \"/webhooks/../x\"\nsecret_env = \"S\"", "needs a deployment", "deployment"},
		{"nothing to do", good, "needs a deployment or an event", "deployment ="},
		{"both", good + "deployment = \"f/d\"\nevent = { name = \"e\" }", "needs a deployment or an event", "one of them"},
		{"deployment without flow", good + "deployment = \"d\"", "is not flow/deployment", "my-flow/"},
		{"event without resource", good + "event = { name = \"e\" }", "needs a name and a resource", "prefect.resource.id"},
		{"timestamp that nothing signs", good + "deployment = \"f/d\"\ntimestamp_header = \"X-T\"", "nothing signs", "signature_header"},
		{"form with headers", good + "form = \"github\"\ndeployment = \"f/d\"\nsignature_header = \"X-T\"", "knows its own headers", "leave"},
		{"header with a blank", good + "deployment = \"f/d\"\nsecret_header = \"X T\"", "not the name of a header", "X-Signature"},
		{"window", good + "deployment = \"f/d\"\nreplay_window = \"soon\"", "replay_window", "mend"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(t, "[[webhook]]\n"+test.toml)
			var known *fault.Error
			if !errors.As(First(err), &known) {
				t.Fatalf("no fault but %v", err)
			}
			if !strings.HasPrefix(known.Error(), "reeve.toml:") || !strings.Contains(known.Error(), test.want) || !strings.Contains(known.Hint, test.hint) {
				t.Errorf("%q, hint %q; want %q, hint %q", known.Error(), known.Hint, test.want, test.hint)
			}
		})
	}
}

func TestAReplayWindowIsWithinWhatIsRemembered(t *testing.T) {
	hook := func(window string) string {
		return "[gateway]\nretention = \"1h\"\n[[webhook]]\npath = \"/webhooks/a\"\nform = \"stripe\"\nsecret_env = \"S\"\ndeployment = \"f/d\"\nreplay_window = \"" + window + "\"\n"
	}
	if _, err := load(t, hook("30m")); err != nil {
		t.Errorf("30m: %v", err)
	}
	if _, err := load(t, hook("31m")); err == nil || !strings.Contains(err.Error(), "replay_window") {
		t.Errorf("31m: %v", err)
	}
}
