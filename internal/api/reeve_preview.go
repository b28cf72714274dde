package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/triggers"
	"github.com/reevehq/reeve/internal/triggers/replay"
)

func (a *API) reevePreviewRoutes() []rest.Route {
	return []rest.Route{rest.Post("/reeve/automations/preview", "reeve_preview_automation", a.previewAutomation)}
}

const (
	// previewTime bounds a preview, and previewPage the events that are read at a time.
	previewTime = 10 * time.Second
	previewPage = 500
	// previewEvents bounds the events that a preview looks at, the newest ones.
	previewEvents = 500_000
)

// previewQuery asks what an automation would have done: one that is given, or one that
// is kept.
type previewQuery struct {
	decode.Embedded
	Automation   *prefect.AutomationCreate `json:"automation"`
	AutomationID *uuid.UUID                `json:"automation_id"`
	// Since is how far back the preview begins.
	Since prefect.Seconds `json:"since"`
	// Limit is how many firings are described, the first ones.
	Limit int `json:"limit" rule:"ge=0,le=200"`
}

// Defaults implements decode.Defaulter.
func (q *previewQuery) Defaults() { q.Since, q.Limit = prefect.Seconds(7*24*time.Hour), 20 }

// Check implements decode.Checker.
func (q *previewQuery) Check(in pyjson.Value, at *decode.At) {
	if (q.Automation == nil) == (q.AutomationID == nil) {
		at.ValueError("exactly one of automation and automation_id is to be given", in)
	}
	if since := time.Duration(q.Since); since <= 0 || since > 400*24*time.Hour {
		at.ValueError("since must be more than 0 and at most 400 days", in)
	}
}

// ReadBody implements rest.Reader: how large the automation is comes before what it says.
func (q *previewQuery) ReadBody(r *http.Request, value *pyjson.Value, _ rest.Limits) (decode.Issues, error) {
	inner, given := value.Get("automation")
	if !given || inner.IsNull() {
		return rest.DecodeWith(nil, *value, q), nil
	}
	if err := prefect.BoundAutomation(inner); err != nil {
		return nil, err
	}
	*value = value.With("automation", prefect.SettleTriggers(inner))
	return decodeAutomation(r, *value, q)
}

// preview is what an automation would have done.
type preview struct {
	From  prefect.Time `json:"from"`
	Until prefect.Time `json:"until"`
	// Events is how many events were looked at; Complete says that they were all.
	Events   int  `json:"events"`
	Complete bool `json:"complete"`
	// Fired is how often it would have fired, Hours how often in each hour in which it
	// would have; Firings describes the first ones.
	Fired   int             `json:"fired"`
	Hours   []previewHour   `json:"hours"`
	Firings []previewFiring `json:"firings"`
	// Noise says that the automation has settings that keep messages back, or gather them,
	// which the preview does not apply.
	Noise bool `json:"noise"`
}

// previewHour counts the firings of an hour that begins at Start.
type previewHour struct {
	Start prefect.Time `json:"start"`
	Fired int          `json:"fired"`
}

// previewFiring is a firing that would have been.
type previewFiring struct {
	Triggered prefect.Time      `json:"triggered"`
	Labels    map[string]string `json:"labels"`
	Events    []previewEvent    `json:"events"`
	Actions   []previewAction   `json:"actions"`
}

// previewEvent is one of the events that made it fire.
type previewEvent struct {
	ID       uuid.UUID        `json:"id"`
	Event    string           `json:"event"`
	Occurred prefect.Time     `json:"occurred"`
	Resource prefect.Resource `json:"resource"`
}

func previewEventOf(e *prefect.ReceivedEvent) previewEvent {
	return previewEvent{e.ID, e.Event.Event, e.Occurred, e.Resource}
}

// previewAction is what would have been done: its texts by name, or why they cannot be
// rendered.
type previewAction struct {
	Type  prefect.ActionType `json:"type"`
	Texts map[string]string  `json:"texts"`
	Error string             `json:"error"`
}

