package webhooks

import (
	"context"
	"time"

	"github.com/reevehq/reeve/internal/outbox"
	"github.com/reevehq/reeve/internal/store"
)

// Waiting implements outbox.Storage.
func (b *Inbox) Waiting(ctx context.Context, since *time.Time) (all []outbox.Item, err error) {
	query, args := `SELECT seq, lane, size FROM inbox WHERE status = 'waiting' ORDER BY seq`, []any(nil)
	if since != nil {
		query = `SELECT seq, lane, size FROM inbox WHERE status = 'waiting' AND replayed_at >= ? AND replayed_at IS NOT NULL ORDER BY seq`
		args = []any{*since}
	}
	err = b.backend.View(ctx, func(c store.Conn) error {
		all = nil
		return c.Query(query, args, func(r store.Row) error {
			var item outbox.Item
			err := r.Scan(&item.Seq, &item.Lane, &item.Size)
			all = append(all, item)
			return err
		})
	})
	return all, err
}

// Take implements outbox.Storage.
func (b *Inbox) Take(ctx context.Context, seq int64) (e *Entry, waits bool, err error) {
	err = b.backend.View(ctx, func(c store.Conn) error {
		return c.Query(`SELECT `+columns+` FROM inbox WHERE seq = ?`, []any{seq}, func(r store.Row) (err error) {
			e, err = scanEntry(r)
			return err
		})
	})
	return e, e != nil && e.Status == outbox.Waiting, err
}

// Finish implements outbox.Storage.
func (b *Inbox) Finish(ctx context.Context, seq int64, r outbox.Result) error {
	now, status, made, reason := b.clock.Now(), outbox.Delivered, &r.Made, (*string)(nil)
	if r.Err != nil {
		text := r.Err.Error()
		status, made, reason = outbox.Dead, nil, &text
	}
	return b.backend.Update(ctx, func(c store.Conn) error {
		_, err := c.Exec(`UPDATE inbox SET status = ?, outcome = ?, error = ?, finished_at = ?, next_attempt_at = NULL, attempts = attempts + 1
			WHERE seq = ? AND status = 'waiting'`, string(status), made, reason, now, seq)
		return err
	})
}

// Postpone implements outbox.Storage.
func (b *Inbox) Postpone(ctx context.Context, seq int64, reason string, next time.Time) error {
	return b.backend.Update(ctx, func(c store.Conn) error {
		_, err := c.Exec(`UPDATE inbox SET error = ?, next_attempt_at = ?, attempts = attempts + 1 WHERE seq = ? AND status = 'waiting'`,
			reason, next, seq)
		return err
	})
}

// purgeBatch bounds what one transaction deletes.
const purgeBatch = 500

// Purge implements outbox.Storage.
func (b *Inbox) Purge(ctx context.Context, status outbox.Status, before time.Time, most int64) (int, error) {
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
