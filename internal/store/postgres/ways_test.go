package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// TestPagesReadNoMoreThanTheyMust: a page of runs takes the way that the store has chosen, whatever
// PostgreSQL makes of its statistics: what is rare is gathered, what is frequent is walked, and
// several types of state are merged. Rows are those that scans have read, of indexes and of the table.
func TestPagesReadNoMoreThanTheyMust(t *testing.T) {
	const runs, page, counted = 20_000, 50, 8_000 // what a criterion leaves is counted so far
	url := storetest.NewPostgres(t)
	ask(t, url, `ALTER TABLE flow_run DISABLE TRIGGER USER;
		INSERT INTO flow (id, created, updated, name) VALUES ('\x00000000000000000000000000000001', 1, 1, 'busy'), ('\x00000000000000000000000000000002', 1, 1, 'idle');
		INSERT INTO flow_run (id, created, updated, name, flow_id, state_type, state_name, start_time, end_time)
			SELECT decode(md5(n::text), 'hex'), n, n, CASE type WHEN 'COMPLETED' THEN 'a-run-' ELSE 'run-' END || n, '\x00000000000000000000000000000001', type, type, n, n
			FROM generate_series(1, 20000) AS n, LATERAL (SELECT (ARRAY['COMPLETED', 'FAILED', 'CRASHED', 'FAILED'])[1 + n % 4] AS type) AS of;
		INSERT INTO flow_run (id, created, updated, name, flow_id, state_type, state_name, start_time, end_time)
			VALUES ('\x00000000000000000000000000000003', 1, 1, 'run', '\x00000000000000000000000000000002', 'COMPLETED', 'COMPLETED', 1, 1);
		INSERT INTO flow_run_known_name (name) SELECT DISTINCT name FROM flow_run;
		UPDATE name_cursor SET run_id = '\x00000000000000000000000000000003' WHERE of = 'flow_run';
		ANALYZE`)
	part, none := "N-1999", "nobody"
	busy, idle := uuid.UUID{15: 1}, uuid.UUID{15: 2}
	of := func(flow uuid.UUID) *prefect.FlowFilter {
		return &prefect.FlowFilter{ID: &prefect.AnyNotAnyID{Any: []uuid.UUID{flow}}}
	}
	failed := &prefect.FlowRunFilter{State: &prefect.FlowRunFilterState{Type: &prefect.AnyNotAnyState{Any: []prefect.StateType{prefect.Failed, prefect.Crashed}}}}
	for _, c := range []struct {
		name   string
		filter prefect.Filters
		sort   prefect.FlowRunSort
		want   int
		most   int64
	}{
		{"all", prefect.Filters{}, "START_TIME_DESC", page, 8 * page},
		{"of a flow with one", prefect.Filters{Flows: of(idle)}, "START_TIME_DESC", 1, 10},
		{"of a flow with one, by its end", prefect.Filters{Flows: of(idle)}, "END_TIME_DESC", 1, 10},
		{"of a flow with all others", prefect.Filters{Flows: of(busy)}, "START_TIME_DESC", page, runs + 8*page}, // to count them, a bitmap of the index may be made first
		{"of two types", prefect.Filters{FlowRuns: failed}, "START_TIME_DESC", page, counted + 8*page},
		{"of two types, the oldest first", prefect.Filters{FlowRuns: failed}, "START_TIME_ASC", page, counted + 8*page},
		{"of two types, by name, which the first names are not of", prefect.Filters{FlowRuns: failed}, "NAME_ASC", page, counted + 8*page},
		{"with a part of a name", prefect.Filters{FlowRuns: &prefect.FlowRunFilter{Name: &prefect.AnyLike{Like: &part}}}, "START_TIME_DESC", 11, 60},
		{"with a part of a name that none has", prefect.Filters{FlowRuns: &prefect.FlowRunFilter{Name: &prefect.AnyLike{Like: &none}}}, "START_TIME_DESC", 0, 10},
	} {
		n := readBy(t, url, "flow_run", func(tx *store.Tx) error {
			rows, err := tx.FilterFlowRunRows(&c.filter, c.sort, prefect.Page{Limit: page})
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if len(rows) != c.want {
				t.Errorf("%s: %d rows, want %d", c.name, len(rows), c.want)
			}
			return nil
		})
		t.Logf("%s: %d rows", c.name, n)
		if n == 0 && c.want > 0 || n > c.most {
			t.Errorf("%s: %d rows of flow_run were read, want at most %d", c.name, n, c.most)
		}
	}
}

