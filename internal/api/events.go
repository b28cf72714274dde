package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
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

func (a *API) createEvents(r *http.Request, in *eventList) error {
	return a.live.Emit(r.Context(), *in)
}
