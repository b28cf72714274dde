package config

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

func load(t *testing.T, toml string, environ ...string) (*Config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if toml != "" {
		if err := os.WriteFile(DefaultFile, []byte(toml), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Load(Input{Environ: environ})
}

func TestDefaultsAreTheContracts(t *testing.T) {
	c, err := load(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := len(settings()); got != 227 {
		t.Errorf("%d settings, want the contract's 227", got)
	}
	if c.Int("server.api.port") != 4200 || c.Text("server.api.host") != "127.0.0.1" {
		t.Errorf("default address is %s:%d", c.Text("server.api.host"), c.Int("server.api.port"))
	}
	if got := c.Seconds("server.events.retention_period"); got != 7*24*time.Hour {
		t.Errorf("event retention is %v", got)
	}
	if got := c.Durations("server.services.db_vacuum.event_retention_overrides")["prefect.flow-run.heartbeat"]; got != 7*24*time.Hour {
		t.Errorf("heartbeat retention is %v", got)
	}
	if len(c.Warnings()) != 0 || len(c.Given()) != 0 {
		t.Errorf("nothing was set, yet warnings %v, given %v", c.Warnings(), c.Given())
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	names := map[string]string{}
	for _, s := range settings() {
		if s.Effect != Client && s.Help == "" {
			t.Errorf("%s has no help", s.Key)
		}
		for _, name := range []string{s.Env(), "PREFECT_" + s.Alias} {
			if other := names[name]; other != "" && name != "PREFECT_" {
				t.Errorf("%s names both %s and %s", name, other, s.Key)
			}
			names[name] = s.Key
		}
	}
}

func TestSources(t *testing.T) {
	tests := []struct {
		name, toml string
		environ    []string
		key        string
		want       any
	}{
		{"file", "[server]\nport = 5000", nil, "server.api.port", 5000},
		{"file with the contract's key", "[server.api]\nport = 5000", nil, "server.api.port", 5000},
		{"environment wins over the file", "[server]\nport = 5000", []string{"PREFECT_SERVER_API_PORT=6000"}, "server.api.port", 6000},
		{"older name", "", []string{"PREFECT_API_DEFAULT_LIMIT=50"}, "server.api.default_limit", 50},
		{"canonical name wins over the older one", "", []string{"PREFECT_SERVER_API_DEFAULT_LIMIT=60", "PREFECT_API_DEFAULT_LIMIT=50"}, "server.api.default_limit", 60},
		{"lower case name", "", []string{"prefect_server_api_port=7000"}, "server.api.port", 7000},
		{"switch", "", []string{"PREFECT_SERVER_UI_ENABLED=off"}, "server.ui.enabled", false},
		{"level", "", []string{"PREFECT_LOGGING_SERVER_LEVEL=debug"}, "server.logging_level", "DEBUG"},
		{"empty means not given", "", []string{"PREFECT_SERVER_API_PORT="}, "server.api.port", 4200},
		{"duration in the file", "[server.events]\nretention_period = \"3d\"", nil, "server.events.retention_period", 72 * time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := load(t, test.toml, test.environ...)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.values[test.key].parsed; got != test.want {
				t.Errorf("%s is %v (%T), want %v", test.key, got, got, test.want)
			}
		})
	}
}

// deployed begins a file with a flow that is deployed.
const deployed = "[[pool]]\nname = \"p\"\n[[flow]]\nname = \"f\"\nentrypoint = \"a.py:f\"\n"

func TestProblemsNameKeyValuePlaceAndFix(t *testing.T) {
	tests := []struct {
		name, toml string
		environ    []string
		want, hint string
	}{
		{"malformed number", "", []string{"PREFECT_SERVER_API_PORT=abc"}, "PREFECT_SERVER_API_PORT=abc: not a port", "from 0 to 65535"},
		{"malformed in the file", "[server]\n\nport = \"abc\"", nil, `reeve.toml:3: server.port = "abc": not a port`, "from 0 to 65535"},
		{"unknown environment name", "", []string{"PREFECT_SERVER_API_PROT=1"}, "PREFECT_SERVER_API_PROT: no such setting", "did you mean PREFECT_SERVER_API_PORT"},
		{"unknown key", "[server]\nprot = 1", nil, "reeve.toml:2: server.prot: no such setting", "server.port"},
		{"unknown table", "[sever]\nport = 1", nil, "reeve.toml:1: sever: no such key", "did you mean server"},
		{"unknown key of a pool", "[[pool]]\nnam = \"x\"", nil, "reeve.toml:2: pool.nam: no such key", "pool.name"},
		{"broken file", "[server]\nport = = 3", nil, "reeve.toml:2: ", "mend the line"},
		{"wrong type", "[[pool]]\nname = 3", nil, "reeve.toml:2: pool.name: ", "mend the line"},
		{"pool without a name", "[[pool]]\n[[pool]]\nname = \"x\"", nil, "reeve.toml:1: pool 1: has no name", "give one"},
		{"collisions without a limit", "[[pool]]\nname = \"p\"\n[[flow]]\nname = \"f\"\nentrypoint = \"a.py:f\"\ncollision_strategy = \"CANCEL_RUNNING\"", nil, "reeve.toml:3: flow 1: collision_strategy is given without concurrency", "concurrency = 1"},
		{"collisions of a kind that is not known", "[[pool]]\nname = \"p\"\n[[flow]]\nname = \"f\"\nentrypoint = \"a.py:f\"\nconcurrency = 1\ncollision_strategy = \"NEWEST\"", nil, `reeve.toml:3: flow 1: collision_strategy "NEWEST" is not known`, "CANCEL_RUNNING"},
		{"a schedule of no kind", deployed + "[[flow.schedule]]\ncatch_up = \"all\"", nil, "reeve.toml:3: flow 1: schedule 1: it has not exactly one of cron, interval and rrule", "cron = "},
		{"a schedule of two kinds", deployed + "[[flow.schedule]]\ncron = \"0 6 * * *\"\ninterval = \"1h\"", nil, "reeve.toml:3: flow 1: schedule 1: it has not exactly one of cron, interval and rrule", "cron = "},
		{"a cron that is none", deployed + "[[flow.schedule]]\ncron = \"0 6 * *\"", nil, `reeve.toml:3: flow 1: schedule 1: cron "0 6 * *" cannot be read`, "mon-fri"},
		{"an rrule that is none", deployed + "[[flow.schedule]]\nrrule = \"FREQ=NEVER\"", nil, `reeve.toml:3: flow 1: schedule 1: rrule "FREQ=NEVER" cannot be read`, "FREQ=DAILY"},
		{"an interval that is none", deployed + "[[flow.schedule]]\ninterval = \"often\"", nil, "often", "mend the line"},
		{"a zone that is none", deployed + "[[flow.schedule]]\ncron = \"0 6 * * *\"\n[[flow.schedule]]\ncron = \"0 6 * * *\"\ntimezone = \"Berlin\"", nil, `reeve.toml:3: flow 1: schedule 2: there is no timezone "Berlin"`, "Europe/Berlin"},
		{"two schedules of one slug", deployed + "[[flow.schedule]]\ncron = \"0 6 * * *\"\n[[flow.schedule]]\ncron = \"0 7 * * *\"\nslug = \"schedule-1\"", nil, `schedule 2: there is another one with the slug "schedule-1"`, "of its own"},
		{"an unknown catch_up", deployed + "[[flow.schedule]]\ncron = \"0 6 * * *\"\ncatch_up = \"some\"", nil, `reeve.toml:3: flow 1: schedule 1: catch_up "some" is not known`, "all, latest or none"},
		{"catch_up in the wrong place", deployed + "catch_up = \"all\"", nil, "reeve.toml:6: flow.catch_up: no such key", ""},
		{"an agreement without a name", deployed + "[[flow.sla]]\nduration = \"30m\"", nil, "reeve.toml:3: flow 1: sla 1: has no name", "name = "},
		{"an agreement about nothing", deployed + "[[flow.sla]]\nname = \"x\"", nil, "reeve.toml:3: flow 1: sla 1: it has not exactly one of duration, stale_after and within", "duration = "},
		{"an agreement about two things", deployed + "[[flow.sla]]\nname = \"x\"\nduration = \"30m\"\nwithin = \"1m\"", nil, "exactly one of duration", "duration = "},
		{"two agreements of one name", deployed + "[[flow.sla]]\nname = \"x\"\nduration = \"30m\"\n[[flow.sla]]\nname = \"x\"\nwithin = \"1m\"", nil, `sla 2: there is another one named "x"`, "of its own"},
		{"an unknown severity", deployed + "[[flow.sla]]\nname = \"x\"\nduration = \"30m\"\nseverity = \"bad\"", nil, `reeve.toml:3: flow 1: sla 1: severity "bad" is not known`, "critical"},
		{"a schedule of what is not deployed", "[[flow]]\nname = \"f\"\nmax_concurrent = 1\n[[flow.schedule]]\ncron = \"0 6 * * *\"", nil, "reeve.toml:1: flow 1: it has a schedule or sla, but is not deployed from here", "entrypoint = "},
		{"flow in an unknown pool", "[[flow]]\nname = \"f\"\nentrypoint = \"a.py:f\"\npool = \"p\"", nil, `reeve.toml:1: flow 1: pool "p" is not defined`, "[[pool]]"},
		{"another database", "", []string{"PREFECT_API_DATABASE_CONNECTION_URL=mysql://u:geheim@h/db"}, "u:**********@h/db: no database that Reeve knows", "postgresql://"},
		{"PostgreSQL without a host", "", []string{"PREFECT_SERVER_DATABASE_DRIVER=postgresql+asyncpg", "PREFECT_SERVER_DATABASE_NAME=x"}, "no host is given", "PREFECT_SERVER_DATABASE_HOST"},
		{"database in memory", "", []string{"PREFECT_SERVER_DATABASE_CONNECTION_URL=sqlite+aiosqlite:///:memory:"}, "would lose", "path of a file"},
		{"secret is not shown", "", []string{"PREFECT_SERVER_API_AUTH_STRING=geheim"}, "PREFECT_SERVER_API_AUTH_STRING=**********: not user:password", "colon"},
		{"no folder for the UI", "", []string{"PREFECT_UI_STATIC_DIRECTORY=/no/such"}, "PREFECT_UI_STATIC_DIRECTORY=/no/such: no such folder", "bundle"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(t, test.toml, test.environ...)
			var known *fault.Error
			if !errors.As(First(err), &known) {
				t.Fatalf("no fault but %v", err)
			}
			if known.Kind != fault.Invalid || !strings.Contains(known.Error(), test.want) || !strings.Contains(known.Hint, test.hint) {
				t.Errorf("%v: %q, hint %q; want %q, hint %q", known.Kind, known.Error(), known.Hint, test.want, test.hint)
			}
			if strings.Contains(known.Error(), "geheim") {
				t.Error("a secret is shown")
			}
		})
	}
}

func TestDatabaseForms(t *testing.T) {
	for text, want := range map[string]string{
		"/data/prefect.db":                                  "/data/prefect.db",
		"sqlite+aiosqlite:////data/prefect.db":              "/data/prefect.db",
		"sqlite:////data/prefect.db":                        "/data/prefect.db",
		"sqlite+aiosqlite:///./here.db":                     "./here.db",
		"sqlite+aiosqlite:////data/my%20files.db?timeout=5": "/data/my files.db",
	} {
		c, err := load(t, "", "PREFECT_API_DATABASE_CONNECTION_URL="+text)
		if err != nil || c.Database() != want {
			t.Errorf("%s is %q (%v), want %q", text, c.Database(), err, want)
		}
	}
	c, err := load(t, "", "PREFECT_HOME=/srv/home")
	if err != nil || c.Database() != "/srv/home/reeve.db" {
		t.Errorf("without a setting: %q (%v)", c.Database(), err)
	}
	c, err = load(t, "[server]\ndatabase = \"data/x.db\"")
	if folder, _ := os.Getwd(); err != nil || c.Database() != filepath.Join(folder, "data/x.db") {
		t.Errorf("relative to the file: %q (%v)", c.Database(), err)
	}
}

func TestWarnings(t *testing.T) {
	c, err := load(t, "", "PREFECT_SERVER_METRICS_ENABLED=1", "PREFECT_SERVER_DATABASE_ECHO=1", "PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS=1", "PREFECT_WORKER_QUERY_SECONDS=1")
	if err != nil {
		t.Fatal(err)
	}
	got := c.Warnings()
	if len(got) != 2 || !strings.Contains(got[0], "PREFECT_SERVER_METRICS_ENABLED") || !strings.HasSuffix(got[1], "PREFECT_SERVER_DATABASE_ECHO, PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS") {
		t.Errorf("warnings %q", got)
	}
}

func TestTreeMasksSecrets(t *testing.T) {
	c, err := load(t, "", "PREFECT_SERVER_API_AUTH_STRING=a:geheim", "PREFECT_API_KEY=geheim")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(c.Tree()), "geheim") {
		t.Error("a secret is in the tree")
	}
	var tree struct {
		Server struct {
			API struct {
				Auth  string `json:"auth_string"`
				Life  string `json:"csrf_token_expiration"`
				Limit int    `json:"default_limit"`
			} `json:"api"`
		} `json:"server"`
	}
	if err := json.Unmarshal(c.Tree(), &tree); err != nil {
		t.Fatal(err)
	}
	if tree.Server.API.Auth != mask || tree.Server.API.Life != "PT1H" || tree.Server.API.Limit != 200 {
		t.Errorf("tree has %+v", tree.Server.API)
	}
}

func TestSetup(t *testing.T) {
	c, err := load(t, `
[[pool]]
name = "p"
concurrency = 5
[[flow]]
name = "f"
entrypoint = "flows/f.py:f"
concurrency = 2
sample = {}
[worker]
python = "venv/bin/python"
warm = false
warm_idle = "30m"
`)
	if err != nil {
		t.Fatal(err)
	}
	f := c.Setup.Flows[0]
	if w := c.Setup.Worker; w.Warm == nil || *w.Warm || time.Duration(*w.WarmIdle) != 30*time.Minute {
		t.Errorf("the worker is %+v", w)
	}
	if f.Pool != "p" || *f.Concurrency != 2 || f.Sample == nil || !filepath.IsAbs(c.Setup.Worker.Python) {
		t.Errorf("set-up is %+v", c.Setup)
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"90", "2.5", "15m", "7d", "1d2h", "PT15M", "P7D", "P1DT2H", "1:30:00", "2 days, 0:00:10", "0:10", "P", "d", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err == nil && d >= 0 && d < 1000*time.Hour {
			again, err := ParseDuration(isoDuration(d.Truncate(time.Microsecond)))
			if err != nil || again != d.Truncate(time.Microsecond) {
				t.Errorf("%q is %v, again %v (%v)", text, d, again, err)
			}
		}
	})
}

