package webhooks

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/outbox"
	"github.com/reevehq/reeve/internal/store"
)

// Entry is one webhook in the inbox.
type Entry struct {
	Seq         int64             `json:"seq"`
	ID          uuid.UUID         `json:"id"`
	Path        string            `json:"path"`
	Delivery    *string           `json:"delivery_id"`
	Lane        string            `json:"key"`
	Status      outbox.Status     `json:"status"`
	Headers     map[string]string `json:"headers,omitempty"`
	Query       map[string]string `json:"query,omitempty"`
	Body        []byte            `json:"-"`
	Size        int               `json:"size"`
	Received    time.Time         `json:"received"`
	Attempts    int               `json:"attempts"`
	NextAttempt *time.Time        `json:"next_attempt"`
	Error       *string           `json:"error"`
	Finished    *time.Time        `json:"finished"`
	Outcome     *string           `json:"outcome"`
	Again       int               `json:"again"`

	// proof is the verified MAC of a webhook that is signed, else empty.
	proof []byte
}

func (e *Entry) signed() bool { return len(e.proof) > 0 }

// Inbox is the durable queue of webhooks. It may be opened by the gateway that
// owns it and, for single looks and replays, by the command line beside it.
type Inbox struct {
	backend store.Backend
	clock   clock.Clock
	ids     clock.IDs
}

// NewInbox returns the inbox in an open, migrated database of the gateway.
func NewInbox(backend store.Backend, c clock.Clock, ids clock.IDs) *Inbox {
	return &Inbox{backend, c, ids}
}

// Close closes the database.
func (b *Inbox) Close() error { return b.backend.Close() }

// Health returns an error while the database cannot keep anything: its disk is full, or
// it is damaged or no longer where it was.
func (b *Inbox) Health() error {
	if database, ok := b.backend.(interface{ Health() error }); ok {
		return database.Health()
	}
	return nil
}

// put writes an entry unless its delivery, or its proof, is there already. It returns once the
// entry is durable, with the seq, id and status of what is there now, and
// whether it has to be delivered from here on. A dead letter that is sent again
// is waiting again.
func (b *Inbox) put(ctx context.Context, e *Entry) (kept Entry, due bool, err error) {
	headers, _ := json.Marshal(e.Headers) // maps of strings always marshal
	query, _ := json.Marshal(e.Query)
	id, now := b.ids.V7(), b.clock.Now()
	var proof any
	if e.signed() {
		proof = e.proof
	}
	err = b.backend.Update(ctx, func(c store.Conn) error {
		n, err := c.Exec(`INSERT INTO inbox (id, path, delivery, lane, status, headers, query, body, size, received_at, proof)
			VALUES (?, ?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			id, e.Path, e.Delivery, e.Lane, string(headers), string(query), e.Body, len(e.Body), now, proof)
		if err != nil {
			return err
		}
		kept, due = Entry{ID: id, Lane: e.Lane, Status: outbox.Waiting, Size: len(e.Body)}, true
		if n == 1 {
			return c.Query(`SELECT last_insert_rowid()`, nil, func(r store.Row) error { return r.Scan(&kept.Seq) })
		}
		kept = Entry{}
		err = c.Query(`SELECT seq, id, lane, status, size FROM (
				SELECT seq, id, lane, status, size FROM inbox WHERE path = ?1 AND delivery = ?2
				UNION SELECT seq, id, lane, status, size FROM inbox WHERE path = ?1 AND proof = ?3) ORDER BY seq LIMIT 1`, []any{e.Path, e.Delivery, proof},
			func(r store.Row) error { return r.Scan(&kept.Seq, &kept.ID, &kept.Lane, &kept.Status, &kept.Size) })
		if due = kept.Status == outbox.Dead; err != nil || !due {
			return err
		}
		_, err = c.Exec(revive, now, kept.ID)
		return err
	})
	return kept, due, err
}

const revive = `UPDATE inbox SET status = 'waiting', finished_at = NULL, next_attempt_at = NULL, attempts = 0, replayed_at = ? WHERE id = ?`

const columns = `seq, id, path, delivery, lane, status, headers, query, body, size, received_at, attempts, next_attempt_at, error, finished_at, outcome, again, proof`

func scanEntry(r store.Row) (*Entry, error) {
	e := &Entry{}
	var headers, query string
	if err := r.Scan(&e.Seq, &e.ID, &e.Path, &e.Delivery, &e.Lane, &e.Status, &headers, &query, &e.Body, &e.Size,
		&e.Received, &e.Attempts, &e.NextAttempt, &e.Error, &e.Finished, &e.Outcome, &e.Again, &e.proof); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(headers), &e.Headers); err != nil {
		return nil, err
	}
	return e, json.Unmarshal([]byte(query), &e.Query)
}

// Read returns an entry by its id; fault.NotFound without one.
func (b *Inbox) Read(ctx context.Context, id uuid.UUID) (e *Entry, err error) {
	err = b.backend.View(ctx, func(c store.Conn) error {
		return c.Query(`SELECT `+columns+` FROM inbox WHERE id = ?`, []any{id}, func(r store.Row) (err error) {
			e, err = scanEntry(r)
			return err
		})
	})
	if err == nil && e == nil {
		return nil, fault.New(fault.NotFound, "there is no webhook %s", id).WithHint("reeve webhook ls")
	}
	return e, err
}

// Counts returns the number of entries of each status.
func (b *Inbox) Counts(ctx context.Context) (map[outbox.Status]int, error) {
	counts := map[outbox.Status]int{outbox.Waiting: 0, outbox.Delivered: 0, outbox.Dead: 0}
	err := b.backend.View(ctx, func(c store.Conn) error {
		for status := range counts {
			query := `SELECT count(*) FROM inbox WHERE status != 'waiting' AND status = ?`
			args := []any{string(status)}
			if status == outbox.Waiting {
				query, args = `SELECT count(*) FROM inbox WHERE status = 'waiting'`, nil
			}
			var n int
			if err := c.Query(query, args, func(r store.Row) error { return r.Scan(&n) }); err != nil {
				return err
			}
			counts[status] = n
		}
		return nil
	})
	return counts, err
}
