package outbox

import (
	"cmp"
	"context"
	"sync"
	"time"
)

const (
	// carriers bounds the attempts under way.
	carriers = 8
	// longestRest bounds what whoever was asked may ask to be let alone for.
	longestRest = time.Hour
	// purgePause is how often the storage is looked through for what was kept long enough.
	purgePause = 10 * time.Minute
	// firstPurge is how long after the start it first is: who starts it waits for others.
	firstPurge = 10 * time.Second
	// mostKept bounds the bytes of what is delivered, and of what is dead.
	mostKept = 256 << 20
)

// run delivers until ctx ends, then waits for what is under way, whose attempts
// end with hard.
func (o *Outbox[E]) run(ctx, hard context.Context) {
	var under sync.WaitGroup
	defer under.Wait()
	free := make(chan struct{}, carriers)
	for ctx.Err() == nil {
		now := o.clock.Now()
		o.tidy(ctx, now)
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return
		}
		rest := o.rest(now)
		wait := o.absence.left(now)
		if wait <= 0 {
			item, next, ok := o.lanes.take(now)
			if ok {
				under.Go(func() {
					o.deliver(hard, item)
					<-free
				})
				continue
			}
			wait = next
		}
		<-free
		select {
		case <-o.clock.After(min(wait, rest)):
		case <-o.lanes.nudge:
			if o.absence.left(now) > 0 { // it would turn and turn
				select {
				case <-o.clock.After(min(o.absence.left(now), rest)):
				case <-ctx.Done():
				}
			}
		case <-ctx.Done():
		}
	}
}

// Step tries one delivery that is due, and returns for how long nothing is, 0 when it
// tried one. It is what runs between Start and Stop for whoever has no goroutines.
func (o *Outbox[E]) Step(ctx context.Context) (wait time.Duration) {
	now := o.clock.Now()
	o.tidy(ctx, now)
	if wait := o.absence.left(now); wait > 0 {
		return min(wait, o.rest(now))
	}
	item, wait, ok := o.lanes.take(now)
	if !ok {
		return min(wait, o.rest(now))
	}
	o.deliver(ctx, item)
	return 0
}

// rest is for how long nothing has to be looked at when nothing is due.
func (o *Outbox[E]) rest(now time.Time) time.Duration {
	return min(cmp.Or(o.config.Look, purgePause), o.purged.Add(purgePause).Sub(now))
}

// tidy looks for what others made wait again, and deletes what was kept long enough,
// each when it is time.
func (o *Outbox[E]) tidy(ctx context.Context, now time.Time) {
	if look := o.config.Look; look > 0 && (now.Sub(o.looked) >= look || now.Before(o.looked)) {
		o.look(ctx, o.looked)
		o.looked = now
	}
	if now.Sub(o.purged) >= purgePause || now.Before(o.purged) {
		o.purge(ctx)
		o.purged = now
	}
}

// look finds what others made wait again.
func (o *Outbox[E]) look(ctx context.Context, since time.Time) {
	since = since.Add(-time.Minute) // writes of others bear the time they began
	found, err := o.storage.Waiting(ctx, &since)
	if err != nil && ctx.Err() == nil {
		o.report.LookFailed(err)
	}
	for _, item := range found {
		o.lanes.add(item)
	}
}

// purge deletes what was kept long enough.
func (o *Outbox[E]) purge(ctx context.Context) {
	now := o.clock.Now()
	for status, keep := range map[Status]time.Duration{Delivered: o.config.Keep, Dead: o.config.KeepDead} {
		total := 0
		for ctx.Err() == nil {
			n, err := o.storage.Purge(ctx, status, now.Add(-keep), mostKept)
			if err != nil {
				o.report.PurgeFailed(err)
			}
			if total += n; n == 0 {
				break
			}
		}
		if total > 0 {
			o.report.Purged(status, total)
		}
	}
}

// deliver tries a delivery once and writes down how it went.
func (o *Outbox[E]) deliver(ctx context.Context, item Item) {
	e, waits, err := o.storage.Take(ctx, item.Seq)
	if err != nil {
		o.lanes.failed(item, o.clock.Now(), o.next)
		return
	}
	if !waits {
		o.lanes.done(item)
		return
	}
	r := o.attempt(ctx, e)
	if ctx.Err() != nil && r.Err != nil {
		return // it stays waiting
	}
	o.reached(r)
	// The mark must be written even when we are told to stop meanwhile.
	write := context.WithoutCancel(ctx)
	if r.Err != nil && !r.Final {
		next := o.lanes.failed(item, o.clock.Now(), func(failures int) time.Time {
			return o.clock.Now().Add(max(o.pause(failures), min(r.RetryAfter, longestRest)))
		})
		o.report.Ended(e, r, o.storage.Postpone(write, item.Seq, r.Err.Error(), next))
		return
	}
	unwritten := o.storage.Finish(write, item.Seq, r)
	o.report.Ended(e, r, unwritten)
	if unwritten != nil {
		o.lanes.failed(item, o.clock.Now(), o.next) // the repeat is harmless
		return
	}
	o.lanes.done(item)
}

// reached keeps in mind whether anything can be delivered.
func (o *Outbox[E]) reached(r Result) {
	began, lasted := o.absence.note(o.clock.Now(), r, o.pause, o.config.Pauses.Most)
	switch {
	case began:
		o.report.Away(r.Err)
	case lasted != nil:
		o.report.Back(*lasted)
	}
}

func (o *Outbox[E]) pause(failures int) time.Duration {
	return o.config.Pauses.Jittered(failures, o.ids)
}

// next is when a lane is tried again after some failures in a row.
func (o *Outbox[E]) next(failures int) time.Time { return o.clock.Now().Add(o.pause(failures)) }
