package follow

import (
	"errors"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// Consumer is what is to become of events.
type Consumer struct {
	// Name is the name of its cursor and how logs and the health check call it:
	// "task-run-recorder".
	Name string
	// Wants is what the names of its events start with, "" for all events.
	Wants string
	// Idle, when set, reports whether the consumer has no use for any event. It is asked
	// in the transaction that reads the log, which then passes over it unread.
	Idle func(tx *store.Tx) (bool, error)
	// Survey, when set, is given the events that were read, in the transaction in which
	// they were: what the database has to say of them is asked here.
	Survey func(tx *store.Tx, events []*prefect.ReceivedEvent) error
	// Prepare reads an event before the transaction: what depends on the event's
	// size is done here. It returns nil for an event that is of no concern, and an
	// error for one that can never take effect.
	Prepare func(e *prefect.ReceivedEvent) (any, error)
	// Apply lets what Prepare returned take effect, in the order of the log. It may
	// be run again and has no effect but through tx. A fault of kind Conflict or
	// Invalid says that an event of the batch is refused; ErrAnew, that something has
	// changed since the batch was prepared, and that it is to be read anew.
	Apply func(tx *store.Tx, batch []any) error
}

// ErrAnew is what Apply returns when what Prepare knew has changed since.
var ErrAnew = errors.New("what the events were prepared with has changed")

// item is an event that was prepared.
type item struct {
	event    *prefect.ReceivedEvent
	prepared any
}

func prepared(items []item) []any {
	batch := make([]any, len(items))
	for i := range items {
		batch[i] = items[i].prepared
	}
	return batch
}
