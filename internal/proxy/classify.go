package proxy

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/traffic"
)

// kind is what a request means to somebody who waits for work.
type kind int

const (
	ordinary      kind = iota
	pollKind           // a worker asks for the runs of its pool
	heartbeatKind      // a worker says that it lives
	poolKind           // a worker reads its pool
	eventsInKind       // the websocket that takes events
	eventsOutKind      // the websocket that tells of events
	channelKind        // a worker's channel
)

// asked is what a request asks for.
type asked struct {
	kind   kind
	pool   string // of the kinds that have one
	socket bool
	// unopened serves a websocket that the server did not open, once the proxy
	// stops; nil for what is not passed through.
	unopened func()
}

// waits reports whether it is only asked because somebody waits.
func (a asked) waits() bool {
	return a.kind == pollKind || a.kind == heartbeatKind || a.kind == poolKind
}

// classify looks at method and path.
func classify(r *http.Request) asked {
	a := asked{socket: strings.EqualFold(r.Header.Get("Upgrade"), "websocket")}
	rest := strings.TrimSuffix(strings.TrimPrefix(r.URL.EscapedPath(), front+"/"), "/")
	parts := strings.Split(rest, "/")
	switch {
	case a.socket && rest == "events/in":
		a.kind = eventsInKind
	case a.socket && rest == "events/out":
		a.kind = eventsOutKind
	case parts[0] != "work_pools" || len(parts) < 2:
		return a
	case a.socket && len(parts) == 4 && parts[2] == "workers" && parts[3] == "connect":
		a.kind = channelKind
	case a.socket:
		return a
	case r.Method == http.MethodGet && len(parts) == 2:
		a.kind = poolKind
	case r.Method == http.MethodPost && len(parts) == 3 && parts[2] == "get_scheduled_flow_runs":
		a.kind = pollKind
	case r.Method == http.MethodPost && len(parts) == 4 && parts[2] == "workers" && parts[3] == "heartbeat":
		a.kind = heartbeatKind
	}
	if pool, err := url.PathUnescape(parts[1]); err == nil {
		a.pool = pool
	} else {
		a.kind = ordinary
	}
	return a
}

type askedKey struct{}

func withAsked(ctx context.Context, a asked) context.Context {
	return context.WithValue(ctx, askedKey{}, a)
}

func askedOf(ctx context.Context) asked {
	a, _ := ctx.Value(askedKey{}).(asked)
	return a
}

// poll is the body of a worker's poll.
type poll struct {
	Queues []string      `json:"work_queue_names"`
	Before *prefect.Time `json:"scheduled_before"`
}

// beat is the body of a heartbeat.
type beat struct {
	Name     string `json:"name"`
	Interval *int   `json:"heartbeat_interval_seconds"`
}

// keptBody bounds the bytes of a body that is kept to be sent again. Longer ones
// pass through as they come, and are sent once.
const keptBody = 1 << 20

// buffer reads a request's body, if it is short, so that it can be sent again.
func (p *Proxy) buffer(w http.ResponseWriter, r *http.Request, a asked) (*http.Request, error) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return r, nil
	}
	if r.ContentLength > keptBody {
		return r, nil
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(p.clock.Now().Add(bodyTime)) // test recorders have none
	head, err := traffic.ReadAll(r.Context(), io.LimitReader(r.Body, keptBody+1), budget.ClaimOf(r.Context()))
	_ = control.SetReadDeadline(time.Time{})
	if err != nil {
		return nil, err
	}
	if len(head) > keptBody {
		long := r.Clone(r.Context())
		long.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
		return long, nil
	}
	short := r.Clone(r.Context())
	short.ContentLength = int64(len(head))
	short.TransferEncoding = nil
	short.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(head)), nil }
	short.Body, _ = short.GetBody()
	return short, nil
}

// read decodes a kept body; false when it is none, or not of this form.
func read(r *http.Request, to any) bool {
	if r.GetBody == nil {
		return false
	}
	body, err := r.GetBody()
	return err == nil && json.NewDecoder(body).Decode(to) == nil
}

// seconds writes a duration for Retry-After, rounded up.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
