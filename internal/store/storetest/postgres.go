package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store/postgres"
)

// PostgresURL is where tests find a PostgreSQL in which they may make databases; "" where there
// is none. scripts/with-postgres sets it.
func PostgresURL() string { return os.Getenv("REEVE_TEST_POSTGRES") }

// OpenPostgres opens a new, migrated database, which goes with its PostgreSQL. Without one
// the test is skipped.
func OpenPostgres(t testing.TB, machine clock.Clock) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(context.Background(), postgres.Options{URL: NewPostgres(t), Clock: machine, Readers: 3})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// NewPostgres is the URL of a new, migrated database, which goes with its PostgreSQL: to drop
// one takes longer than most tests. Without one the test is skipped.
func NewPostgres(t testing.TB) string {
	t.Helper()
	if PostgresURL() == "" {
		t.Skip("needs a PostgreSQL: scripts/with-postgres go test ...")
	}
	from, err := template()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%s_%d", from, databases.Add(1))
	if err := administer(`CREATE DATABASE ` + name + ` TEMPLATE ` + from); err != nil {
		t.Fatal(err)
	}
	return postgresDatabase(name)
}

var databases atomic.Int64

// template is the name of a database that has the schema, and nothing else.
var template = sync.OnceValues(func() (string, error) {
	name := "t" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if err := administer(`CREATE DATABASE ` + name); err != nil {
		return "", err
	}
	db, err := postgres.Open(context.Background(), postgres.Options{URL: postgresDatabase(name), Migrate: true})
	if err != nil {
		return "", err
	}
	return name, db.Close()
})

// postgresDatabase is the URL of another database beside that of PostgresURL.
func postgresDatabase(name string) string {
	u, err := url.Parse(PostgresURL())
	if err != nil {
		panic(err) // it is scripts/with-postgres that sets it
	}
	u.Path = "/" + name
	return u.String()
}

// making keeps databases from being made at once: PostgreSQL copies a template for one at a time.
var making sync.Mutex

func administer(sql string) error {
	making.Lock()
	defer making.Unlock()
	c, err := pgx.Connect(context.Background(), PostgresURL())
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.Background()) }()
	_, err = c.Exec(context.Background(), sql)
	return err
}
