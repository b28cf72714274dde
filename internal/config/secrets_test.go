package config

import (
	"slices"
	"strings"
	"testing"
)

const everySecret = `
[server]
host = "0.0.0.0"
[gateway]
api = "http://g:gateway-password@host/api"
[[webhook]]
path = "/webhooks/a"
secret_env = "A_SECRET"
deployment = "f/d"
[[webhook]]
path = "/webhooks/b"
secret_env = "B_SECRET"
deployment = "f/d"
[[webhook]]
path = "/webhooks/c"
open = true
deployment = "f/d"
`

func TestSecretsByName(t *testing.T) {
	const key = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
	tests := []struct {
		name, toml string
		environ    []string
		want       []string // "NAME state"
	}{
		{"none", "", nil, nil},
		{"needed and missing", everySecret, nil, []string{"PREFECT_SERVER_API_AUTH_STRING missing", "A_SECRET missing", "B_SECRET missing"}},
		{"told to be open", everySecret, []string{"REEVE_ALLOW_OPEN=1"}, []string{"A_SECRET missing", "B_SECRET missing"}},
		{"present and short", everySecret, []string{"PREFECT_SERVER_API_AUTH_STRING=a:long-enough", "A_SECRET=0123456789abcdef", "B_SECRET=short"},
			[]string{"PREFECT_SERVER_API_AUTH_STRING present", "A_SECRET present", "B_SECRET too short"}},
		{"in the file", "[server]\nauth_string = \"administrator:geheim\"", nil, []string{"server.auth_string too short"}},
		{"client", "", []string{"PREFECT_API_AUTH_STRING=nocolon", "PREFECT_API_KEY=x"}, []string{"PREFECT_API_AUTH_STRING malformed", "PREFECT_API_KEY present"}},
		{"encryption key", "", []string{"PREFECT_SERVER_ENCRYPTION_KEY=" + key}, []string{"PREFECT_SERVER_ENCRYPTION_KEY present"}},
		{"short encryption key", "", []string{"PREFECT_API_ENCRYPTION_KEY=aGFsbG8="}, []string{"PREFECT_SERVER_ENCRYPTION_KEY too short"}},
		{"no encryption key", "", []string{"PREFECT_API_ENCRYPTION_KEY=?"}, []string{"PREFECT_SERVER_ENCRYPTION_KEY malformed"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := load(t, test.toml, test.environ...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range c.Secrets() {
				got = append(got, s.Name+" "+string(s.State()))
				if s.State() != Present && !strings.Contains(s.Mend(), "export "+s.env+"=") {
					t.Errorf("the next step of %s is %q", s.Name, s.Mend())
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSecretValuesAreAllOfThem(t *testing.T) {
	c, _ := load(t, everySecret, "A_SECRET=value-a", "B_SECRET=value-b", "PREFECT_SERVER_API_AUTH_STRING=refused-for-want-of-a-colon",
		"PREFECT_API_AUTH_STRING=a:b", "PREFECT_API_KEY=value-key", "PREFECT_SERVER_ENCRYPTION_KEY=value-fernet", "PREFECT_API_URL=http://u:url%2Fpassword@h/api",
		"PREFECT_API_DATABASE_PASSWORD=value-db", "PREFECT_API_DATABASE_CONNECTION_URL=postgresql://u:pa#ss@h/db", "OTHER=other")
	got := c.SecretValues()
	for _, want := range []string{"value-a", "value-b", "refused-for-want-of-a-colon", "a:b", "value-key", "value-fernet", "url%2Fpassword",
		"url/password", "value-db", "pa#ss", "gateway-password"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %q", want, got)
		}
	}
	for _, leak := range append(got, "other") {
		if leak != "a:b" && strings.Contains(string(c.Tree()), leak) {
			t.Errorf("%s is in the tree", leak)
		}
	}
}

func TestURLPassword(t *testing.T) {
	for text, want := range map[string]string{
		"http://u:p@h/": "p", "http://u:p@q@h/": "p@q", "http://u:p/q@h/": "p/q", "http://u:1/q@h/": "", "http://h:80/a@b": "",
		"http://h/a:b@c": "", "http://u@h/": "", "/data/a:b@c.db": "", "": "", "sqlite:////data/x.db": "",
	} {
		if from, to := urlPassword(text); text[from:to] != want {
			t.Errorf("%s: %q, want %q", text, text[from:to], want)
		}
	}
}

func TestExposed(t *testing.T) {
	for host, want := range map[string]bool{"127.0.0.1": false, "localhost": false, "::1": false, "127.8.8.8": false,
		"0.0.0.0": true, "::": true, "10.0.0.1": true, "example.org": true, "": false} {
		c, err := load(t, "", "PREFECT_SERVER_API_HOST="+host)
		if err != nil || c.Exposed() != want {
			t.Errorf("%s: %v (%v)", host, c.Exposed(), err)
		}
	}
	for toml, want := range map[string]bool{"[server]\nhost = \"::\"\nallow_open = true": false, "[server]\nhost = \"::\"\nallow_open = false": true} {
		if c, err := load(t, toml); err != nil || c.Exposed() != want {
			t.Errorf("%s: %v (%v)", toml, c.Exposed(), err)
		}
	}
	if _, err := load(t, "[server]\nallow_open = \"maybe\""); err == nil {
		t.Error("allow_open takes any text")
	}
	if _, err := load(t, "", "REEVE_ALLOW_OPEN=maybe"); err == nil {
		t.Error("REEVE_ALLOW_OPEN takes any text")
	}
}
