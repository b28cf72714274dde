package postgres_test

import (
	"context"
	"testing"

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
			SELECT decode(md5(n::text), 'hex'), n, n, 'run-' || n, '\x00000000000000000000000000000001', type, type, n, n
			FROM generate_series(1, 20000) AS n, LATERAL (SELECT (ARRAY['COMPLETED', 'FAILED', 'CRASHED', 'FAILED'])[1 + n % 4] AS type) AS of;
		INSERT INTO flow_run (id, created, updated, name, flow_id, state_type, state_name, start_time, end_time)
			VALUES ('\x00000000000000000000000000000003', 1, 1, 'run', '\x00000000000000000000000000000002', 'COMPLETED', 'COMPLETED', 1, 1);
		ANALYZE`)
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
	} {
		before := rowsRead(t, url)
		db, err := postgres.Open(context.Background(), postgres.Options{URL: url, Readers: 1})
		if err != nil {
			t.Fatal(err)
		}
		s := store.New(db, clock.System{}, clock.NewIDs(clock.System{}))
		err = s.View(context.Background(), func(tx *store.Tx) error {
			rows, err := tx.FilterFlowRunRows(&c.filter, c.sort, prefect.Page{Limit: page})
			if err == nil && len(rows) != c.want {
				t.Errorf("%s: %d rows, want %d", c.name, len(rows), c.want)
			}
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if err := db.Close(); err != nil { // sessions tell of what they read when they end
			t.Fatal(err)
		}
		n := rowsRead(t, url) - before
		t.Logf("%s: %d rows", c.name, n)
		if n == 0 || n > c.most {
			t.Errorf("%s: %d rows of flow_run were read, want at most %d", c.name, n, c.most)
		}
	}
}

// rowsRead is how many rows of flow_run scans have read, once nobody else is connected.
func rowsRead(t *testing.T, url string) (n int64) {
	t.Helper()
	alone(t, url, func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, `SELECT seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'flow_run')::bigint
			FROM pg_stat_user_tables WHERE relname = 'flow_run'`).Scan(&n)
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
