package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
)

// pauses is how long a delivery waits after failures in a row.
var pauses = clock.Backoff{Least: time.Second, Most: time.Minute}

const (
	// carriers bounds the deliveries under way.
	carriers = 8
	// lookPause is how often the inbox is asked for what the command line replayed.
	lookPause = 2 * time.Second
	// purgePause is how often the inbox is looked through for what was kept long enough.
	purgePause = 10 * time.Minute
	// mostKept bounds the bytes of what is delivered, and of what is dead.
	mostKept = 256 << 20
)

// deliverer brings what waits to the server.
type deliverer struct {
	g      *Gateway
	api    *client.Client
	mu     sync.Mutex
	ids    map[string]string // deployments by "flow/deployment"
	away   int               // failures in a row to reach the server
	holdTo time.Time         // nothing is tried before
	since  time.Time         // when the server was found to be away
	reason string
}

// run delivers until ctx ends, then waits for what is under way, whose requests
// end with hard.
func (d *deliverer) run(ctx, hard context.Context) {
	var under sync.WaitGroup
	defer under.Wait()
	free := make(chan struct{}, carriers)
	looked, purged := d.g.clock.Now(), time.Time{}
	for ctx.Err() == nil {
		now := d.g.clock.Now()
		if now.Sub(looked) >= lookPause || now.Before(looked) {
			d.look(ctx, looked)
			looked = now
		}
		if now.Sub(purged) >= purgePause || now.Before(purged) {
			d.purge(ctx)
			purged = now
		}
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return
		}
		wait := d.held(now)
		if wait <= 0 {
			p, next, ok := d.g.lanes.take(now)
			if ok {
				under.Go(func() {
					d.deliver(hard, p)
					<-free
				})
				continue
			}
			wait = next
		}
		<-free
		select {
		case <-d.g.clock.After(min(wait, lookPause)):
		case <-d.g.lanes.nudge:
			if d.held(now) > 0 { // it would turn and turn
				select {
				case <-d.g.clock.After(min(d.held(now), lookPause)):
				case <-ctx.Done():
				}
			}
		case <-ctx.Done():
		}
	}
}

// look finds what was replayed from the command line.
func (d *deliverer) look(ctx context.Context, since time.Time) {
	since = since.Add(-time.Minute) // writes of others bear the time they began
	found, err := d.g.inbox.waiting(ctx, &since)
	if err != nil && ctx.Err() == nil {
		d.g.log.Error("look for replayed webhooks", "error", err)
	}
	for _, p := range found {
		d.g.lanes.add(p)
	}
}

func (d *deliverer) purge(ctx context.Context) {
	now := d.g.clock.Now()
	for status, keep := range map[Status]time.Duration{Delivered: time.Duration(d.g.settings.Retention), Dead: time.Duration(d.g.settings.DeadRetention)} {
		total := 0
		for ctx.Err() == nil {
			n, err := d.g.inbox.purge(ctx, status, now.Add(-keep), mostKept)
			if err != nil {
				d.g.log.Error("delete webhooks that were kept long enough", "error", err)
			}
			if total += n; n == 0 {
				break
			}
		}
		if total > 0 {
			d.g.log.Info("deleted webhooks that were kept long enough", "status", status, "number", total)
		}
	}
}

// deliver tries an entry once and writes down how it went.
func (d *deliverer) deliver(ctx context.Context, p place) {
	e, err := d.g.inbox.bySeq(ctx, p.seq)
	if err != nil {
		d.g.lanes.failed(p, d.pause)
		return
	}
	if e == nil || e.Status != Waiting {
		d.g.lanes.done(p)
		return
	}
	outcome, err := d.attempt(ctx, e)
	if ctx.Err() != nil && err != nil {
		return // it stays waiting
	}
	d.reached(err)
	// The mark must be written even when we are told to stop meanwhile.
	write := context.WithoutCancel(ctx)
	var failed error
	switch {
	case err == nil:
		d.g.count.delivered.Add(1)
		failed = d.g.inbox.finish(write, p.seq, Delivered, &outcome, nil)
		d.g.log.Debug("delivered a webhook", "id", e.ID, "path", e.Path, "made", outcome)
	case permanent(err):
		reason := err.Error()
		d.g.count.dead.Add(1)
		failed = d.g.inbox.finish(write, p.seq, Dead, nil, &reason)
		d.g.log.Error("a webhook cannot be delivered", "id", e.ID, "path", e.Path, "reason", reason,
			"next", "mend the cause, then: reeve webhook replay "+e.ID.String())
	default:
		d.g.count.failed.Add(1)
		next := d.g.lanes.failed(p, d.pause)
		if failed = d.g.inbox.postpone(write, p.seq, err.Error(), next); failed != nil {
			d.g.log.Error("note a failed delivery", "id", e.ID, "error", failed)
		}
		return
	}
	if failed != nil {
		d.g.log.Error("note a delivery", "id", e.ID, "error", failed)
		d.g.lanes.failed(p, d.pause) // the repeat is harmless
		return
	}
	d.g.lanes.done(p)
}

