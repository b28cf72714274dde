package postgres_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/storetest"
)

func ask(t *testing.T, database, sql string) {
	t.Helper()
	c, err := pgx.Connect(context.Background(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if _, err := c.Exec(context.Background(), sql); err != nil {
		t.Fatal(err)
	}
}

// TestWhatCannotBeOpenedIsSaidInALine: each with what must be in the sentence and its hint.
func TestWhatCannotBeOpenedIsSaidInALine(t *testing.T) {
	there := storetest.NewPostgres(t)
	name := func(u *url.URL) string { return strings.TrimPrefix(u.Path, "/") }
	for _, c := range []struct {
		name           string
		change         func(u *url.URL)
		sentence, hint string
	}{
		{"nobody listens", func(u *url.URL) { u.Host, u.RawQuery = "127.0.0.1:1", "" }, "cannot be reached: connection refused", "check the address"},
		{"no such host", func(u *url.URL) { u.Host, u.RawQuery = "no-such-host.invalid", "" }, "cannot be reached", "check the address"},
		{"no such database", func(u *url.URL) { u.Path = "/absent" }, "does not exist", "createdb absent"},
		{"no such user", func(u *url.URL) { u.User = url.UserPassword("stranger", "geheim") }, `refuses user "stranger"`, "check user and password"},
		{"another encoding", func(u *url.URL) {
			other := name(u) + "_latin"
			ask(t, storetest.PostgresURL(), "CREATE DATABASE "+other+" ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
			u.Path = "/" + other
		}, "not in UTF-8", "ENCODING 'UTF8'"},
		{"it is Prefect's own", func(u *url.URL) {
			other := name(u) + "_prefect"
			ask(t, storetest.PostgresURL(), "CREATE DATABASE "+other)
			u.Path = "/" + other
			ask(t, u.String(), "CREATE TABLE alembic_version (version_num text)")
		}, "was made by Prefect's own server", "choose a new database"},
		{"a newer schema", func(u *url.URL) {
			ask(t, u.String(), "INSERT INTO schema_migration (number, name) VALUES (9999, 'later')")
		}, "newer than this program's", "newer reeve"},
		{"it takes no writes", func(u *url.URL) {
			ask(t, u.String(), "ALTER DATABASE "+name(u)+" SET default_transaction_read_only = on")
		}, "takes no writes", "primary"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := url.Parse(there)
			if err != nil {
				t.Fatal(err)
			}
			c.change(u)
			db, err := postgres.Open(context.Background(), postgres.Options{URL: u.String()})
			if err == nil {
				_ = db.Close()
				t.Fatal("it was opened")
			}
			var known *fault.Error
			if !errors.As(err, &known) || !strings.Contains(known.Sentence, c.sentence) || !strings.Contains(known.Hint, c.hint) {
				t.Errorf("%v", err)
			}
			if strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "\n") {
				t.Errorf("it has a secret, or more than one line: %v", err)
			}
		})
	}
}

// TestOneServerAtATime: a second server is refused, and taken once the first is gone.
func TestOneServerAtATime(t *testing.T) {
	at := storetest.NewPostgres(t)
	first, err := postgres.Open(context.Background(), postgres.Options{URL: at, Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	undo := postgres.HurryAlone()
	_, err = postgres.Open(context.Background(), postgres.Options{URL: at, Alone: true})
	undo()
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a second server: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := postgres.Open(context.Background(), postgres.Options{URL: at, Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// TestACutConnectionIsReplaced: what the database ends under us is an answer that it does not
// answer, or nothing at all; the next is served by another connection.
func TestACutConnectionIsReplaced(t *testing.T) {
	at := storetest.NewPostgres(t)
	db, err := postgres.Open(context.Background(), postgres.Options{URL: at, Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	read := func(c store.Conn) error {
		return c.Query("SELECT count(*) FROM flow", nil, func(r store.Row) error { var n int; return r.Scan(&n) })
	}
	write := func(c store.Conn) error {
		_, err := c.Exec(`UPDATE automation_version SET version = version + 1`)
		return err
	}
	for range 3 {
		if err := db.View(context.Background(), read); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(context.Background(), write); err != nil {
			t.Fatal(err)
		}
		ask(t, at, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		for _, try := range []func() error{
			func() error { return db.View(context.Background(), read) },
			func() error { return db.Update(context.Background(), write) },
		} {
			if err := try(); err != nil {
				if !fault.Is(err, fault.Busy) {
					t.Errorf("a cut connection: %v", err)
				}
				if err := try(); err != nil {
					t.Errorf("after a cut connection: %v", err)
				}
			}
		}
	}
	if err := db.Health(); err != nil {
		t.Error(err)
	}
}
