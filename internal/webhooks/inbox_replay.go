package webhooks

import (
	"context"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/outbox"
	"github.com/reevehq/reeve/internal/store"
)

// Replay has entries delivered again: dead letters, and, when again is set,
// delivered ones, which makes a new run of each. It returns the number of
// those that now wait. All or none: it fails for one that cannot be replayed.
func (b *Inbox) Replay(ctx context.Context, ids []uuid.UUID, again bool) (n int, err error) {
	now := b.clock.Now()
	err = b.backend.Update(ctx, func(c store.Conn) error {
		n = 0
		for _, id := range ids {
			var status outbox.Status
			if err := c.Query(`SELECT status FROM inbox WHERE id = ?`, []any{id}, func(r store.Row) error { return r.Scan(&status) }); err != nil {
				return err
			}
			switch {
			case status == "":
				return fault.New(fault.NotFound, "there is no webhook %s", id).WithHint("reeve webhook ls")
			case status == outbox.Waiting:
				return fault.New(fault.Conflict, "webhook %s is waiting to be delivered", id).WithHint("reeve webhook show %s", id)
			case status == outbox.Delivered && !again:
				return fault.New(fault.Conflict, "webhook %s was delivered", id).WithHint("--again makes another run of it")
			case status == outbox.Delivered:
				if _, err := c.Exec(`UPDATE inbox SET again = again + 1 WHERE id = ?`, id); err != nil {
					return err
				}
			}
			if _, err := c.Exec(revive, now, id); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// ReplayDead has every dead letter delivered again and returns their number.
func (b *Inbox) ReplayDead(ctx context.Context) (int, error) {
	var n int64
	now := b.clock.Now()
	err := b.backend.Update(ctx, func(c store.Conn) (err error) {
		n, err = c.Exec(`UPDATE inbox SET status = 'waiting', finished_at = NULL, next_attempt_at = NULL, attempts = 0, replayed_at = ?
			WHERE status = 'dead'`, now)
		return err
	})
	return int(n), err
}