// refused is a permanent failure that needs no server to find.
type refused struct{ reason string }

func (r *refused) Error() string { return r.reason }

// attempt asks the server once and gives what was made.
func (d *deliverer) attempt(ctx context.Context, e *Entry) (string, error) {
	route := d.g.routes[e.Path]
	if route == nil {
		return "", &refused{"there is no [[webhook]] for " + e.Path + " any more"}
	}
	a, err := route.action(ctx, e)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", &refused{"it does not fit the mapping: " + err.Error()}
	}
	if a.flow == "" {
		if err := d.api.Ask(ctx, http.MethodPost, "/events", []any{a.body}, nil); err != nil {
			return "", err
		}
		return fmt.Sprintf("event %s", a.body["id"]), nil
	}
	var run struct{ ID uuid.UUID }
	for fresh := false; ; fresh = true {
		id, known, err := d.deployment(ctx, a.flow, a.deployment, fresh)
		if err != nil {
			return "", err
		}
		err = d.api.Ask(ctx, http.MethodPost, "/deployments/"+id+"/create_flow_run", a.body, &run)
		if statusOf(err) == http.StatusNotFound && known {
			continue // it was deployed anew
		}
		if err != nil {
			return "", err
		}
		return "flow-run " + run.ID.String(), nil
	}
}

// deployment returns a deployment's id; known says that it was not asked for just now.
func (d *deliverer) deployment(ctx context.Context, flow, deployment string, fresh bool) (id string, known bool, err error) {
	name := flow + "/" + deployment
	d.mu.Lock()
	id = d.ids[name]
	d.mu.Unlock()
	if id != "" && !fresh {
		return id, true, nil
	}
	var found struct{ ID uuid.UUID }
	err = d.api.Ask(ctx, http.MethodGet, "/deployments/name/"+url.PathEscape(flow)+"/"+url.PathEscape(deployment), nil, &found)
	if statusOf(err) == http.StatusNotFound {
		return "", false, &refused{"the server has no deployment " + name}
	}
	if err != nil {
		return "", false, err
	}
	d.mu.Lock()
	d.ids[name] = found.ID.String()
	d.mu.Unlock()
	return found.ID.String(), false, nil
}

// statusOf is the status of an answer that is no success, 0 without an answer.
func statusOf(err error) int {
	var status *client.Status
	if errors.As(err, &status) {
		return status.Code
	}
	return 0
}

// permanent reports whether it is of no use to try again.
func permanent(err error) bool {
	var r *refused
	if errors.As(err, &r) {
		return true
	}
	switch code := statusOf(err); code {
	case http.StatusForbidden, http.StatusRequestTimeout, http.StatusLocked, http.StatusTooEarly, http.StatusTooManyRequests:
		return false // of the moment or of our password, not of the webhook
	default:
		return code >= 400 && code < 500
	}
}

// reached keeps in mind whether the server can be reached.
func (d *deliverer) reached(err error) {
	code := statusOf(err)
	out := err != nil && !permanent(err) && (code == 0 || code == http.StatusForbidden || code == http.StatusTooManyRequests ||
		code >= http.StatusBadGateway && code <= http.StatusGatewayTimeout)
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.g.clock.Now()
	if !out {
		if d.away > 0 {
			d.g.log.Info("the server takes webhooks again", "after", now.Sub(d.since).Round(time.Millisecond))
		}
		d.away, d.holdTo, d.reason = 0, time.Time{}, ""
		return
	}
	if d.away == 0 {
		d.since = now
		d.g.log.Warn("the server does not take webhooks now; they wait", "reason", err)
	}
	if now.Before(d.holdTo) {
		return // others that were under way failed with it
	}
	d.away++
	d.reason = sentence(err)
	d.holdTo = now.Add(pauses.Jittered(d.away, d.g.ids))
	var status *client.Status
	if errors.As(err, &status) && status.RetryAfter > 0 {
		d.holdTo = now.Add(min(status.RetryAfter, pauses.Most))
	}
}

// sentence is what may be told of an error to anybody.
func sentence(err error) string {
	var known *fault.Error
	if errors.As(err, &known) && known.Kind == fault.Unauthorised {
		return "it asks for a password"
	}
	if code := statusOf(err); code != 0 {
		return fmt.Sprintf("it answers %d", code)
	}
	return "it does not answer"
}

func (d *deliverer) held(now time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.holdTo.Sub(now)
}

// pause is when an entry is tried again after some failures in a row.
func (d *deliverer) pause(failures int) time.Time {
	return d.g.clock.Now().Add(pauses.Jittered(failures, d.g.ids))
}