func (a *API) previewAutomation(r *http.Request, in *previewQuery) (*preview, error) {
	ctx, cancel := context.WithTimeout(r.Context(), previewTime)
	defer cancel()
	out := &preview{Until: prefect.At(a.clock.Now()), Hours: []previewHour{}, Firings: []previewFiring{}}
	automation, from, absences, err := a.previewed(ctx, in, out)
	if err != nil {
		return nil, err
	}
	played, err := replay.New(automation, from, in.Limit, absences)
	if errors.Is(err, replay.ErrMetric) {
		return nil, fault.New(fault.Invalid, "%s.", err)
	}
	if err != nil {
		return nil, err
	}
	out.From = prefect.At(from)
	if out.Complete, err = a.play(ctx, played, from, out); err != nil {
		return nil, err
	}
	if err := played.End(out.Until.Time); err != nil {
		return nil, err
	}
	out.Fired = played.Fired()
	hours := played.Hours()
	for _, start := range slices.SortedFunc(maps.Keys(hours), time.Time.Compare) {
		out.Hours = append(out.Hours, previewHour{prefect.At(start), hours[start]})
	}
	for _, f := range played.Firings() {
		out.Firings = append(out.Firings, a.describe(ctx, automation, f))
	}
	return out, nil
}

// previewed returns the automation, when the preview begins, and when the server was
// away since, and notes in out what is kept of the automation that is not applied.
func (a *API) previewed(ctx context.Context, in *previewQuery, out *preview) (automation *prefect.Automation, from time.Time, absences []triggers.Absence, err error) {
	err = a.store.View(ctx, func(tx *store.Tx) (err error) {
		from = tx.Now.Add(-time.Duration(in.Since))
		if in.AutomationID != nil {
			if automation, err = automationOf(tx, *in.AutomationID); err != nil {
				return err
			}
			settings, err := tx.ReadNoise(automation.ID)
			if err != nil {
				return err
			}
			out.Noise = settings != nil
		} else {
			automation = &prefect.Automation{ID: a.ids.V4(), AutomationCore: in.Automation.AutomationCore}
			automation.Trigger.All(func(t, _ *prefect.Trigger) { t.ID = a.ids.V4() })
		}
		absences, err = tx.Absences(from)
		return err
	})
	return automation, from, absences, err
}

// play gives the replay the events since from, in pages. It is false when there was
// no time for all, or there are too many.
func (a *API) play(ctx context.Context, played *replay.Replay, from time.Time, out *preview) (complete bool, err error) {
	var at, last int64
	if err := a.store.View(ctx, func(tx *store.Tx) (err error) {
		if last, err = tx.LastEventSequence(); err != nil {
			return err
		}
		at, err = tx.EventsReceivedBefore(from.Add(-triggers.Lookback))
		return err
	}); err != nil {
		return false, err
	}
	complete = true
	if last-at > previewEvents {
		at, complete = last-previewEvents, false
	}
	for {
		var page []*prefect.ReceivedEvent
		if err := a.store.View(ctx, func(tx *store.Tx) (err error) {
			page, err = tx.ReadEventLog(at, last, "", previewPage)
			return err
		}); err != nil {
			if ctx.Err() != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
				return false, nil
			}
			return false, err
		}
		for _, e := range page {
			at = e.Sequence
			if e.Received.Before(from) {
				played.Seen(e.ID)
				continue
			}
			out.Events++
			if err := played.Event(e); err != nil {
				return false, err
			}
		}
		if len(page) < previewPage {
			return complete, nil
		}
		if ctx.Err() != nil {
			return false, nil
		}
	}
}

// describe says what a firing would have done.
func (a *API) describe(ctx context.Context, automation *prefect.Automation, f *prefect.Firing) previewFiring {
	out := previewFiring{Triggered: f.Triggered, Labels: f.Labels, Events: []previewEvent{}, Actions: []previewAction{}}
	for _, e := range f.Events() {
		out.Events = append(out.Events, previewEventOf(e))
	}
	for i, action := range automation.Actions {
		described := previewAction{Type: action.Type, Texts: map[string]string{}}
		if a.config.Texts != nil {
			texts, err := a.config.Texts(ctx, &prefect.TriggeredAction{Automation: *automation, Firing: f, Triggered: f.Triggered,
				Labels: f.Labels, Event: f.Event, Action: action, Index: i})
			if err != nil {
				described.Error = err.Error()
			}
			for name, text := range texts {
				described.Texts[name] = text
			}
		}
		out.Actions = append(out.Actions, described)
	}
	return out
}
