package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/outbox"
)

// look is how often the inbox is asked for what the command line has replayed beside us.
const look = 2 * time.Second

// pauses is how long a delivery waits after failures in a row.
var pauses = clock.Backoff{Least: time.Second, Most: time.Minute}

// deliverer brings webhooks to the server, for an outbox.
type deliverer struct {
	routes map[string]*route
	auth   string
	count  *counters
	log    *slog.Logger

	mu  sync.Mutex
	api *client.Client    // nil before it is known where to deliver to
	ids map[string]string // deployments by "flow/deployment"
}

// to has what is delivered go to the API at url.
func (d *deliverer) to(url string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.api = client.New(url, d.auth)
}

func (d *deliverer) started() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.api != nil
}

// attempt tries to deliver a webhook.
func (d *deliverer) attempt(ctx context.Context, e *Entry) outbox.Result {
	made, err := d.ask(ctx, e)
	r := outbox.Result{Made: made, Err: err, Final: final(err)}
	if err == nil {
		d.count.delivered.Add(1)
		return r
	}
	if ctx.Err() != nil {
		return r // it stays waiting
	}
	if r.Final {
		d.count.dead.Add(1)
		return r
	}
	d.count.failed.Add(1)
	var status *client.Status
	if r.Away = away(err); r.Away && errors.As(err, &status) {
		r.RetryAfter = status.RetryAfter
	}
	return r
}

// refused is a permanent failure that needs no server to find.
type refused struct{ reason string }

func (r *refused) Error() string { return r.reason }

// ask asks the server once and returns what was made.
func (d *deliverer) ask(ctx context.Context, e *Entry) (string, error) {
	a, err := d.action(ctx, e)
	if err != nil {
		return "", err
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

// action maps an entry as its [[webhook]] says now; the error is a *refused when that
// gives nothing.
func (d *deliverer) action(ctx context.Context, e *Entry) (*action, error) {
	route := d.routes[e.Path]
	if route == nil {
		return nil, &refused{"there is no [[webhook]] for " + e.Path + " any more"}
	}
	a, err := route.action(ctx, e)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, &refused{"it does not fit the mapping: " + err.Error()}
	}
	return a, nil
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

// final reports whether it is of no use to try again.
func final(err error) bool {
	var r *refused
	var status *client.Status
	return errors.As(err, &r) || errors.As(err, &status) && status.Final()
}

// away reports whether a failure that is not final is the server's being away,
// rather than the webhook's.
func away(err error) bool {
	switch statusOf(err) {
	case 0, http.StatusForbidden, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
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
