package webhooks

import (
	"cmp"
	"context"
	"math"

	"github.com/reevehq/reeve/internal/outbox"
	"github.com/reevehq/reeve/internal/store"
)

// List returns the newest entries without their bodies, of one status or, with "",
// of all.
func (b *Inbox) List(ctx context.Context, status outbox.Status, limit int) ([]*Entry, error) {
	return b.Page(ctx, status, 0, limit)
}

// Page is List from where another page ended: before is the seq of its last entry, 0
// for the newest ones.
func (b *Inbox) Page(ctx context.Context, status outbox.Status, before int64, limit int) (all []*Entry, err error) {
	condition, args := "", []any(nil)
	switch status {
	case "":
	case outbox.Waiting: // as its index has it
		condition = `status = 'waiting' AND `
	default:
		condition, args = `status != 'waiting' AND status = ? AND `, []any{string(status)}
	}
	args = append(args, cmp.Or(before, math.MaxInt64), limit)
	err = b.backend.View(ctx, func(c store.Conn) error {
		all = []*Entry{}
		return c.Query(`SELECT seq, id, path, delivery, lane, status, '{}', '{}', x'', size, received_at, attempts, next_attempt_at, error, finished_at, outcome, again, NULL
			FROM inbox WHERE `+condition+`seq < ? ORDER BY seq DESC LIMIT ?`, args, func(r store.Row) error {
			e, err := scanEntry(r)
			all = append(all, e)
			return err
		})
	})
	return all, err
}
