package store_test

import (
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// Tables that are made anew by a migration keep their rows, what refers to them
// and what is enforced.
func TestSequencesComeToADatabaseOfTheFirstSchema(t *testing.T) {
	steps, err := migrations.For("sqlite")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.db")
	openWith := func(steps []migrations.Migration) *sqlite.DB {
		db, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Steps: steps, Migrate: true, Clock: clock.System{}})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	id := func(n byte) []byte { u := uuid.UUID{15: n}; return u[:] }
	old := openWith(steps[:1])
	err = old.Update(t.Context(), func(c store.Conn) error {
		for _, row := range []struct {
			statement string
			args      []any
		}{
			{`INSERT INTO flow (id, created, updated, name) VALUES (?, 1, 1, 'f')`, []any{id(1)}},
			{`INSERT INTO deployment (id, created, updated, name, flow_id) VALUES (?, 1, 1, 'd', ?)`, []any{id(2), id(1)}},
			{`INSERT INTO deployment_schedule (id, created, updated, deployment_id, schedule) VALUES (?, 1, 1, ?, '{}')`, []any{id(3), id(2)}},
			{`INSERT INTO block_type (id, created, updated, name, slug) VALUES (?, 1, 1, 'b', 'old-type')`, []any{id(4)}},
			{`INSERT INTO block_schema (id, created, updated, checksum, block_type_id) VALUES (?, 1, 1, 'x', ?)`, []any{id(5), id(4)}},
			{`INSERT INTO block_schema (id, created, updated, checksum, block_type_id) VALUES (?, 1, 1, 'y', ?)`, []any{id(6), id(4)}},
			{`INSERT INTO block_schema_reference (id, created, updated, name, parent_block_schema_id, reference_block_schema_id)
				VALUES (?, 1, 1, 'r', ?, ?)`, []any{id(7), id(5), id(6)}},
			{`INSERT INTO block_document (id, created, updated, name, data, block_type_id, block_schema_id) VALUES (?, 1, 1, 'one', '{}', ?, ?)`, []any{id(8), id(4), id(5)}},
			{`INSERT INTO block_document (id, created, updated, name, data, block_type_id, block_schema_id) VALUES (?, 1, 1, 'two', '{}', ?, ?)`, []any{id(9), id(4), id(6)}},
			{`INSERT INTO block_document_reference (id, created, updated, name, parent_block_document_id, reference_block_document_id)
				VALUES (?, 1, 1, 'r', ?, ?)`, []any{id(10), id(8), id(9)}},
			{`INSERT INTO log (id, created, name, level, message, timestamp) VALUES (?, 1, 'n', 20, 'first', 1)`, []any{id(11)}},
			{`INSERT INTO log (id, created, name, level, message, timestamp) VALUES (?, 1, 'n', 20, 'second', 1)`, []any{id(12)}},
		} {
			if _, err := c.Exec(row.statement, row.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	db := openWith(steps)
	defer func() { _ = db.Close() }()
	count := func(c store.Conn, query string, args ...any) (n int) {
		if err := c.Query(query, args, func(r store.Row) error { return r.Scan(&n) }); err != nil {
			t.Error(err)
		}
		return n
	}
	err = db.Update(t.Context(), func(c store.Conn) error {
		for table, want := range map[string]int{"deployment_schedule": 1, "block_schema": 2, "block_schema_reference": 1, "block_document": 2, "block_document_reference": 1} {
			// The catalogue of blocks may have been added meanwhile.
			if got := count(c, "SELECT count(*) FROM "+table); got < want {
				t.Errorf("%s has %d rows, want %d", table, got, want)
			}
		}
		if got := count(c, "SELECT sequence FROM log WHERE message = 'second'"); got != 2 {
			t.Errorf("the second log has the place %d", got)
		}
		if _, err := c.Exec("DELETE FROM block_schema WHERE id = ?", id(6)); err != nil {
			return err
		}
		for _, gone := range []string{"block_schema_reference WHERE name = 'r'", "block_document WHERE name = 'two'", "block_document_reference WHERE name = 'r'"} {
			if got := count(c, "SELECT count(*) FROM "+gone); got != 0 {
				t.Errorf("%d rows are left of %s, which went with the schema they refer to", got, gone)
			}
		}
		_, err := c.Exec(`INSERT INTO deployment_schedule (id, created, updated, deployment_id, schedule) VALUES (?, 1, 1, ?, '{}')`, id(20), id(99))
		if err == nil {
			t.Error("a schedule of no deployment was taken")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What a run's policy said in JSON of a retry inside its process is a column.
func TestRetriesInProcessComeToADatabaseOfASchemaWithout(t *testing.T) {
	steps, err := migrations.For("sqlite")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.db")
	old, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Steps: steps[:6], Migrate: true, Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	runs := []struct{ name, state, named, policy string }{
		{"waits", "SCHEDULED", "AwaitingRetry", `{"retries": 1, "retry_type": "in_process"}`},
		{"is handed out again", "SCHEDULED", "AwaitingRetry", `{"retry_type": "reschedule"}`},
		{"has no kind", "SCHEDULED", "AwaitingRetry", `{"retries": 1}`},
		{"is new", "SCHEDULED", "Scheduled", `{"retry_type": "in_process"}`},
		{"runs", "RUNNING", "Running", `{"retry_type": "in_process"}`},
		{"has ended", "COMPLETED", "AwaitingRetry", `{"retry_type": "in_process"}`},
	}
	err = old.Update(t.Context(), func(c store.Conn) error {
		flow := uuid.New()
		if _, err := c.Exec(`INSERT INTO flow (id, created, updated, name) VALUES (?, 1, 1, 'f')`, flow); err != nil {
			return err
		}
		for _, run := range runs {
			_, err := c.Exec(`INSERT INTO flow_run (id, created, updated, name, flow_id, state_type, state_name, empirical_policy)
				VALUES (?, 1, 1, ?, ?, ?, ?, ?)`, uuid.New(), run.name, flow, run.state, run.named, run.policy)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Steps: steps, Migrate: true, Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var waiting []string
	err = db.View(t.Context(), func(c store.Conn) error {
		return c.Query(`SELECT name FROM flow_run WHERE retries_in_process = 1`, nil, func(r store.Row) error {
			waiting = append(waiting, "")
			return r.Scan(&waiting[len(waiting)-1])
		})
	})
	if err != nil || len(waiting) != 1 || waiting[0] != "waits" {
		t.Errorf("the runs that retry in their process are %q, %v", waiting, err)
	}
}

// Automations come to a database with a log: they do not look back on it.
func TestAutomationsStandAtTheEndOfALogThatWasThereBefore(t *testing.T) {
	steps, err := migrations.For("sqlite")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.db")
	open := func(steps []migrations.Migration) *sqlite.DB {
		db, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Steps: steps, Migrate: true, Clock: clock.System{}})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	old := open(steps[:7])
	err = old.Update(t.Context(), func(c store.Conn) error {
		for range 3 {
			_, err := c.Exec(`INSERT INTO event (id, occurred, received, event, resource_id, resource, related, payload)
				VALUES (?, 1, 1, 'e', 'r', '{}', '[]', '{}')`, uuid.New())
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db := open(steps)
	s := store.New(db, clock.System{}, clock.NewIDs(clock.System{}))
	defer func() { _ = s.Close() }()
	err = s.View(t.Context(), func(tx *store.Tx) error {
		cursor, err := tx.EventCursor("automations")
		if err == nil && cursor != 3 {
			t.Errorf("the cursor stands at %d of 3", cursor)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
