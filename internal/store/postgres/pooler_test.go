package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// TestAPoolerThatSharesSessionsIsRefused: a real PgBouncer that pools transactions or statements,
// however it hands sessions out, is refused in a line that names the setting; one that pools
// sessions is not noticed.
func TestAPoolerThatSharesSessionsIsRefused(t *testing.T) {
	database := storetest.NewPostgres(t)
	for _, c := range []struct {
		name, config string
		refused      bool
	}{
		{"sessions", "pool_mode = session", false},
		{"transactions", "pool_mode = transaction", true},
		{"transactions, in turn", "pool_mode = transaction\nserver_round_robin = 1\nmin_pool_size = 3", true},
		{"statements", "pool_mode = statement", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			through := startPooler(t, database, c.config)
			_, looked := postgres.Look(t.Context(), through)
			db, err := postgres.Open(t.Context(), postgres.Options{URL: through, Migrate: true, Replica: true})
			if !c.refused {
				if err != nil || looked != nil {
					t.Fatal(err, looked)
				}
				if err := db.Update(t.Context(), func(store.Conn) error { return nil }); err != nil {
					t.Error(err)
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil {
				_ = db.Close()
			}
			for _, err := range []error{err, looked} {
				var known *fault.Error
				if !errors.As(err, &known) || !strings.Contains(known.Sentence, "PgBouncer") || !strings.Contains(known.Hint, "pool_mode = session") {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

// startPooler starts a PgBouncer in front of a database until the test ends, and returns the
// URL through it.
func startPooler(t *testing.T, database, config string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	program := "/usr/sbin/pgbouncer" // not on everybody's path
	if found, err := exec.LookPath("pgbouncer"); err == nil {
		program = found
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "reeve-pooler")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	file := filepath.Join(folder, "pgbouncer.ini")
	text := fmt.Sprintf("[databases]\n* = host=%s port=5432 user=%s\n[pgbouncer]\nunix_socket_dir =\nlisten_addr = 127.0.0.1\nlisten_port = %d\nauth_type = any\n%s\n",
		u.Query().Get("host"), u.User.Username(), port, config)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	pooler := exec.Command(program, file)
	if os.Getuid() == 0 { // PgBouncer does not run as root: it does as PostgreSQL does
		owner, err := os.Stat(u.Query().Get("host"))
		if err != nil {
			t.Fatal(err)
		}
		of := owner.Sys().(*syscall.Stat_t)
		pooler.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: of.Uid, Gid: of.Gid}}
		for _, path := range []string{folder, file} {
			if err := os.Chown(path, int(of.Uid), int(of.Gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := pooler.Start(); err != nil {
		t.Fatalf("%v; install it with: sudo apt-get install pgbouncer", err)
	}
	t.Cleanup(func() {
		_ = pooler.Process.Kill()
		_ = pooler.Wait()
	})
	address := fmt.Sprintf("127.0.0.1:%d", port)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var d net.Dialer
		c, err := d.DialContext(context.Background(), "tcp", address)
		if err == nil {
			_ = c.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	u.Host, u.RawQuery = address, ""
	return u.String()
}
