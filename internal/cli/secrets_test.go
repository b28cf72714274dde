package cli

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hidden are the secrets of the environment that the commands of this test
// see: one of each kind, and what of them is secret alone.
var hidden = map[string]string{
	"PREFECT_SERVER_API_AUTH_STRING": "admin:server-p4ssword", "PREFECT_API_AUTH_STRING": "admin:client-p4ssword",
	"PREFECT_API_KEY": "pnu_0123456789abcdef", "PREFECT_SERVER_ENCRYPTION_KEY": "a-key-that-is-no-fernet-key",
	"PREFECT_API_DATABASE_PASSWORD": "db/p4ssword", "HOOK_SECRET": "whsec_not/base64!but-a-secret",
	"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG", "PREFECT_API_URL": "http://user:url-p4ssword@127.0.0.1:1/api",
}

// TestNoCommandShowsSecrets runs commands, most of which fail, with every
// secret in the environment and in their arguments.
func TestNoCommandShowsSecrets(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	for name, value := range hidden {
		t.Setenv(name, value)
	}
	t.Setenv("PREFECT_HOME", folder)
	toml := "[server]\ndatabase = \"a.db\"\n[gateway]\nport = 1\n[[webhook]]\npath = \"/webhooks/a\"\nform = \"standard\"\nsecret_env = \"HOOK_SECRET\"\ndeployment = \"f/d\"\n" +
		"[backup]\nurl = \"s3://bucket/x\"\nendpoint = \"http://127.0.0.1:1\"\n"
	if err := os.WriteFile(filepath.Join(folder, "reeve.toml"), []byte(toml), 0o600); err != nil {
		t.Fatal(err)
	}
	var commands [][]string
	for _, value := range hidden {
		commands = append(commands, []string{"status", "--url", value}, []string{"why", value}, []string{"webhook", "show", value},
			[]string{"server", "start", "--database", value + "/x.db", "--host", value}, []string{"server", "start", "--port", value},
			[]string{"server", "database", "check", "--database", value}, []string{value}, []string{"config", "check", "--config", value},
			[]string{"worker", "start", "--pool", "p", "--name", "/" + value, "--python", value},
			[]string{"config", "check", "--database", "postgresql://u:" + value + "@h/d"})
	}
	commands = append(commands, []string{"status"}, []string{"status", "--json"}, []string{"config", "check"}, []string{"config", "check", "--json"},
		[]string{"gateway", "start", "--no-workers"}, []string{"server", "start", "--port", "0"}, []string{"webhook", "ls"}, []string{"up"},
		[]string{"doctor"}, []string{"doctor", "--json", "--url", hidden["PREFECT_SERVER_API_AUTH_STRING"]}, []string{"wake-plan"}, []string{"cost"}, []string{"server", "database", "backup"})
	for _, arguments := range commands {
		var out bytes.Buffer
		Main(arguments, &out, &out)
		for _, value := range hidden {
			shows(t, arguments, out.String(), value)
		}
	}
}

func shows(t *testing.T, arguments []string, printed, value string) {
	t.Helper()
	parts := []string{value}
	if u, err := url.Parse(value); err == nil && u.User != nil {
		password, _ := u.User.Password()
		parts = []string{password}
	} else if _, password, ok := strings.Cut(value, ":"); ok {
		parts = append(parts, password)
	}
	for _, part := range parts {
		for _, spelling := range []string{part, url.QueryEscape(part), base64.StdEncoding.EncodeToString([]byte(part)), fmt.Sprintf("%q", part)} {
			if strings.Contains(printed, strings.Trim(spelling, `"`)) {
				t.Errorf("reeve %q shows %s:\n%s", arguments, spelling, printed)
			}
		}
	}
}
