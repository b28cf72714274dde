package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/reevehq/reeve/internal/fault"
)

// file is the form of reeve.toml. The settings of the contract are below
// server under their keys; shortcuts have a name of their own.
type file struct {
	Server map[string]any `toml:"server"`
	Pools  []Pool         `toml:"pool"`
	Flows  []Flow         `toml:"flow"`
	Worker Worker         `toml:"worker"`

	SilentRuns  SilentRuns  `toml:"silent_runs"`
	Deployments Deployments `toml:"deployments"`

	Notifications Notifications `toml:"notifications"`

	Limits   Limits    `toml:"limits"`
	Sleep    Sleep     `toml:"sleep"`
	Gateway  Gateway   `toml:"gateway"`
	Webhooks []Webhook `toml:"webhook"`
	Backup   Backup    `toml:"backup"`
	Cost     Cost      `toml:"cost"`
}

// shortcuts are names in reeve.toml for what is set most.
var shortcuts = map[string]string{
	"server.host":         "server.api.host",
	"server.port":         "server.api.port",
	"server.auth_string":  "server.api.auth_string",
	"server.database":     databaseKey,
	"server.ui_directory": "server.ui.static_directory",
}

// paths are the settings that are paths: relative ones start at reeve.toml.
var paths = map[string]bool{databaseKey: true, "server.ui.static_directory": true, "server.database.name": true}

func (c *Config) loadFile(in Input) error {
	path := in.File
	if path == "" {
		path = DefaultFile
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && in.File == "" {
		return nil
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "configuration file %s cannot be read", path).
			WithHint("give the path of a file with --config")
	}
	c.File = path
	var f file
	decoder := toml.NewDecoder(strings.NewReader(string(text))).DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return c.tomlFault(err)
	}
	lines := keyLines(text)
	problems := []error{c.loadServer("server", f.Server, lines)}
	c.Setup = Setup{f.Pools, f.Flows, f.Worker}
	c.Gateway, c.Webhooks, c.Backup, c.Sleep, c.Cost, c.Limits = f.Gateway, f.Webhooks, f.Backup, f.Sleep, f.Cost, f.Limits
	c.SilentRuns, c.Deployments, c.Notifications = f.SilentRuns, f.Deployments, f.Notifications
	problems = append(problems, c.inFile(c.Notifications.check(), lines["notifications"], "notifications"))
	problems = append(problems, c.inFile(c.Cost.check(), lines["cost"], "cost"))
	problems = append(problems, c.inFile(c.Backup.check(), lines["backup"], "backup"))
	problems = append(problems, c.inFile(c.Sleep.check(), lines["sleep"], "sleep"))
	problems = append(problems, c.inFile(c.Gateway.check(), lines["gateway"], "gateway"))
	if index, err := checkWebhooks(c.Webhooks, c.Gateway.Retention); err != nil {
		problems = append(problems, c.inFile(err, lines[fmt.Sprintf("webhook#%d", index)], fmt.Sprintf("webhook %d", index)))
	}
	if strings.Contains(f.Worker.Python, "/") {
		c.Setup.Worker.Python = c.fromFile(f.Worker.Python)
	}
	if place, err := c.Setup.check(); err != nil {
		noun, number, _ := strings.Cut(place, " ")
		index, _ := strconv.Atoi(number)
		problems = append(problems, c.inFile(err, lines[fmt.Sprintf("%s#%d", noun, index)], place))
	}
	return errors.Join(problems...)
}

// inFile names the place of what is malformed, nil when nothing is.
func (c *Config) inFile(err error, line int, place string) error {
	var m *malformed
	if !errors.As(err, &m) {
		return err
	}
	return fault.New(fault.Invalid, "%s:%d: %s: %s", c.File, line, place, m.fault).WithHint("%s", m.fix)
}

// tomlFault names the line of what the parser did not accept.
func (c *Config) tomlFault(err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		line, _ := unknown.Errors[0].Position()
		key := strings.Join(unknown.Errors[0].Key(), ".")
		return fault.New(fault.Invalid, "%s:%d: %s: no such key", c.File, line, key).WithHint("%s", knownKeys(key))
	}
	var broken *toml.DecodeError
	if errors.As(err, &broken) {
		line, _ := broken.Position()
		what := strings.TrimPrefix(broken.Error(), "toml: ")
		if key := strings.Join(broken.Key(), "."); key != "" {
			what = key + ": " + what
		}
		return fault.New(fault.Invalid, "%s:%d: %s", c.File, line, what).WithHint("mend the line; strings are quoted, tables are in [brackets]")
	}
	return fault.Wrap(fault.Invalid, err, "%s cannot be read", c.File)
}

