package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// HurryAlone has servers wait for less until another is gone, until it is undone.
func HurryAlone() (undo func()) {
	was := aloneTime
	aloneTime = 500 * time.Millisecond
	return func() { aloneTime = was }
}

// Mute keeps a server from saying that it is there, until it is undone.
func Mute(db *DB) (undo func()) {
	db.replica.muted.Store(true)
	return func() { db.replica.muted.Store(false) }
}

// IsThere reports whether a connection that waits for work would be given some.
func IsThere(c *pgx.Conn) bool {
	there, err := isThere(context.Background(), c)
	return there && err == nil
}
