package webhooks

import (
	"context"
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// Oldest returns since when the entry waits that is waiting longest, nil when none
// does, and what last kept it from being delivered, "" when nothing did.
func (b *Inbox) Oldest(ctx context.Context) (since *time.Time, reason string, err error) {
	err = b.backend.View(ctx, func(c store.Conn) error {
		since, reason = nil, ""
		return c.Query(`SELECT coalesce(replayed_at, received_at), coalesce(error, '') FROM inbox WHERE status = 'waiting' ORDER BY seq LIMIT 1`, nil,
			func(r store.Row) error { return r.Scan(&since, &reason) })
	})
	return since, reason, err
}

// oldest returns when the oldest entry that waits arrived, nil when none does.
func (b *Inbox) oldest(ctx context.Context) (at *time.Time, err error) {
	err = b.backend.View(ctx, func(c store.Conn) error {
		return c.Query(`SELECT received_at FROM inbox WHERE status = 'waiting' ORDER BY seq LIMIT 1`, nil,
			func(r store.Row) error { return r.Scan(&at) })
	})
	return at, err
}
