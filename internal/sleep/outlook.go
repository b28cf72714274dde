package sleep

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// namedRuns bounds the runs that an outlook names.
const namedRuns = 20

// Outlook is what a server must be awake for.
type Outlook struct {
	// NextDeadline is the earliest time at which it must be awake, nil without one.
	NextDeadline *prefect.Time `json:"next_deadline"`
	// Busy tells that it may not sleep now; Reasons say why, a sentence each.
	Busy    bool                   `json:"busy"`
	Reasons []string               `json:"reasons"`
	Pools   []dispatch.PoolOutlook `json:"pools"`
	// Now is the time of the transaction in which all this was read.
	Now prefect.Time `json:"now"`

	soon   bool // the services or the backup are at work
	unsaid bool // there is a reason whose end nothing in the database tells
}

// Work is what a server's own services have to do.
type Work struct {
	Due  []string  // names of those with work at this moment
	Next time.Time // of work that cannot wait, if Some
	Some bool
}

// Forecaster reads outlooks.
type Forecaster struct {
	Store    *store.Store
	Activity *Activity
	// Services asks the services.
	Services func(*store.Tx) (Work, error)
	// Undelivered is the number of webhooks that were taken and not yet
	// delivered; nil stands for none.
	Undelivered func() int
	// Unshipped reports whether something written has not reached the backup; nil
	// stands for nothing.
	Unshipped func() bool
}

// Look reads the outlook in one transaction.
func (f *Forecaster) Look(ctx context.Context) (o Outlook, err error) {
	var work Work
	var active []store.ActiveRun
	var delivery *time.Time
	err = f.Store.View(ctx, func(tx *store.Tx) (err error) {
		o.Now = prefect.At(tx.Now)
		if work, err = f.Services(tx); err != nil {
			return err
		}
		if active, err = tx.ReadActiveRuns(namedRuns + 1); err != nil {
			return err
		}
		if o.Pools, err = dispatch.PoolOutlooks(tx); err != nil {
			return err
		}
		delivery, err = tx.NextDelivery()
		return err
	})
	if err != nil {
		return o, fmt.Errorf("read what the server must be awake for: %w", err)
	}
	o.Reasons, o.unsaid = f.underWay()
	o.runs(active)
	for _, name := range work.Due {
		o.because("service %s has work to do", name)
	}
	if work.Some {
		o.by(work.Next)
	}
	for _, p := range o.Pools {
		if p.Wake == nil {
			continue
		}
		o.by(p.Wake.Time)
		if !p.Wake.After(o.Now.Time) {
			o.because("a run in pool %s is due", p.Name)
		}
	}
	if delivery != nil {
		o.by(*delivery)
		if !delivery.After(o.Now.Time) {
			o.because("an action of an automation waits to be done")
		}
	}
	unshipped := f.Unshipped != nil && f.Unshipped()
	if unshipped {
		o.because("the last changes are not backed up")
	}
	o.Busy, o.soon = len(o.Reasons) > 0, len(work.Due) > 0 || unshipped
	return o, nil
}

// underWay are the reasons that are not in the database. Webhooks are delivered by
// requests, but the last is marked as delivered after its request has ended.
func (f *Forecaster) underWay() (reasons []string, undelivered bool) {
	state, _ := f.Activity.State()
	reasons = append([]string{}, state.Reasons()...)
	if f.Undelivered != nil {
		if n := f.Undelivered(); n > 0 {
			undelivered = true
			reasons = append(reasons, plural(n, "a webhook is", "webhooks are")+" not delivered")
		}
	}
	return reasons, undelivered
}

func (o *Outlook) because(format string, args ...any) {
	o.Reasons = append(o.Reasons, fmt.Sprintf(format, args...))
}

func (o *Outlook) by(at time.Time) {
	if o.NextDeadline == nil || at.Before(o.NextDeadline.Time) {
		o.NextDeadline = prefect.AtPointer(at)
	}
}

func (o *Outlook) runs(active []store.ActiveRun) {
	for i, run := range active {
		if i == namedRuns {
			o.because("more flow runs are active")
			return
		}
		o.because("flow run %s is %s", run.Name, strings.ToLower(run.State))
	}
}