// The schedules and agreements of a flow, and what their absence says.
func TestSchedulesAndAgreements(t *testing.T) {
	c, err := load(t, deployed+`
[[flow.schedule]]
cron = "0 6 * * mon-fri"
timezone = "Europe/Berlin"
slug = "morning"
catch_up = "latest"
parameters = { day = "today" }

[[flow.schedule]]
interval = "1h"

[[flow.sla]]
name = "in time"
duration = "30m"
severity = "high"

[[flow.sla]]
name = "every day"
stale_after = "1d"

[[flow]]
name = "g"
entrypoint = "a.py:g"
sla = []

[[flow]]
name = "h"
entrypoint = "a.py:h"
`)
	if err != nil {
		t.Fatal(err)
	}
	f, g, h := c.Setup.Flows[0], c.Setup.Flows[1], c.Setup.Flows[2]
	if len(f.Schedules) != 2 || f.Schedules[0].Slug != "morning" || f.Schedules[0].CatchUp != "latest" || f.Schedules[0].Parameters["day"] != "today" ||
		f.Schedules[1].Slug != "schedule-2" || time.Duration(f.Schedules[1].Interval) != time.Hour {
		t.Errorf("the schedules are %+v", f.Schedules)
	}
	if len(f.SLAs) != 2 || f.SLAs[0] != (SLA{Name: "in time", Duration: Span(30 * time.Minute), Severity: "high"}) ||
		f.SLAs[1] != (SLA{Name: "every day", StaleAfter: Span(24 * time.Hour)}) {
		t.Errorf("the agreements are %+v", f.SLAs)
	}
	if g.SLAs == nil || len(g.SLAs) != 0 || h.SLAs != nil || h.Schedules != nil {
		t.Errorf("without any they are %#v, and %#v when nothing is said", g.SLAs, h.SLAs)
	}
}
