// Package config turns reeve.toml, the PREFECT_* environment and flags into one
// validated Config. Every setting is documented once, in the tables of
// settings_*.go.
//
// A setting of the contract has one key, its place in the contract's tree
// ("server.api.port"). The same key names it in reeve.toml, and in upper case
// with PREFECT_ before it in the environment; older environment names are
// accepted too. Flags win over the environment, the environment over the file,
// the file over the default. What cannot be understood is a fault.Invalid that
// names key, value and place, with the way to mend it as its hint. What is
// understood but has no effect is one of Warnings.
package config

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"
)

// Effect says what setting a setting does here.
type Effect int

// The effects.
const (
	Works  Effect = iota // it does what the contract says
	Later                // what it tunes is not built yet: a warning
	Moot                 // what it tunes does not exist here: a warning
	Client               // it is read by clients and workers, not by the server
)

// Setting is one documented setting of the contract.
type Setting struct {
	Key     string // its place in the contract's tree
	Kind    Kind
	Default string // as one would write it in the environment, "" for none
	Alias   string // its older environment name without PREFECT_, "" for none
	Effect  Effect
	Help    string
}

// Env is the setting's environment name.
func (s Setting) Env() string {
	return "PREFECT_" + strings.ToUpper(strings.ReplaceAll(s.Key, ".", "_"))
}

// Config is everything that was set, valid as a whole.
type Config struct {
	// File is the configuration file that was read, "" without one.
	File string
	// EncryptionKey is the Fernet key for blocks, "" to keep one in the database.
	EncryptionKey string
	// AllowOpen lets the server listen where other machines reach it though no
	// password is set: [server] allow_open, REEVE_ALLOW_OPEN.
	AllowOpen bool
	// AllowHosts are further names under which a browser may call a server without
	// a password: [server] allow_hosts, REEVE_ALLOW_HOSTS.
	AllowHosts []string
	// UIReadOnly has the server refuse what web pages would change: [server]
	// ui_read_only, REEVE_UI_READ_ONLY.
	UIReadOnly bool
	// Setup is what `reeve up` makes beside the server.
	Setup Setup
	// Backup is how the databases are kept safe.
	Backup Backup
	// Limits are what clients may use.
	Limits Limits
	// Sleep is when the server is away.
	Sleep Sleep
	// SilentRuns is what becomes of runs that send no heartbeats any more.
	SilentRuns SilentRuns
	// Deployments is what becomes of a deployment that is deployed again.
	Deployments Deployments
	// Notifications is whom the server may write to.
	Notifications Notifications
	// Cost is what the host asks for.
	Cost Cost
	// Gateway and Webhooks are what the gateway does.
	Gateway  Gateway
	Webhooks []Webhook

	values map[string]value
	mu     sync.Mutex      // held for read: settings may be asked for at once
	read   map[string]bool // which settings somebody has asked for

	environ map[string]string
	refused []string // secrets that could not be used
}

type value struct {
	parsed any
	origin origin
}

// origin is where a value was given, to name it in a message.
type origin struct {
	set  bool
	name string // "PREFECT_SERVER_API_PORT", "--port" or "server.api.port"
	file string // "reeve.toml:3", "" outside files
}

func (o origin) given(text string) string {
	switch {
	case o.file != "":
		return fmt.Sprintf("%s: %s = %q", o.file, o.name, text)
	case strings.HasPrefix(o.name, "--"):
		return fmt.Sprintf("%s %s", o.name, text)
	}
	return fmt.Sprintf("%s=%s", o.name, text)
}

func (c *Config) value(key string) value {
	v, ok := c.values[key]
	if !ok {
		panic("config: no setting " + key)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.read != nil {
		c.read[key] = true
	}
	return v
}

// IsSet reports whether the setting was given, rather than left at its default.
func (c *Config) IsSet(key string) bool { return c.value(key).origin.set }

// Asked lists the settings that somebody has asked for.
func (c *Config) Asked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]string, 0, len(c.read))
	for key := range c.read {
		all = append(all, key)
	}
	sort.Strings(all)
	return all
}

// Text is a text setting, "" when none is given.
func (c *Config) Text(key string) string { s, _ := c.value(key).parsed.(string); return s }

// Int is a whole number, 0 when none is given.
func (c *Config) Int(key string) int { n, _ := c.value(key).parsed.(int); return n }

// Bool is a switch, false when none is given.
func (c *Config) Bool(key string) bool { b, _ := c.value(key).parsed.(bool); return b }

// List is a list, empty when none is given.
func (c *Config) List(key string) []string { l, _ := c.value(key).parsed.([]string); return l }

// Seconds is a duration, given as a duration or as a number of seconds.
func (c *Config) Seconds(key string) time.Duration {
	switch v := c.value(key).parsed.(type) {
	case time.Duration:
		return v
	case float64:
		return time.Duration(v * float64(time.Second))
	case int:
		return time.Duration(v) * time.Second
	}
	return 0
}

// Durations is a map from names to durations.
func (c *Config) Durations(key string) map[string]time.Duration {
	m, _ := c.value(key).parsed.(map[string]any)
	out := make(map[string]time.Duration, len(m))
	for name, v := range m {
		if d, ok := v.(time.Duration); ok {
			out[name] = d
		}
	}
	return out
}

// Given is a setting that was set, for `reeve config check`.
type Given struct {
	Key   string
	Value string // as read; secrets masked
	From  string
}

// Given lists what was set, sorted by key.
func (c *Config) Given() []Given {
	var all []Given
	for _, s := range settings() {
		v := c.values[s.Key]
		if !v.origin.set {
			continue
		}
		from := v.origin.name
		if v.origin.file != "" {
			from = v.origin.file
		}
		all = append(all, Given{s.Key, fmt.Sprint(shown(s.Kind, v.parsed)), from})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Key < all[j].Key })
	return all
}

var noEffect = map[Effect]string{
	Later: "not supported yet, so without effect",
	Moot:  "without effect, because Reeve needs no such tuning",
}

// Warnings are sentences about what was set and has no effect, one for each reason.
func (c *Config) Warnings() []string {
	names := map[Effect][]string{}
	for _, s := range settings() {
		if v := c.values[s.Key]; v.origin.set && noEffect[s.Effect] != "" {
			names[s.Effect] = append(names[s.Effect], v.origin.name)
		}
	}
	var all []string
	for _, effect := range []Effect{Later, Moot} {
		if len(names[effect]) > 0 {
			all = append(all, fmt.Sprintf("%s: %s", noEffect[effect], strings.Join(names[effect], ", ")))
		}
	}
	return all
}

// Documented lists the settings of the server, each with its meaning.
func Documented() []Setting {
	var all []Setting
	for _, s := range settings() {
		if s.Effect != Client {
			all = append(all, s)
		}
	}
	return all
}

// settings lists every setting of the contract.
func settings() []Setting {
	all := make([]Setting, 0, len(serverSettings)+len(serviceSettings)+len(clientSettings))
	all = append(all, serverSettings...)
	all = append(all, serviceSettings...)
	return append(all, clientSettings...)
}
