package config

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/reevehq/reeve/internal/fault"
)

// DefaultFile is read when no other file is named and it is there.
const DefaultFile = "reeve.toml"

// Input is where settings come from.
type Input struct {
	// File is the configuration file; "" for DefaultFile when there is one.
	File string
	// Environ are the environment's lines, "NAME=value".
	Environ []string
	// Flags are the flags that were given: setting key to text. Their names in
	// messages are in FlagNames.
	Flags     map[string]string
	FlagNames map[string]string
}

// Load reads all sources. It always gives a Config with what was understood;
// the error joins a fault.Invalid for each thing that was not.
func Load(in Input) (*Config, error) {
	c := &Config{values: map[string]value{}, read: map[string]bool{}, environ: environment(in.Environ)}
	for _, s := range settings() {
		parsed, err := parse(s.Kind, s.Default)
		if err != nil {
			panic(fmt.Sprintf("config: the default of %s is %v", s.Key, err))
		}
		c.values[s.Key] = value{parsed: parsed}
	}
	problems := []error{c.loadFile(in), c.loadEnvironment(in.Environ)}
	for key, text := range in.Flags {
		name := in.FlagNames[key]
		if name == "" {
			name = "--" + key
		}
		problems = append(problems, c.set(byKey()[key], text, origin{set: true, name: name}))
	}
	problems = append(problems, c.checkDatabase(), c.checkWhole(), c.loadLimits(), c.loadSleep(), c.loadSilentRuns(), c.loadDeployments(), c.loadNotifications(), c.loadGateway())
	c.fillIn()
	c.finishGateway()
	c.finishBackup()
	for _, key := range []string{"home", "profiles_path", "server.memo_store_path", "logging.config_path", "results.local_storage_path"} {
		v := c.values[key]
		if text, ok := v.parsed.(string); ok {
			v.parsed = expand(text)
			c.values[key] = v
		}
	}
	return c, errors.Join(problems...)
}

// fillIn returns settings whose default depends on others their value.
func (c *Config) fillIn() {
	url := c.values["server.ui.api_url"]
	if url.parsed == nil {
		url.parsed = c.values["api.url"].parsed
	}
	if url.parsed == nil {
		path := c.Text("server.api.base_path")
		if path == "" {
			path = "/api"
		}
		url.parsed = fmt.Sprintf("http://%s:%d%s", c.Text("server.api.host"), c.Int("server.api.port"), path)
	}
	c.values["server.ui.api_url"] = url
}

// First is the first of the problems that Load found, with the number of the
// others in its hint.
func First(err error) error {
	all := Problems(err)
	if len(all) < 2 {
		return err
	}
	var first *fault.Error
	if !errors.As(all[0], &first) {
		return all[0]
	}
	return first.WithHint("%s (%d more: reeve config check)", first.Hint, len(all)-1)
}

// Problems takes apart what Load joined.
func Problems(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, Problems(one)...)
		}
		return all
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

func byKey() map[string]Setting {
	m := map[string]Setting{}
	for _, s := range settings() {
		m[s.Key] = s
	}
	return m
}

// set reads a value from text.
func (c *Config) set(s Setting, text string, from origin) error {
	parsed, err := parse(s.Kind, text)
	if err == nil {
		err = bounds(s.Key, parsed)
	}
	if err != nil {
		if s.Kind == Secret {
			c.refused = append(c.refused, text)
			text = mask
		}
		return refuse(from, text, err)
	}
	c.values[s.Key] = value{parsed, from}
	return nil
}

// bounds are the limits of single settings beyond what their kind says.
func bounds(key string, parsed any) error {
	switch n, _ := parsed.(int); key {
	case "server.api.default_limit", "server.services.scheduler.max_runs", "server.services.scheduler.min_runs",
		"server.services.scheduler.deployment_batch_size", "server.services.scheduler.insert_batch_size":
		if n < 1 {
			return &malformed{"less than 1", "give 1 or more"}
		}
	case "server.api.base_path":
		if text, _ := parsed.(string); text != "" && (!strings.HasPrefix(text, "/") || strings.HasSuffix(text, "/")) {
			return &malformed{"not a path for the API", "start it with a slash and end it without: /prefect/api"}
		}
	case "server.api.auth_string":
		if text, _ := parsed.(string); text != "" && !strings.Contains(text, ":") {
			return &malformed{"not user:password", "write user and password with a colon between them"}
		}
	}
	return nil
}

