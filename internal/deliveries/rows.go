package deliveries

import (
	"context"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/actions"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/outbox"
	"github.com/reevehq/reeve/internal/store"
)

// purgeBatch bounds what one transaction deletes.
const purgeBatch = 200

// delivery is a delivery that is being tried, and how that went.
type delivery struct {
	*store.TakenDelivery
	outcome *actions.Outcome
}

// end is how the attempt ended, as it is kept.
func (t *delivery) end() store.DeliveryEnd {
	return store.DeliveryEnd{AnswerStatus: t.outcome.Status, Answer: t.outcome.Text, Reason: t.outcome.Failure}
}

// rows are the deliveries in the store: the storage of an outbox.
type rows struct {
	store *store.Store
	clock clock.Clock
	ids   clock.IDs
	// room has an element when there were more than fit, and one is over.
	room chan struct{}

	mu     sync.Mutex
	last   int64 // the newest that was read
	full   bool  // there may be newer ones that were not
	looked time.Time
	under  map[int64]*delivery // being tried
}

// more reads what was not read yet, at most as many as there is room for, and what is
// to be sent again.
func (r *rows) more(ctx context.Context, room func() int) ([]outbox.Item, error) {
	r.mu.Lock()
	last, since := r.last, r.looked
	r.mu.Unlock()
	limit, now := max(room(), 0), r.clock.Now()
	var found, resent []store.WaitingDelivery
	err := r.store.View(ctx, func(tx *store.Tx) (err error) {
		if found, err = tx.WaitingDeliveries(last, limit); err != nil {
			return err
		}
		resent, err = tx.ResentDeliveries(since.Add(-time.Minute)) // writes bear the time they began
		return err
	})
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(found) > 0 {
		r.last = found[len(found)-1].Sequence
	}
	r.full, r.looked = len(found) == limit, now
	items := make([]outbox.Item, 0, len(found)+len(resent))
	for _, w := range append(found, resent...) {
		items = append(items, outbox.Item{Seq: w.Sequence, Lane: w.Lane(), Yields: w.Yields()})
	}
	return items, nil
}

// Waiting implements outbox.Storage.
func (r *rows) Waiting(ctx context.Context, _ *time.Time) ([]outbox.Item, error) {
	return r.more(ctx, func() int { return mostWaiting })
}

// Take implements outbox.Storage.
func (r *rows) Take(ctx context.Context, seq int64) (t *delivery, waits bool, err error) {
	err = r.store.Update(ctx, func(tx *store.Tx) error {
		taken, err := tx.TakeDelivery(seq, tx.Now.Add(attemptTime))
		t = &delivery{TakenDelivery: taken}
		return err
	})
	if err != nil {
		return nil, false, err
	}
	if t.TakenDelivery == nil {
		r.over(seq)
		return nil, false, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.under == nil {
		r.under = map[int64]*delivery{}
	}
	r.under[seq] = t
	return t, true, nil
}

// Finish implements outbox.Storage.
func (r *rows) Finish(ctx context.Context, seq int64, result outbox.Result) error {
	t := r.tried(seq)
	err := r.store.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.FinishDelivery(seq, result.Err != nil, t.end(), actions.Told(t.TriggeredAction, t.outcome, tx.IDs.V7, tx.Now)...)
		return err
	})
	if err == nil {
		r.over(seq)
	}
	return err
}

// Postpone implements outbox.Storage.
func (r *rows) Postpone(ctx context.Context, seq int64, _ string, next time.Time) error {
	end := r.tried(seq).end()
	return r.store.Update(ctx, func(tx *store.Tx) error { return tx.PostponeDelivery(seq, next, end) })
}

// keptAs are the statuses of deliveries that are kept for as long as those of a status of
// the outbox. What is told by another outlives that one, which may be dead for as long.
var keptAs = map[outbox.Status][]string{
	outbox.Delivered: {"delivered", "dropped"},
	outbox.Dead:      {"dead", "gathered"},
}

// Purge implements outbox.Storage. Their number is bounded by their time alone.
func (r *rows) Purge(ctx context.Context, status outbox.Status, before time.Time, _ int64) (total int, err error) {
	err = r.store.Update(ctx, func(tx *store.Tx) error {
		total = 0
		for _, one := range keptAs[status] {
			n, err := tx.PurgeDeliveries(one, before, purgeBatch)
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	return total, err
}

// tried is a delivery that was taken.
func (r *rows) tried(seq int64) *delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.under[seq]
}

// over forgets a delivery that waits no longer.
func (r *rows) over(seq int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.under, seq)
	if !r.full {
		return
	}
	select {
	case r.room <- struct{}{}:
	default:
	}
}
