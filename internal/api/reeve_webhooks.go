package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// The pages of webhooks: the inbox of the gateway, when one runs in the server's process.
func (a *API) reeveWebhookRoutes() []rest.Route {
	return []rest.Route{
		rest.Ask("/reeve/webhooks", "reeve_webhooks", a.webhooks),
		rest.Post("/reeve/webhooks/replay", "reeve_replay_webhooks", a.replayWebhooks),
		rest.Get("/reeve/webhooks/{id}", "reeve_webhook", a.webhookOverview),
	}
}

// WebhookInbox is the inbox of a gateway in the server's process. What it gives has
// secrets masked. It fails with fault.NotFound for a webhook that is not there, and
// with fault.Conflict for one that cannot be replayed.
type WebhookInbox interface {
	// Hooks are the webhooks that are taken, by path.
	Hooks() []WebhookHook
	Figures(context.Context) (WebhookFigures, error)
	// Page gives the newest webhooks of a status, or with "" of all, from before a
	// place on; 0 is the beginning.
	Page(ctx context.Context, status WebhookStatus, before int64, limit int) ([]*WebhookRow, error)
	Read(ctx context.Context, id uuid.UUID) (*WebhookEntry, error)
	// Replay has webhooks delivered again: dead letters, and with again those that were
	// delivered, all or none. It returns the number of those that now wait.
	Replay(ctx context.Context, ids []uuid.UUID, again bool) (int, error)
	ReplayDead(context.Context) (int, error)
}

// WebhookStatus is where a webhook is in its life.
type WebhookStatus string

// Values implements decode.Enum.
func (WebhookStatus) Values() []string { return []string{"waiting", "delivered", "dead"} }

// WebhookHook is a [[webhook]] of the configuration.
type WebhookHook struct {
	Path       string `json:"path"`
	Deployment string `json:"deployment"` // "flow/deployment" that it runs, "" for an event
	Event      string `json:"event"`      // template of the event's name
	Off        bool   `json:"off"`        // its secret is not set: all are refused
}

// WebhookFigures are how many webhooks the inbox has, and how many this process has refused.
type WebhookFigures struct {
	Waiting   int `json:"waiting"`
	Delivered int `json:"delivered"`
	Dead      int `json:"dead"`
	Refused   int `json:"refused"`
	// Server is "ok", or why the server does not take webhooks now.
	Server string `json:"server"`
}

// WebhookRow is a webhook as a list shows it.
type WebhookRow struct {
	ID          uuid.UUID     `json:"id"`
	Place       int64         `json:"place"` // in the order of arrival
	Path        string        `json:"path"`
	Status      WebhookStatus `json:"status"`
	Received    prefect.Time  `json:"received"`
	Size        int           `json:"size"` // of the body, in bytes
	Attempts    int           `json:"attempts"`
	NextAttempt *prefect.Time `json:"next_attempt"`
	Reason      string        `json:"reason"` // why the last attempt failed, "" when none did
	Finished    *prefect.Time `json:"finished"`
	Made        *WebhookMade  `json:"made"`  // null before it was delivered
	Again       int           `json:"again"` // how often it was delivered once more
}

// WebhookMade is what became of a webhook.
type WebhookMade struct {
	Kind string    `json:"kind"` // flow-run or event
	ID   uuid.UUID `json:"id"`
}

// WebhookEntry is a webhook with all that is kept of it.
type WebhookEntry struct {
	WebhookRow
	Delivery *string           `json:"delivery_id"` // as its sender calls it
	Lane     string            `json:"key"`         // those of one key are delivered in order
	Headers  map[string]string `json:"headers"`
	Query    map[string]string `json:"query"`
	Body     WebhookText       `json:"body"`
	Request  WebhookRequest    `json:"request"`
}

// WebhookText is a text, as much of it as is shown.
type WebhookText struct {
	Text   string `json:"text"`
	Cut    bool   `json:"cut"`
	Binary bool   `json:"binary"` // it is no text, which is why there is none
}

// WebhookRequest is what the mapping makes of a webhook.
type WebhookRequest struct {
	Deployment string      `json:"deployment"` // "flow/deployment" that is run, "" for an event
	Body       WebhookText `json:"body"`       // the JSON with which the server is asked
	Problem    string      `json:"problem"`    // why it gives nothing, "" when it does
}

// errNoInbox is the answer where no gateway runs in this process.
var errNoInbox = fault.New(fault.NotFound, "No gateway takes webhooks in the server's process.")

// webhookQuery asks for a page of webhooks, the newest first.
type webhookQuery struct {
	Status WebhookStatus `json:"status"`
	Before int64         `json:"before" rule:"ge=0"` // the place of the last one of the page before
	Limit  int           `json:"limit" rule:"ge=1,le=200"`
}

// Defaults implements decode.Defaulter.
func (q *webhookQuery) Defaults() { q.Limit = 50 }

