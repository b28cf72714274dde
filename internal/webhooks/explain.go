package webhooks

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/pyjson"
)

// Hook is a [[webhook]] as people are told of it.
type Hook struct {
	Path string
	// Deployment is the "flow/deployment" that it runs, "" for one that becomes an
	// event; Event is the template of that event's name.
	Deployment, Event string
	// Off says that all are refused, since the secret is not set.
	Off bool
}

// Hooks lists the webhooks that are taken, by path.
func (in *Intake) Hooks() []Hook {
	all := make([]Hook, 0, len(in.routes))
	for _, r := range in.routes {
		hook := Hook{Path: r.Path, Deployment: r.Deployment, Off: r.off}
		if r.Event != nil {
			hook.Event = r.Event.Name
		}
		all = append(all, hook)
	}
	slices.SortFunc(all, func(a, b Hook) int { return cmp.Compare(a.Path, b.Path) })
	return all
}

// Inbox is where what was taken is kept.
func (in *Intake) Inbox() *Inbox { return in.inbox }

// Refused returns how many webhooks this process has refused: what they said or proved
// was not what their path takes.
func (in *Intake) Refused() int { return int(in.count.refused.Load()) }

// Request is what the server is asked with for an entry.
type Request struct {
	Deployment string // "flow/deployment" that is run, "" for an event
	Body       map[string]any
	// Problem is why the mapping gives nothing, "" when it does.
	Problem string
}

// Request returns what the server is asked with for an entry that was read whole, as
// its [[webhook]] is now. It fails when there is no memory or time for it.
func (in *Intake) Request(ctx context.Context, e *Entry) (*Request, error) {
	if err := budget.ClaimOf(ctx).Take(ctx, pyjson.Size(e.Body)); err != nil {
		return nil, err
	}
	a, err := in.deliver.action(ctx, e)
	var unfit *refused
	switch {
	case errors.As(err, &unfit):
		return &Request{Problem: unfit.reason}, nil
	case err != nil:
		return nil, err
	case a.flow == "":
		return &Request{Body: a.body}, nil
	}
	return &Request{Deployment: a.flow + "/" + a.deployment, Body: a.body}, nil
}
