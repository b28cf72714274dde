package api

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// eventPage is the answer of the event queries.
type eventPage struct {
	Events   []*prefect.ReceivedEvent `json:"events"`
	Total    int                      `json:"total"`
	NextPage *string                  `json:"next_page"`
}

type eventQuery struct {
	decode.Embedded
	Filter *prefect.EventFilter `json:"filter"`
	Limit  int                  `json:"limit" rule:"ge=0,le=50"`
}

// Defaults implements decode.Defaulter.
func (q *eventQuery) Defaults() { q.Limit = 50 }

func (a *API) readEvents(r *http.Request, in *eventQuery) (eventPage, error) {
	if in.Filter == nil {
		in.Filter = &prefect.EventFilter{Order: prefect.NewestFirst}
	}
	in.Filter.Resolve(a.clock.Now())
	return view(a, r, func(tx *store.Tx) (page eventPage, err error) {
		token := eventToken{Filter: in.Filter, PageSize: in.Limit}
		if token.Count, err = tx.CountEvents(in.Filter); err != nil {
			return page, err
		}
		return a.eventPage(tx, r, token)
	})
}

// eventPageQuestion asks for the page that a token stands for.
type eventPageQuestion struct {
	decode.Embedded
	Token string `json:"page-token" rule:"required"`
}

func (a *API) readNextEvents(r *http.Request, in *eventPageQuestion) (page eventPage, err error) {
	token, ok := parseEventToken(in.Token)
	if !ok {
		return page, fault.New(fault.Forbidden, "Forbidden")
	}
	token.Filter.Resolve(a.clock.Now())
	return view(a, r, func(tx *store.Tx) (eventPage, error) { return a.eventPage(tx, r, token) })
}

// eventPage reads the page that the token stands for.
func (a *API) eventPage(tx *store.Tx, r *http.Request, token eventToken) (page eventPage, err error) {
	if token.Count == 0 {
		return eventPage{Events: []*prefect.ReceivedEvent{}}, nil // a search that found nothing is not made twice
	}
	page.Events, err = tx.FilterEvents(token.Filter, token.PageSize, token.Offset, token.After)
	page.Total = token.Count
	if next := token.Offset + token.PageSize; err == nil && next < token.Count {
		token.Offset = next
		if n := len(page.Events); n > 0 {
			last := page.Events[n-1]
			token.After = &store.EventPlace{Occurred: last.Occurred, Sequence: last.Sequence}
		}
		link := a.origin(r) + "/events/filter/next?page-token=" + token.String()
		page.NextPage = &link
	}
	return page, err
}

// origin is the address of the API as the client reached it.
func (a *API) origin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host + a.config.BasePath
}

// eventToken stands for a page of a query. The contract's part of it is the
// offset; After leads there without passing over what came before.
type eventToken struct {
	Filter   *prefect.EventFilter `json:"filter"`
	Count    int                  `json:"count"`
	PageSize int                  `json:"page_size"`
	Offset   int                  `json:"offset"`
	After    *store.EventPlace    `json:"after,omitempty"`
}

// String is the token as clients carry it: JSON in base64, twice.
func (t eventToken) String() string {
	text, _ := json.Marshal(t) // all of it was decoded from JSON
	once := base64.StdEncoding.EncodeToString(text)
	return base64.StdEncoding.EncodeToString([]byte(once))
}

// eventTokenBody is a token as it comes back, possibly from somebody else.
type eventTokenBody struct {
	Filter   *prefect.EventFilter `json:"filter" rule:"required"`
	Count    int                  `json:"count" rule:"required,ge=0"`
	PageSize int                  `json:"page_size" rule:"required,ge=0,le=50"`
	Offset   int                  `json:"offset" rule:"required,ge=0"`
	After    *struct {
		Occurred prefect.Time `json:"occurred" rule:"required"`
		Sequence int64        `json:"sequence" rule:"required"`
	} `json:"after"`
}

func parseEventToken(text string) (token eventToken, ok bool) {
	for range 2 {
		// A plus sign that was not escaped has become a space.
		data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, " ", "+"))
		if err != nil || len(data) == 0 {
			return token, false
		}
		text = string(data)
	}
	value, err := pyjson.Parse([]byte(text))
	var body eventTokenBody
	if err != nil || len(decode.Into(value, &body)) > 0 || body.Filter == nil {
		return token, false
	}
	token = eventToken{Filter: body.Filter, Count: body.Count, PageSize: body.PageSize, Offset: body.Offset}
	if body.After != nil {
		token.After = &store.EventPlace{Occurred: body.After.Occurred, Sequence: body.After.Sequence}
	}
	return token, true
}

type eventCountQuery struct {
	decode.Embedded
	Filter       *prefect.EventFilter `json:"filter" rule:"required"`
	TimeUnit     events.Unit          `json:"time_unit"`
	TimeInterval float64              `json:"time_interval" rule:"ge=0.01"`
	by           countable
}

// Defaults implements decode.Defaulter.
func (q *eventCountQuery) Defaults() { q.TimeUnit, q.TimeInterval = events.Day, 1 }

// ReadBody implements rest.Reader: the faults of the path come with those of the body.
func (q *eventCountQuery) ReadBody(r *http.Request, value *pyjson.Value, _ rest.Limits) (decode.Issues, error) {
	issues := decode.Into(pyjson.NewString(r.PathValue("countable")), &q.by, "path", "countable")
	return append(issues, rest.Decode(*value, q)...), nil
}

// countable is what events are counted by.
type countable string

// Values implements decode.Enum.
func (countable) Values() []string { return []string{"day", "time", "event", "resource"} }

func (a *API) countEvents(r *http.Request, in *eventCountQuery) ([]events.Count, error) {
	now := a.clock.Now()
	in.Filter.Resolve(now)
	since, until := in.Filter.Occurred.Since.Time, in.Filter.Occurred.Until.Time
	spans := events.NewBuckets(in.TimeUnit, in.TimeInterval)
	if err := spans.Check(since, until); err != nil {
		return nil, err
	}
	return view(a, r, func(tx *store.Tx) ([]events.Count, error) {
		switch in.by {
		case "event":
			return tx.CountEventsByName(in.Filter)
		case "resource":
			return tx.CountEventsByResource(in.Filter)
		}
		counts, err := tx.CountEventsByTime(in.Filter, spans)
		return spans.Fill(counts, since, until, now), err
	})
}
