package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/services"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// retained are rows that retention deletes, one a second from 1970 on.
const retained = 1500

// fillRetained makes an event and a run for each.
const fillRetained = `
	INSERT INTO event (id, occurred, received, event, resource_id, resource, related, payload)
		SELECT decode(md5(i::text), 'hex'), i * 1000000, i * 1000000, 'a', 'b', '{"prefect.resource.id": "b"}',
			format('[{"prefect.resource.id": "c%s", "prefect.resource.role": "c"}, {"prefect.resource.id": "d%s", "prefect.resource.role": "d"}]', i % 7, i % 50), '{}'
		FROM generate_series(1, $1) AS i;
	INSERT INTO event_related (resource_id, occurred, sequence, resource_role)
		SELECT r || occurred / 1000000 % of, occurred, sequence, r FROM event, (VALUES ('c', 7), ('d', 50)) AS r (r, of);
	INSERT INTO flow (id, created, updated, name) VALUES ('\x00', 0, 0, 'f');
	INSERT INTO flow_run (id, created, updated, name, flow_id, state_type, state_name, end_time)
		SELECT decode(md5(i::text), 'hex'), 0, 0, 'r', '\x00', 'COMPLETED', 'Completed', i * 1000000 FROM generate_series(1, $1) AS i;
	ANALYZE event, event_related, flow_run`

// TestRetentionPassesTheDeadOnce: while somebody's snapshot is older than what retention deletes, as a backup's is,
// no index forgets it. Each look for the next row begins behind it all the same, so what is read grows with the
// rows and not with their square; and what came later and is older goes after an hour.
func TestRetentionPassesTheDeadOnce(t *testing.T) {
	url := storetest.NewPostgres(t)
	ctx := t.Context()
	manual := clock.NewManual(time.Unix(0, 0).Add(365 * 24 * time.Hour))
	db, err := postgres.Open(ctx, postgres.Options{URL: url, Clock: manual, Readers: 2, Replica: true})
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(db, manual, clock.NewIDs(manual))
	backup, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Exec(ctx, fillRetained, pgx.QueryExecModeSimpleProtocol, retained); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Exec(ctx, `BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM flow`, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}

	events := services.NewEventRetention(services.EventRetentionConfig{Period: 24 * time.Hour, Batch: 25, Overrides: map[string]time.Duration{"a": time.Hour}})
	runs := services.NewFlowRunRetention(services.FlowRunRetentionConfig{Period: 24 * time.Hour, Batch: 25})
	drain := func(service services.Writer) (total int) {
		t.Helper()
		for {
			var due bool
			err := s.View(ctx, func(tx *store.Tx) error {
				at, ok, err := service.Next(tx)
				due = ok && !at.After(tx.Now)
				return err
			})
			if err == nil && due {
				err = s.Update(store.WithPatience(ctx), func(tx *store.Tx) error {
					n, err := service.Run(tx)
					total += n
					return err
				})
			}
			if err != nil {
				t.Fatal(err)
			}
			if !due {
				return total
			}
		}
	}
	left := func(of string) (n int) {
		t.Helper()
		// Not by the session that keeps its snapshot.
		if err := s.View(ctx, func(tx *store.Tx) (err error) {
			if of == "event" {
				n, err = tx.CountEventLog()
				return err
			}
			n, err = tx.CountFlowRuns(&prefect.Filters{})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	drain(events)
	drain(runs)
	if e, r := left("event"), left("flow_run"); e+r > 0 {
		t.Errorf("%d events and %d runs are left", e, r)
	}

	// One that came later.
	if err := s.Update(ctx, func(tx *store.Tx) error {
		e := anEvent(tx.IDs)
		e.Occurred = prefect.At(time.Unix(1, 0))
		return tx.Emit(e)
	}); err != nil {
		t.Fatal(err)
	}
	manual.Advance(2 * time.Hour)
	if n := drain(events); n != 1 {
		t.Errorf("deleted %d events after an hour, want the one that came later", n)
	}

	if _, err := backup.Exec(ctx, `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	_ = backup.Close(ctx)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	alone(t, url, func(ctx context.Context, c *pgx.Conn) error {
		var related int
		if err := c.QueryRow(ctx, `SELECT count(*) FROM event_related`).Scan(&related); err != nil {
			return err
		}
		if related > 0 {
			t.Errorf("%d related resources are left", related)
		}
		for _, index := range []string{"event_name", "event_occurred", "flow_run_end"} {
			var read int
			if err := c.QueryRow(ctx, `SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = $1`, index).Scan(&read); err != nil {
				return err
			}
			t.Logf("%s: %d entries read for %d rows", index, read, retained)
			if read > 10*retained { // from the first each time it is 18 to 31
				t.Errorf("%s: %d entries were read to delete %d rows", index, read, retained)
			}
		}
		return nil
	})
}
