package config

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Postgres is the URL of the PostgreSQL database, with its password: the one that is set, or
// the one that its pieces make. "" when the database is a SQLite file.
func (c *Config) Postgres() string {
	text := c.Text(databaseKey)
	if text == "" && strings.HasPrefix(c.Text("server.database.driver"), "postgres") {
		text = c.inPieces()
	}
	if !strings.HasPrefix(text, "postgres") || !strings.Contains(text, "://") {
		return ""
	}
	scheme, rest, _ := strings.Cut(text, "://")
	if scheme, _, _ = strings.Cut(scheme, "+"); scheme != "postgresql" && scheme != "postgres" {
		return ""
	}
	return c.withArguments("postgresql://" + rest)
}

// inPieces is the URL that the settings for its parts make.
func (c *Config) inPieces() string {
	const of = "server.database."
	u := url.URL{Scheme: "postgresql", Host: c.Text(of + "host"), Path: "/" + c.Text(of+"name")}
	if port := c.Int(of + "port"); port > 0 {
		u.Host = net.JoinHostPort(u.Host, strconv.Itoa(port))
	}
	if user, password := c.Text(of+"user"), c.Text(of+"password"); password != "" {
		u.User = url.UserPassword(user, password)
	} else if user != "" {
		u.User = url.User(user)
	}
	return u.String()
}

// withArguments adds to a URL what the contract's settings say of connections.
func (c *Config) withArguments(text string) string {
	const of = "server.database.sqlalchemy.connect_args."
	var more []string
	add := func(name, value string) {
		if value != "" && !strings.Contains(text, name+"=") {
			more = append(more, name+"="+url.QueryEscape(value))
		}
	}
	add("search_path", c.Text(of+"search_path"))
	if c.Bool(of + "tls.enabled") {
		authority, mode := c.Text(of+"tls.ca_file"), "require"
		switch {
		case c.Bool(of + "tls.check_hostname"):
			mode = "verify-full"
		case authority != "":
			mode = "verify-ca"
		}
		add("sslmode", mode)
		add("sslrootcert", authority)
		add("sslcert", c.Text(of+"tls.cert_file"))
		add("sslkey", c.Text(of+"tls.key_file"))
	}
	if len(more) == 0 {
		return text
	}
	sign := "?"
	if strings.Contains(text, "?") {
		sign = "&"
	}
	return text + sign + strings.Join(more, "&")
}