// TestTaskRunsByNameReadNoMoreThanTheyMust: the task runs of a flow are found name by name, as far as a page
// goes, and not by gathering all that have its names.
func TestTaskRunsByNameReadNoMoreThanTheyMust(t *testing.T) {
	const page, most = 50, 2_000 // of 20,000, of which each name has 5,000
	url := storetest.NewPostgres(t)
	ask(t, url, `ALTER TABLE flow_run DISABLE TRIGGER USER; ALTER TABLE task_run DISABLE TRIGGER USER;
		INSERT INTO flow (id, created, updated, name) VALUES ('\x00000000000000000000000000000001', 1, 1, 'busy');
		INSERT INTO flow_run (id, created, updated, name, flow_id)
			SELECT decode(md5(n::text), 'hex'), n, n, 'run-' || n, '\x00000000000000000000000000000001' FROM generate_series(1, 10000) AS n;
		INSERT INTO task_run (id, created, updated, name, flow_run_id, task_key, dynamic_key)
			SELECT decode(md5('task' || n), 'hex'), n, n, 'fetch-' || n % 4, decode(md5((1 + n % 10000)::text), 'hex'), 'fetch', n FROM generate_series(1, 20000) AS n;
		INSERT INTO task_run_known_name (name) SELECT DISTINCT name FROM task_run;
		INSERT INTO flow_task_name (name, flow_id) SELECT DISTINCT name, '\x00000000000000000000000000000001'::bytea FROM task_run;
		UPDATE name_cursor SET run_id = (SELECT id FROM task_run ORDER BY rowid DESC LIMIT 1) WHERE of = 'task_run';
		ANALYZE`)
	filter := prefect.Filters{Flows: &prefect.FlowFilter{ID: &prefect.AnyNotAnyID{Any: []uuid.UUID{{15: 1}}}}}
	n := readBy(t, url, "task_run", func(tx *store.Tx) error {
		seen := map[uuid.UUID]bool{}
		for offset := range 2 {
			rows, err := tx.FilterTaskRunRows(&filter, "NAME_DESC", prefect.Page{Limit: page, Offset: offset * page})
			if err != nil || len(rows) != page {
				t.Errorf("%d rows (%v), want %d", len(rows), err, page)
			}
			for _, row := range rows {
				if seen[row.ID] = true; row.Name != "fetch-3" {
					t.Errorf("%s is on a page, want fetch-3", row.Name)
				}
			}
		}
		if len(seen) != 2*page {
			t.Errorf("two pages have %d runs, want %d", len(seen), 2*page)
		}
		return nil
	})
	if n == 0 || n > most {
		t.Errorf("%d rows of task_run were read, want at most %d", n, most)
	}
}

// TestEventsOfAResourceReadNoMoreThanTheyMust: those that it is the primary resource of and those that it is related
// to are each read as far as a page goes, before they are put together.
func TestEventsOfAResourceReadNoMoreThanTheyMust(t *testing.T) {
	const page = 50
	url := storetest.NewPostgres(t)
	ask(t, url, `INSERT INTO event (sequence, id, occurred, received, event, resource_id, resource, related, payload)
			SELECT n, decode(md5(n::text), 'hex'), n, n, 'e', CASE WHEN n % 3 = 0 THEN 'r' ELSE 'other' END, '{}', '[]', '{}' FROM generate_series(1, 6000) AS n;
		INSERT INTO event_related (resource_id, occurred, sequence, resource_role) SELECT 'r', n, n, role FROM generate_series(1, 6000) AS n, (VALUES ('a'), ('b')) AS of (role) WHERE n % 3 < 2;
		ANALYZE`)
	n := readBy(t, url, "event_related", func(tx *store.Tx) error {
		f := &prefect.EventFilter{AnyResource: prefect.EventAnyFilters{{ID: []string{"r"}}}}
		f.Resolve(time.Now())
		since, until := prefect.At(time.UnixMicro(0)), prefect.At(time.Now())
		f.Occurred.Since, f.Occurred.Until = &since, &until
		for _, offset := range []int{0, page} {
			all, err := tx.FilterEvents(f, page, offset, nil)
			if err != nil || len(all) != page {
				t.Fatalf("%d events (%v), want %d", len(all), err, page)
			}
			for i, e := range all { // two of three, each once
				if want := int64(6000 - (offset+i)/2*3 - (offset+i)%2*2); e.Occurred.UnixMicro() != want {
					t.Errorf("event %d from %d is of %d, want %d", i, offset, e.Occurred.UnixMicro(), want)
				}
			}
		}
		return nil
	})
	if n == 0 || n > 20*page {
		t.Errorf("%d rows of event_related were read, want at most %d", n, 20*page)
	}
}

// readBy is how many rows of a table are read by a look at a store on its database.
func readBy(t *testing.T, url, table string, look func(*store.Tx) error) int64 {
	t.Helper()
	before := rowsRead(t, url, table)
	db, err := postgres.Open(context.Background(), postgres.Options{URL: url, Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.New(db, clock.System{}, clock.NewIDs(clock.System{})).View(context.Background(), look); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil { // sessions tell of what they read when they end
		t.Fatal(err)
	}
	return rowsRead(t, url, table) - before
}

// rowsRead is how many rows of a table scans have read, once nobody else is connected.
func rowsRead(t *testing.T, url, table string) (n int64) {
	t.Helper()
	alone(t, url, func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, `SELECT seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = $1)::bigint
			FROM pg_stat_user_tables WHERE relname = $1`, table).Scan(&n)
	})
	return n
}

// alone looks at a database once nobody else is connected: sessions tell of what they did when they end.
func alone(t *testing.T, url string, look func(context.Context, *pgx.Conn) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	for gone := false; !gone; {
		if err := c.QueryRow(ctx, `SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid())`).Scan(&gone); err != nil {
			t.Fatal(err)
		}
	}
	if err := look(ctx, c); err != nil {
		t.Fatal(err)
	}
}
