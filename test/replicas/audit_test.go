package replicas

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// What a server writes is told by the user as whom it is connected: each has its own.
func userOf(server int) string { return fmt.Sprintf("server%d", server) }

// as is a database by another user.
func as(t *testing.T, database, user string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(user)
	return u.String()
}

// audit keeps, in the database itself, who took the lead and which states flow runs got, in the order
// of the transactions: they are serial. It is written in the transaction of what it tells.
const audit = `
	CREATE SCHEMA audit;
	CREATE TABLE audit.entry (place bigserial PRIMARY KEY, server text NOT NULL DEFAULT current_user, began timestamptz NOT NULL DEFAULT transaction_timestamp(),
		at timestamptz NOT NULL DEFAULT clock_timestamp(), term bigint, run bytea, state bytea, type text, name text);
	CREATE INDEX ON audit.entry (name);
	CREATE FUNCTION audit.term() RETURNS trigger AS $$ BEGIN
		INSERT INTO audit.entry (term) VALUES (NEW.term); RETURN NULL; END $$ LANGUAGE plpgsql;
	CREATE FUNCTION audit.state() RETURNS trigger AS $$ BEGIN
		INSERT INTO audit.entry (run, state, type, name) VALUES (NEW.flow_run_id, NEW.id, NEW.type, NEW.name); RETURN NULL; END $$ LANGUAGE plpgsql;
	CREATE TRIGGER audit AFTER UPDATE ON leader FOR EACH ROW WHEN (NEW.term <> OLD.term) EXECUTE FUNCTION audit.term();
	CREATE TRIGGER audit AFTER INSERT ON flow_run_state FOR EACH ROW EXECUTE FUNCTION audit.state();`

func prepareAudit(t *testing.T, database string, servers int) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	sql := audit
	for i := range servers {
		// The users are those of all databases: a test that is repeated has them.
		sql += fmt.Sprintf(`; DO $$ BEGIN CREATE ROLE %s SUPERUSER LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`, userOf(i))
	}
	if _, err := c.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
}

// entry is one of the audit.
type entry struct {
	server    string
	began, at time.Time
	term      int64 // 0 unless the lead was taken
	run       uuid.UUID
	state     uuid.UUID
	kind      string // the state's type
	name      string
}

// entries are all of the audit, in the order of the transactions.
func entries(ctx context.Context, database string) (all []entry, err error) {
	c, err := pgx.Connect(ctx, database)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close(ctx) }()
	rows, err := c.Query(ctx, `SELECT server, began, at, coalesce(term, 0), run, state, coalesce(type, ''), coalesce(name, '') FROM audit.entry ORDER BY place`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e entry
		var run, state []byte
		if err := rows.Scan(&e.server, &e.began, &e.at, &e.term, &run, &state, &e.kind, &e.name); err != nil {
			return nil, err
		}
		copy(e.run[:], run)
		copy(e.state[:], state)
		all = append(all, e)
	}
	return all, rows.Err()
}
