package config

import (
	"net/url"
	"path/filepath"
	"strings"

	"github.com/reevehq/reeve/internal/fault"
)

const databaseKey = "server.database.connection_url"

// Database is the path of the SQLite database: the URL's, the name's when the
// URL is given in pieces, or reeve.db in PREFECT_HOME. It is of no use where Postgres
// gives a URL.
func (c *Config) Database() string {
	if c.Postgres() != "" {
		return filepath.Join(expand(c.Text("home")), "reeve.db")
	}
	if path := c.Text(databaseKey); path != "" {
		return path
	}
	if name := c.Text("server.database.name"); name != "" && c.Text("server.database.driver") != "" {
		return name
	}
	return filepath.Join(expand(c.Text("home")), "reeve.db")
}

const wantedDatabase = "give the path of a SQLite database, or postgresql://user:password@host:5432/name"

// databaseOf reads a database setting: a path, a SQLAlchemy URL of SQLite, where three
// slashes start a relative path and four an absolute one, or a URL of PostgreSQL, which
// stays as it is.
func databaseOf(text string) (string, error) {
	scheme, rest, isURL := strings.Cut(text, "://")
	if !isURL {
		if strings.Contains(text, ":memory:") {
			return "", noMemory
		}
		return text, nil
	}
	dialect, _, _ := strings.Cut(scheme, "+")
	switch dialect {
	case "sqlite":
	case "postgresql", "postgres":
		return text, nil
	default:
		return "", &malformed{"no database that Reeve knows", wantedDatabase}
	}
	path, _, _ := strings.Cut(rest, "?")
	path, ok := strings.CutPrefix(path, "/")
	if !ok || path == "" {
		return "", &malformed{"a SQLite URL without a path", "write three slashes before a relative path and four before an absolute one: sqlite+aiosqlite:////data/reeve.db"}
	}
	if strings.Contains(path, ":memory:") {
		return "", noMemory
	}
	unescaped, err := url.PathUnescape(path)
	if err != nil {
		return "", &malformed{"not a URL", wantedDatabase}
	}
	return unescaped, nil
}

var noMemory = &malformed{"a database in memory would lose what it acknowledged", "give the path of a file"}

// checkDatabase replaces the URL by the path it means, and refuses pieces of a URL that
// make none.
func (c *Config) checkDatabase() error {
	v := c.values[databaseKey]
	if text, ok := v.parsed.(string); ok {
		path, err := databaseOf(text)
		if err != nil {
			return refuse(v.origin, hidePassword(text), err)
		}
		v.parsed = path
		c.values[databaseKey] = v
	}
	driver := c.values["server.database.driver"]
	if text, ok := driver.parsed.(string); ok && strings.HasPrefix(text, "postgresql") && c.Text(databaseKey) == "" && c.Text("server.database.host") == "" {
		return refuse(driver.origin, text, &malformed{"no host is given for it", "set PREFECT_SERVER_DATABASE_HOST, or the whole URL: PREFECT_SERVER_DATABASE_CONNECTION_URL"})
	}
	return nil
}

// hidePassword masks the password of a URL.
func hidePassword(text string) string {
	if from, to := urlPassword(text); from < to {
		return text[:from] + mask + text[to:]
	}
	return text
}

// urlPassword is the place of the password in a URL, also in one that is not
// well formed, since people forget to escape passwords.
func urlPassword(text string) (from, to int) {
	_, rest, isURL := strings.Cut(text, "://")
	colon, at := strings.IndexByte(rest, ':'), strings.LastIndexByte(rest, '@')
	if slash := strings.IndexByte(rest, '/'); !isURL || colon < 0 || at < colon || slash >= 0 && slash < colon {
		return 0, 0
	}
	if port, _, _ := strings.Cut(rest[colon+1:], "/"); strings.Contains(rest[:at], "/") && strings.Trim(port, "0123456789") == "" {
		return 0, 0 // host, port and an at sign in the path
	}
	start := len(text) - len(rest)
	return start + colon + 1, start + at
}

// refuse makes the fault for a value that cannot be used.
func refuse(from origin, text string, err error) error {
	refused := fault.New(fault.Invalid, "%s: %s", from.given(text), err)
	if m, ok := err.(*malformed); ok {
		return refused.WithHint("%s", m.fix)
	}
	return refused
}
