package gateway

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// finish marks an entry as delivered, with what was made of it, or as dead, with
// the reason.
func (b *Inbox) finish(ctx context.Context, seq int64, status Status, outcome, reason *string) error {
	now := b.clock.Now()
	return b.backend.Update(ctx, func(c store.Conn) error {
		_, err := c.Exec(`UPDATE inbox SET status = ?, outcome = ?, error = ?, finished_at = ?, next_attempt_at = NULL, attempts = attempts + 1
			WHERE seq = ? AND status = 'waiting'`, string(status), outcome, reason, now, seq)
		return err
	})
}

// postpone notes a failed attempt.
func (b *Inbox) postpone(ctx context.Context, seq int64, reason string, next time.Time) error {
	return b.backend.Update(ctx, func(c store.Conn) error {
		_, err := c.Exec(`UPDATE inbox SET error = ?, next_attempt_at = ?, attempts = attempts + 1 WHERE seq = ? AND status = 'waiting'`,
			reason, next, seq)
		return err
	})
}

// Replay has entries delivered again: dead letters, and, when again is set,
// delivered ones, which makes a new run of each. It gives the number of those
// that now wait. All or none: it fails for one that cannot be replayed.
func (b *Inbox) Replay(ctx context.Context, ids []uuid.UUID, again bool) (n int, err error) {
	now := b.clock.Now()
	err = b.backend.Update(ctx, func(c store.Conn) error {
		n = 0
		for _, id := range ids {
			var status Status
			if err := c.Query(`SELECT status FROM inbox WHERE id = ?`, []any{id}, func(r store.Row) error { return r.Scan(&status) }); err != nil {
				return err
			}
			switch {
			case status == "":
				return fault.New(fault.NotFound, "there is no webhook %s", id).WithHint("reeve webhook ls")
			case status == Waiting:
				return fault.New(fault.Conflict, "webhook %s is waiting to be delivered", id).WithHint("reeve webhook show %s", id)
			case status == Delivered && !again:
				return fault.New(fault.Conflict, "webhook %s was delivered", id).WithHint("--again makes another run of it")
			case status == Delivered:
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

// ReplayDead has every dead letter delivered again and gives their number.
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

// purgeBatch bounds what one transaction deletes.
const purgeBatch = 500

// purge deletes a batch of what was finished as status before a time, the oldest
// first, and, of those beyond most bytes, the oldest too. It gives their number.
func (b *Inbox) purge(ctx context.Context, status Status, before time.Time, most int64) (int, error) {
	var n int64
	err := b.backend.Update(ctx, func(c store.Conn) (err error) {
		n, err = c.Exec(`DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox
			WHERE status != 'waiting' AND status = ? AND finished_at < ? ORDER BY finished_at LIMIT ?)`, string(status), before, purgeBatch)
		if err != nil || n > 0 {
			return err
		}
		var bytes float64
		err = c.Query(`SELECT total(size) FROM inbox WHERE status != 'waiting' AND status = ?`, []any{string(status)},
			func(r store.Row) error { return r.Scan(&bytes) })
		if err != nil || int64(bytes) <= most {
			return err
		}
		n, err = c.Exec(`DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox
			WHERE status != 'waiting' AND status = ? ORDER BY finished_at LIMIT ?)`, string(status), purgeBatch)
		return err
	})
	return int(n), err
}
