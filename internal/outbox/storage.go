package outbox

import (
	"context"
	"time"
)

// Status is where a delivery is in its life.
type Status string

// The statuses.
const (
	Waiting   Status = "waiting"
	Delivered Status = "delivered"
	Dead      Status = "dead"
)

// Item is what an outbox keeps in memory of a delivery that waits.
type Item struct {
	// Seq names the delivery and gives its place in the order of arrival.
	Seq int64
	// Lane is the order that it belongs to: one of a lane is tried at a time, the first
	// to arrive first, and after a failure the lane waits.
	Lane string
	// Yields says that after a failure the others of its lane go first; else those of a
	// lane never overtake each other.
	Yields bool
	// Size counts toward Config.MostBytes, in bytes.
	Size int
}

// Storage keeps deliveries of type E durably: each method that writes returns once
// what it wrote is on disk. It is used from several goroutines.
type Storage[E any] interface {
	// Waiting lists what waits, in the order of arrival; with since only what others
	// made wait again since then.
	Waiting(ctx context.Context, since *time.Time) ([]Item, error)
	// Take reads a delivery that is about to be tried; waits is false when it waits no
	// longer, or is gone.
	Take(ctx context.Context, seq int64) (e E, waits bool, err error)
	// Finish marks a delivery that waits as Delivered, with what was made, or, when
	// the result has an error, as Dead, with the reason.
	Finish(ctx context.Context, seq int64, r Result) error
	// Postpone notes that an attempt failed, and when the next is due.
	Postpone(ctx context.Context, seq int64, reason string, next time.Time) error
	// Purge deletes a batch of what was finished as status before a time, the oldest
	// first, and, of those beyond so many bytes, the oldest too. It returns their number,
	// 0 when none is left to delete.
	Purge(ctx context.Context, status Status, before time.Time, most int64) (int, error)
}
