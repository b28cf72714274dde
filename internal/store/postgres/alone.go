package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/fault"
)

// aloneTime is how long a server waits for another to be gone: that of one which was killed
// is, as soon as the database notices. Tests wait for less.
var aloneTime = 8 * time.Second

// takeAlone makes a session the writer's, which stands for its server: while it lasts nobody
// else has the database who wants to be alone, and nobody at all when this one does.
func (db *DB) takeAlone(ctx context.Context, c *pgx.Conn) error {
	if _, err := c.Exec(ctx, ofTurns); err != nil {
		return err
	}
	try := `SELECT pg_try_advisory_lock_shared(1382376824, hashtext(current_schema()))`
	if db.o.Alone {
		try = `SELECT pg_try_advisory_lock(1382376824, hashtext(current_schema()))`
	}
	ctx, cancel := context.WithTimeout(ctx, aloneTime)
	defer cancel()
	for {
		var taken bool
		err := c.QueryRow(ctx, try).Scan(&taken)
		if taken {
			return nil
		}
		if err == nil {
			select {
			case <-time.After(200 * time.Millisecond):
				continue
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			return fault.New(fault.Conflict, "database %s is in use by another server", db.o.name()).
				WithHint("stop what uses it: a copy wants the database for itself")
		}
		return err
	}
}