func knownKeys(key string) string {
	names := []string{"server", "pool", "pool.name", "pool.concurrency", "pool.description", "flow", "flow.name", "flow.entrypoint",
		"flow.pool", "flow.max_concurrent", "flow.concurrency", "flow.parameters", "flow.sample", "flow.tags", "flow.collision_strategy", "flow.schedule", "flow.schedule.cron", "flow.schedule.interval", "flow.schedule.rrule",
		"flow.schedule.timezone", "flow.schedule.slug", "flow.schedule.parameters", "flow.schedule.catch_up", "flow.sla", "flow.sla.name", "flow.sla.duration",
		"flow.sla.stale_after", "flow.sla.within", "flow.sla.severity", "worker", "worker.python", "worker.stock", "worker.limit", "worker.warm", "worker.warm_idle",
		"gateway.host", "gateway.port", "gateway.database", "gateway.api", "gateway.max_body", "gateway.max_inbox", "gateway.max_inbox_bytes",
		"gateway.concurrency", "gateway.retention", "gateway.dead_retention", "gateway.name", "gateway.url", "gateway.floor_poll", "gateway.hold", "webhook.path", "webhook.form", "webhook.secret_env", "webhook.optional", "webhook.open",
		"webhook.secret_header", "webhook.signature_header", "webhook.timestamp_header", "webhook.replay_window", "webhook.max_body", "webhook.when",
		"webhook.delivery_id", "webhook.key", "webhook.deployment", "webhook.parameters", "webhook.idempotency_key", "webhook.event",
		"backup.keep", "backup.url", "backup.endpoint", "backup.region", "backup.access_key_env", "backup.secret_key_env", "backup.interval",
		"backup.retention", "backup.restore", "sleep.mode", "sleep.after", "sleep.least", "sleep.socket",
		"deployments.keep_paused", "notifications.allow_private", "notifications.to", "notifications.mail_from", "silent_runs.crash", "silent_runs.least", "silent_runs.interval",
		"cost.machine", "cost.always", "cost.machines", "cost.volume_gb", "cost.volume_price", "cost.root_gb", "cost.stopped_price",
		"cost.backup_gb", "cost.backup_price", "cost.as_of"}
	if strings.HasSuffix(key, ".secret") || strings.HasSuffix(key, "_key") {
		return "secrets are given by the name of an environment variable: " + key + "_env"
	}
	if near := nearest(key, names); near != "" {
		return "did you mean " + near + "?"
	}
	return "the tables are [server], [[pool]], [[flow]], [worker], [deployments], [sleep], [silent_runs], [notifications], [gateway], [[webhook]], [backup] and [cost]"
}

// loadServer walks the table of settings.
func (c *Config) loadServer(prefix string, table map[string]any, lines map[string]int) error {
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	sort.Strings(names)
	var problems []error
	for _, name := range names {
		key := prefix + "." + name
		from := origin{set: true, name: key, file: fmt.Sprintf("%s:%d", c.File, lines[key])}
		if to := c.switches()[key]; to != nil {
			on, isBool := table[name].(bool)
			if !isBool {
				problems = append(problems, refuse(from, fmt.Sprint(table[name]), &malformed{"neither true nor false", "give true or false"}))
			}
			*to = on
			continue
		}
		if key == "server.allow_hosts" {
			names, err := texts(table[name])
			if err == nil {
				err = checkHosts(names)
			}
			if err != nil {
				problems = append(problems, refuse(from, fmt.Sprint(table[name]), err))
			}
			c.AllowHosts = names
			continue
		}
		target := key
		if inner, ok := table[name].(map[string]any); ok && byKey()[key].Kind != Map {
			problems = append(problems, c.loadServer(key, inner, lines))
			continue
		}
		if long, ok := shortcuts[key]; ok {
			target = long
		}
		s, ok := byKey()[target]
		if !ok {
			problems = append(problems, c.unknownKey(key, from))
			continue
		}
		text, err := plain(table[name])
		if err != nil {
			problems = append(problems, refuse(from, fmt.Sprint(table[name]), err))
			continue
		}
		if paths[target] && !strings.Contains(text, "://") {
			text = c.fromFile(text)
		}
		problems = append(problems, c.set(s, text, from))
	}
	return errors.Join(problems...)
}

func (c *Config) unknownKey(key string, from origin) error {
	var names []string
	for _, s := range settings() {
		if s.Effect != Client {
			names = append(names, s.Key)
		}
	}
	for name := range shortcuts {
		names = append(names, name)
	}
	names = append(names, "server.allow_open", "server.ui_read_only", "server.allow_hosts")
	unknown := fault.New(fault.Invalid, "%s: %s: no such setting", from.file, key)
	if near := nearest(key, names); near != "" {
		return unknown.WithHint("did you mean %s?", near)
	}
	return unknown.WithHint("reeve config check --all lists the settings")
}

// plain writes a TOML value as one would in the environment.
func plain(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case bool, int64, float64:
		return fmt.Sprint(v), nil
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			text, err := plain(element)
			if err != nil {
				return "", err
			}
			parts[i] = text
		}
		return strings.Join(parts, ","), nil
	}
	return "", &malformed{"not a value for a setting", "give a string, a number or true or false"}
}

// keyLines maps each key of a TOML document to its line, and the n-th table of
// an array, "pool#1", to that of its header.
func keyLines(text []byte) map[string]int {
	lines := map[string]int{}
	count := map[string]int{}
	var p unstable.Parser
	p.Reset(text)
	prefix := ""
	for p.NextExpression() {
		e := p.Expression()
		var parts []string
		line := 0
		for keys := e.Key(); keys.Next(); {
			parts = append(parts, string(keys.Node().Data))
			line = p.Shape(keys.Node().Raw).Start.Line
		}
		key := strings.Join(parts, ".")
		switch e.Kind {
		case unstable.Table:
			prefix = key + "."
			lines[key] = line
		case unstable.ArrayTable:
			prefix = key + "."
			count[key]++
			lines[fmt.Sprintf("%s#%d", key, count[key])] = line
		default:
			lines[prefix+key] = line
		}
	}
	return lines
}
