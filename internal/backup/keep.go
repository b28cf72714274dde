package backup

import (
	"context"
	"time"

	"github.com/reevehq/reeve/internal/store/sqlite"
)

// lastWait bounds what closing a database waits for its copy, when nobody began
// to hurry before.
const lastWait = time.Second

// Kept is an open database that is copied until it is closed.
type Kept struct {
	*sqlite.DB
	shipper *Shipper
}

// Keep begins to copy an open database, which tracks its changes.
func Keep(db *sqlite.DB, s *Shipper) *Kept {
	s.Start(db.Changes())
	return &Kept{db, s}
}

// Close copies what is left and closes the database.
func (k *Kept) Close() error {
	ctx, stop := context.WithTimeout(context.Background(), lastWait)
	defer stop()
	k.shipper.Finish(ctx)
	err := k.DB.Close()
	k.shipper.Closed()
	return err
}