// webhookPage is a page of webhooks. Runs are those that they became, as far as they are
// still there.
type webhookPage struct {
	Here    bool                `json:"here"` // whether a gateway runs in the server's process
	Hooks   []WebhookHook       `json:"hooks"`
	Figures WebhookFigures      `json:"figures"`
	Rows    []*WebhookRow       `json:"rows"`
	Next    *int64              `json:"next"` // what the next page is before, null at the end
	Runs    []*store.FlowRunRow `json:"runs"`
	// Elsewhere names the gateways that have told the server where they are: each keeps
	// an inbox on its own machine.
	Elsewhere []string     `json:"elsewhere"`
	Now       prefect.Time `json:"now"`
}

func (a *API) webhooks(r *http.Request, in *webhookQuery) (out *webhookPage, err error) {
	out = &webhookPage{Hooks: []WebhookHook{}, Rows: []*WebhookRow{}, Elsewhere: []string{}}
	if inbox := a.config.Webhooks; inbox != nil {
		out.Here, out.Hooks = true, inbox.Hooks()
		if out.Figures, err = inbox.Figures(r.Context()); err != nil {
			return nil, err
		}
		if out.Rows, err = inbox.Page(r.Context(), in.Status, in.Before, in.Limit); err != nil {
			return nil, err
		}
		if n := len(out.Rows); n == in.Limit {
			out.Next = &out.Rows[n-1].Place
		}
	}
	return view(a, r, func(tx *store.Tx) (*webhookPage, error) {
		out.Now, out.Elsewhere = prefect.At(tx.Now), []string{}
		gateways, err := tx.ReadGateways()
		if err != nil {
			return nil, err
		}
		for _, g := range gateways {
			out.Elsewhere = append(out.Elsewhere, g.Name)
		}
		out.Runs, err = runsMade(tx, out.Rows...)
		return out, err
	})
}

// runsMade reads the runs that webhooks became.
func runsMade(tx *store.Tx, rows ...*WebhookRow) ([]*store.FlowRunRow, error) {
	var ids []uuid.UUID
	for _, row := range rows {
		if row.Made != nil && row.Made.Kind == "flow-run" {
			ids = append(ids, row.Made.ID)
		}
	}
	if len(ids) == 0 {
		return []*store.FlowRunRow{}, nil
	}
	return tx.FilterFlowRunRows(&prefect.Filters{FlowRuns: &prefect.FlowRunFilter{ID: &prefect.AnyNotAnyID{Any: ids}}}, "ID_DESC", prefect.Page{Limit: len(ids)})
}

// webhookOverview is a webhook with what became of it; Run and Event are null for what
// it did not become, or what is no longer there.
type webhookOverview struct {
	Webhook *WebhookEntry     `json:"webhook" rule:"present"`
	Hook    *WebhookHook      `json:"hook"` // null when its path is not taken any more
	Run     *store.FlowRunRow `json:"run"`
	Event   *feedEvent        `json:"event"`
	Now     prefect.Time      `json:"now"`
}

func (a *API) webhookOverview(r *http.Request) (*webhookOverview, error) {
	inbox := a.config.Webhooks
	if inbox == nil {
		return nil, errNoInbox
	}
	entry, err := inbox.Read(r.Context(), rest.ID(r, "id"))
	if err != nil {
		return nil, err
	}
	out := &webhookOverview{Webhook: entry}
	for _, hook := range inbox.Hooks() {
		if hook.Path == entry.Path {
			out.Hook = &hook
		}
	}
	return view(a, r, func(tx *store.Tx) (*webhookOverview, error) {
		out.Now, out.Run, out.Event = prefect.At(tx.Now), nil, nil
		runs, err := runsMade(tx, &entry.WebhookRow)
		if len(runs) > 0 {
			out.Run = runs[0]
		}
		if err != nil || entry.Made == nil || entry.Made.Kind != "event" {
			return out, err
		}
		event, err := tx.ReadEvent(entry.Made.ID)
		if event != nil {
			out.Event = &feedEvent{event.ID, event.Event.Event, event.Occurred, event.Resource, event.Related}
		}
		return out, err
	})
}

// webhookReplay says what is delivered again: some, or all dead letters.
type webhookReplay struct {
	decode.Action
	IDs   []uuid.UUID `json:"ids" rule:"max=200"`
	Dead  bool        `json:"dead"`
	Again bool        `json:"again"` // also those that were delivered: another run is made of each
}

// webhooksReplayed counts those that now wait to be delivered.
type webhooksReplayed struct {
	Replayed int `json:"replayed"`
}

func (a *API) replayWebhooks(r *http.Request, in *webhookReplay) (out webhooksReplayed, err error) {
	inbox := a.config.Webhooks
	switch {
	case inbox == nil:
		return out, errNoInbox
	case in.Dead == (len(in.IDs) > 0):
		return out, fault.New(fault.Invalid, "Give the ids of webhooks, or dead for all dead letters.")
	case in.Dead:
		out.Replayed, err = inbox.ReplayDead(r.Context())
	default:
		out.Replayed, err = inbox.Replay(r.Context(), in.IDs, in.Again)
	}
	return out, err
}
