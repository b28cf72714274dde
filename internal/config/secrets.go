package config

import (
	"encoding/base64"
	"net"
	"net/url"
	"strings"
)

// NamedSecret is a secret that the configuration names. Its value leaves this
// package only through SecretValues.
type NamedSecret struct {
	// Name is the environment variable, or the key when it is in a file.
	Name string
	// For is what it protects, as a noun.
	For string
	// Needed reports whether something does not work without it.
	Needed bool

	env   string // the environment variable that sets it
	value string
	judge func(value string) SecretState
}

// SecretState is what can be said of a secret without showing it.
type SecretState string

// The states.
const (
	Present   SecretState = "present"
	Missing   SecretState = "missing"
	TooShort  SecretState = "too short"
	Malformed SecretState = "malformed"
)

// The fewest bytes of secrets that people make up and of those that programs
// exchange.
const (
	leastPassword = 8
	leastSecret   = 16
)

// State reports whether the secret is there and good enough.
func (s *NamedSecret) State() SecretState {
	if s.value == "" {
		return Missing
	}
	if s.judge == nil {
		return Present
	}
	return s.judge(s.value)
}

// Mend is the next step when the secret is not as it should be, as one line
// with a command.
func (s *NamedSecret) Mend() string {
	switch s.env {
	case encryptionKey:
		return "export " + s.env + `=$(head -c 32 /dev/urandom | base64 | tr +/ -_)`
	case authString:
		return "export " + s.env + `="admin:$(head -c 24 /dev/urandom | base64)"`
	case "PREFECT_API_AUTH_STRING":
		return "export " + s.env + `="user:password", the one that the server has in ` + authString
	}
	return "export " + s.env + "=..., the secret that the other side has; a new one: head -c 24 /dev/urandom | base64"
}

func atLeast(least int) func(string) SecretState {
	return func(value string) SecretState {
		if len(value) < least {
			return TooShort
		}
		return Present
	}
}

func judgeAuth(value string) SecretState {
	_, password, colon := strings.Cut(value, ":")
	switch {
	case !colon:
		return Malformed
	case len(password) < leastPassword:
		return TooShort
	}
	return Present
}

// judgeKey tells a Fernet key: 32 bytes in base64.
func judgeKey(value string) SecretState {
	key, err := base64.URLEncoding.DecodeString(value)
	if err != nil {
		key, err = base64.StdEncoding.DecodeString(value)
	}
	switch {
	case err != nil || len(key) > 32:
		return Malformed
	case len(key) < 32:
		return TooShort
	}
	return Present
}

const (
	authString    = "PREFECT_SERVER_API_AUTH_STRING"
	encryptionKey = "PREFECT_SERVER_ENCRYPTION_KEY"
)

// Secrets lists every secret that the configuration names: those that are
// needed, and others that are set.
func (c *Config) Secrets() []NamedSecret {
	all := []NamedSecret{
		c.setting("server.api.auth_string", "the API", c.Exposed(), judgeAuth),
		c.setting("api.auth_string", "the API, as workers and the gateway present it", false, judgeAuth),
		{encryptionKey, "the secrets in blocks", false, encryptionKey, c.EncryptionKey, judgeKey},
		c.setting("api.key", "an account at Prefect Cloud", false, nil),
		c.setting("server.database.password", "the database", false, nil),
	}
	for _, w := range c.Webhooks {
		if w.SecretEnv != "" {
			secret := c.named(w.SecretEnv, "webhook "+w.Path, leastSecret)
			secret.Needed = !w.Optional
			all = append(all, secret)
		}
	}
	if c.Backup.URL != "" {
		access, secret := c.Backup.KeysFrom()
		all = append(all, c.named(access, "the storage of backups", 1), c.named(secret, "the storage of backups", leastSecret))
	}
	kept := all[:0]
	for _, s := range all {
		if s.Needed || s.value != "" {
			kept = append(kept, s)
		}
	}
	return kept
}

// named is a needed secret in an environment variable that reeve.toml names.
func (c *Config) named(env, purpose string, least int) NamedSecret {
	return NamedSecret{env, purpose, true, env, c.environ[env], atLeast(least)}
}

// setting is a secret that is a setting of the contract.
func (c *Config) setting(key, purpose string, needed bool, judge func(string) SecretState) NamedSecret {
	v := c.values[key]
	text, _ := v.parsed.(string)
	env := byKey()[key].Env()
	name := env
	if v.origin.set && v.origin.file != "" {
		name = v.origin.name
	}
	return NamedSecret{name, purpose, needed, env, text, judge}
}

// addresses are settings that may be URLs with a password.
var addresses = []string{"api.url", "server.ui.api_url", databaseKey}

// SecretValues are the secrets themselves, for what masks them.
func (c *Config) SecretValues() []string {
	var all []string
	for _, s := range c.Secrets() {
		if s.value != "" {
			all = append(all, s.value)
		}
	}
	all = append(all, c.refused...)
	urls := []string{c.Gateway.API}
	for _, key := range addresses {
		urls = append(urls, c.text(key))
	}
	for _, text := range urls {
		if from, to := urlPassword(text); from < to {
			all = append(all, text[from:to])
			if plain, err := url.PathUnescape(text[from:to]); err == nil {
				all = append(all, plain)
			}
		}
	}
	return all
}

// text is a text setting; unlike Text it does not count as asking for it.
func (c *Config) text(key string) string { s, _ := c.values[key].parsed.(string); return s }

// Exposed reports whether the server is to listen where other machines reach it,
// and nobody said that it may do so without a password.
func (c *Config) Exposed() bool { return !c.AllowOpen && !Loopback(c.text("server.api.host")) }

// Loopback reports whether only this machine can reach a host.
func Loopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