// environment makes a map of lines; the last of a name counts.
func environment(lines []string) map[string]string {
	values := make(map[string]string, len(lines))
	for _, line := range lines {
		name, text, _ := strings.Cut(line, "=")
		values[name] = text
	}
	return values
}

// ownSwitches are the names in the environment of what is on or off and not in the
// contract, with their keys.
var ownSwitches = map[string]string{"REEVE_ALLOW_OPEN": "server.allow_open", "REEVE_UI_READ_ONLY": "server.ui_read_only"}

// switches are what they set.
func (c *Config) switches() map[string]*bool {
	return map[string]*bool{"server.allow_open": &c.AllowOpen, "server.ui_read_only": &c.UIReadOnly}
}

const serverPrefix = "PREFECT_SERVER_"

// loadEnvironment reads PREFECT_*. A name with PREFECT_SERVER_ before it must
// be known; other unknown names belong to clients.
func (c *Config) loadEnvironment(lines []string) error {
	known := map[string]Setting{}
	for _, s := range settings() {
		if s.Alias != "" {
			known["PREFECT_"+s.Alias] = s
		}
	}
	for _, s := range settings() {
		known[s.Env()] = s
	}
	var problems []error
	seen := map[string]bool{}
	for _, line := range lines {
		name, text, _ := strings.Cut(line, "=")
		upper := strings.ToUpper(name)
		if upper == serverPrefix+"ENCRYPTION_KEY" || upper == "PREFECT_API_ENCRYPTION_KEY" {
			c.EncryptionKey = text
			continue
		}
		if key := ownSwitches[upper]; key != "" && text != "" {
			on, err := parseBool(text)
			if err != nil {
				problems = append(problems, refuse(origin{set: true, name: name}, text, err))
			}
			*c.switches()[key] = on == true
			continue
		}
		if upper == allowHosts && text != "" {
			names := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
			if err := checkHosts(names); err != nil {
				problems = append(problems, refuse(origin{set: true, name: name}, text, err))
			}
			c.AllowHosts = names
			continue
		}
		if upper == "REEVE_DATABASE" {
			known[upper] = byKey()[databaseKey]
		}
		s, ok := known[upper]
		switch {
		case text == "": // set to nothing is not set
		case !ok && strings.HasPrefix(upper, serverPrefix):
			problems = append(problems, unknownName(name, known))
		case !ok:
		case s.Effect == Client:
			_ = c.set(s, text, origin{set: true, name: name}) // the client will say what is wrong with it
		case seen[s.Key] && upper != s.Env() && upper != "REEVE_DATABASE": // the canonical name wins over an older one
		default:
			seen[s.Key] = true
			problems = append(problems, c.set(s, text, origin{set: true, name: name}))
		}
	}
	return errors.Join(problems...)
}

func unknownName(name string, known map[string]Setting) error {
	var names []string
	for candidate, s := range known {
		if rest, ok := strings.CutPrefix(candidate, serverPrefix); ok && s.Effect != Client {
			names = append(names, rest)
		}
	}
	unknown := fault.New(fault.Invalid, "%s: no such setting", name)
	if near := nearest(strings.TrimPrefix(strings.ToUpper(name), serverPrefix), names); near != "" {
		return unknown.WithHint("did you mean %s? If not, unset %s", serverPrefix+near, name)
	}
	return unknown.WithHint("unset %s; reeve config check --all lists the settings", name)
}

// checkWhole finds what does not fit together.
func (c *Config) checkWhole() error {
	key := "server.ui.static_directory"
	folder := c.Text(key)
	if folder == "" {
		return nil
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return refuse(c.values[key].origin, folder, &malformed{"no such folder", "give the folder of a UI bundle, or leave it out"})
	}
	return nil
}
