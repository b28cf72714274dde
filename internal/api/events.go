package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) eventRoutes() []rest.Route {
	return []rest.Route{
		rest.Change(http.MethodPost, "/events", "create_events_events_post", a.createEvents),
		rest.Post("/events/filter", "read_events_events_filter_post", a.readEvents),
		rest.Ask("/events/filter/next", "read_account_events_page_events_filter_next_get", a.readNextEvents),
		rest.Post("/events/count-by/{countable}", "count_account_events_events_count_by__countable__post", a.countEvents),
	}
}

// eventList is the body of POST /events.
type eventList []*prefect.Event

// ReadBody implements rest.Reader: the settings bound events.
func (l *eventList) ReadBody(_ *http.Request, value *pyjson.Value, limits rest.Limits) (decode.Issues, error) {
	intake := eventIntake{limits: &limits.Events}
	issues := rest.Decode(*value, &intake)
	*l = intake.events
	return issues, nil
}

// eventIntake reads a list of events.
type eventIntake struct {
	limits *prefect.EventLimits
	events []*prefect.Event
}

// DecodeWire implements decode.Wire. An event that is too large is left out,
// as the reference does.
func (l *eventIntake) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.Array {
		at.Fail("list_type", "Input should be a valid list", in, nil)
		return
	}
	for i, item := range in.Items() {
		event := prefect.DecodeEvent(item, at.Key(i), l.limits)
		if len(item.Raw()) <= l.limits.SizeBytes {
			l.events = append(l.events, event)
		}
	}
}

// eventFrame is a frame of /events/in.
type eventFrame struct {
	limits *prefect.EventLimits
	event  *prefect.Event
}

// DecodeWire implements decode.Wire.
func (f *eventFrame) DecodeWire(in pyjson.Value, at *decode.At) {
	f.event = prefect.DecodeEvent(in, at, f.limits)
}

// readEvent decodes one event; nil when it is too large to be kept.
func (a *API) readEvent(in pyjson.Value) (*prefect.Event, error) {
	frame := eventFrame{limits: &a.config.Events}
	if issues := decode.Into(in, &frame); len(issues) > 0 {
		a.log.Warn("event refused", "error", issues)
		return nil, issues
	}
	if len(in.Raw()) > a.config.Events.SizeBytes {
		a.log.Warn("event dropped for its size", "id", frame.event.ID, "bytes", len(in.Raw()))
		return nil, nil
	}
	return frame.event, nil
}

func (a *API) createEvents(r *http.Request, in *eventList) error { return a.emit(r.Context(), *in) }

// emit appends events to the log; they are durable when it returns nil.
func (a *API) emit(ctx context.Context, events []*prefect.Event) error {
	for batch := range slices.Chunk(events, intakeEvents) {
		if err := a.store.Update(ctx, func(tx *store.Tx) error { return tx.Emit(batch...) }); err != nil {
			return err
		}
	}
	return nil
}
