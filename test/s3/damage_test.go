//go:build s3

package s3

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// damages are what becomes of the file of a stopped or killed server.
var damages = []struct {
	name   string
	killed bool // only a look through the whole file finds it, which follows a kill
	spoil  func([]byte) []byte
}{
	{"missing", false, nil},
	{"truncated", false, func(b []byte) []byte { return b[:len(b)/2] }},
	{"cut to nothing", false, func([]byte) []byte { return nil }},
	{"bits flipped in the header", false, func(b []byte) []byte { b[2] ^= 4; b[18] ^= 1; return b }},
	{"bits flipped in the schema", false, func(b []byte) []byte { b[100] ^= 8; b[104] ^= 0x30; return b }},
	{"bits flipped in pages", true, func(b []byte) []byte {
		for at := 4096; at < len(b); at += 5 * 4096 {
			copy(b[at:], bytes.Repeat([]byte{0xa7}, 40))
		}
		return b
	}},
}

func TestDamageIsHealed(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	for _, d := range damages {
		for _, place := range []string{"storage", "snapshot"} {
			t.Run(d.name+" "+place, func(t *testing.T) {
				i := install(t, s, `restore = "auto"`)
				if place == "snapshot" {
					text, err := os.ReadFile(i.path("reeve.toml"))
					if err != nil {
						t.Fatal(err)
					}
					head, _, _ := strings.Cut(string(text), "[backup]")
					i.configure(head + "[backup]\nrestore = \"auto\"\n")
				}
				i.start()
				i.write(many("f", 20)...)
				if place == "storage" {
					i.arrived()
				} else {
					i.must("server", "database", "backup")
				}
				i.end(d.killed)
				i.spoil("data/reeve.db", d.spoil)
				i.start()
				i.has(many("f", 20)...)
				var r report
				if err := i.get("/reeve/backup", &r); err != nil || r.Restored == nil || r.Restored.Until.IsZero() {
					t.Fatalf("restored: %+v, %v", r, err)
				}
				aside, _ := filepath.Glob(i.path("data/reeve.db.replaced-*Z"))
				if kept := d.spoil != nil && d.name != "cut to nothing"; kept != (len(aside) == 1) {
					t.Errorf("kept aside are %v", aside)
				}
				i.write("after")
				if log := i.stop(); strings.Count(log, "the newest good copy was put in its place") != 1 {
					t.Errorf("the log says:\n%s", log)
				}
				i.must("server", "database", "check")
			})
		}
	}
}

// Without the setting nothing is replaced, and the message names the command.
func TestDamageIsNamedWithoutTheSetting(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	for _, d := range damages {
		if d.spoil == nil || d.name == "cut to nothing" {
			continue // that is a new database, as ever
		}
		t.Run(d.name, func(t *testing.T) {
			i := install(t, s, "")
			i.start()
			i.write(many("f", 20)...)
			i.must("server", "database", "backup")
			i.arrived()
			i.end(d.killed)
			i.spoil("data/reeve.db", d.spoil)
			if d.killed {
				i.launch("server", "start", "--no-ui")
				i.eventuallyDamaged()
				i.kill()
			} else if out, err := i.run("server", "start", "--no-ui"); err == nil {
				t.Errorf("it started: %s", out)
			} else if d.name != "bits flipped in the header" && !strings.Contains(out, "reeve server database restore --latest") {
				t.Errorf("it says: %s", out)
			}
			out, err := i.run("server", "database", "check")
			if err == nil || !strings.Contains(out, "is damaged in ") {
				t.Errorf("check says: %s", out)
			}
			way := []string{"--from", "s3"}
			if d.killed {
				way = []string{"--latest"}
			}
			i.must(append([]string{"server", "database", "restore"}, way...)...)
			i.start()
			i.has(many("f", 20)...)
		})
	}
}

// eventuallyDamaged waits for a server that found damage in what it was left.
func (i *installation) eventuallyDamaged() {
	i.t.Helper()
	eventually(i.t, 15*time.Second, "the server says that the database is damaged", func() bool {
		err := i.get("/health", nil)
		return err != nil && strings.Contains(err.Error(), "503") || len(i.waited) > 0
	})
}

func (i *installation) end(killed bool) {
	i.t.Helper()
	if !killed {
		i.stop()
		return
	}
	// The log has to be there at the kill, and what it covers is written back
	// after two seconds of rest.
	eventually(i.t, 5*time.Second, "the log was written back", func() bool {
		info, err := os.Stat(i.path("data/reeve.db-wal"))
		return err == nil && info.Size() == 0
	})
	if err := ask(http.MethodPost, i.api("/variables/"), map[string]any{"name": "left_in_the_log", "value": 1}, nil); err != nil {
		i.t.Fatal(err)
	}
	i.kill()
}

func (i *installation) spoil(name string, how func([]byte) []byte) {
	i.t.Helper()
	path := i.path(name)
	if how == nil {
		if err := os.Remove(path); err != nil {
			i.t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, how(text), 0o600)
	}
	if err != nil {
		i.t.Fatal(err)
	}
}

// The gateway's inbox is kept in the same way.
func TestTheInboxComesBack(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	i := install(t, s, `restore = "auto"`)
	up := func() string {
		i.launch("gateway", "start", "--no-workers", "--api", fmt.Sprintf("http://127.0.0.1:%d/api", i.port))
		base := ""
		eventually(t, 10*time.Second, "the gateway answers", func() bool {
			_, rest, found := strings.Cut(i.log.String(), "Gateway: ")
			base, _, _ = strings.Cut(rest, "\n")
			return found && ask(http.MethodGet, base+"/health", nil, nil) == nil
		})
		return base
	}
	base := up()
	for k := range 5 {
		if err := ask(http.MethodPost, base+"/webhooks/open", map[string]any{"n": k}, nil); err != nil {
			t.Fatal(err)
		}
	}
	i.stop()
	i.spoil("data/gateway.db", nil)
	base = up()
	var health struct {
		Backup struct{ Database string }
		Inbox  map[string]int
	}
	if err := ask(http.MethodGet, base+"/health", nil, &health); err != nil || health.Backup.Database != "inbox" || health.Inbox["waiting"] != 5 {
		t.Errorf("health %+v, %v", health, err)
	}
	i.stop()
	i.must("server", "database", "check", "--inbox")
	i.must("server", "database", "restore", "--inbox", "--from", "s3")
	var listed []json.RawMessage
	if err := json.Unmarshal([]byte(i.must("webhook", "ls", "--json")), &listed); err != nil || len(listed) != 5 {
		t.Errorf("%d webhooks, %v", len(listed), err)
	}
}
