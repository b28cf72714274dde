package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/traffic"
)

const (
	// readTime bounds the reading of a body.
	readTime = 10 * time.Second
	// swallowed is how much of a body that is too large is read and thrown away,
	// so that a sender which writes before it reads still sees why.
	swallowed = 64 << 20
)

// receive answers a webhook: 202 once it is durable.
func (g *Gateway) receive(w http.ResponseWriter, r *http.Request) {
	answered := &statusWriter{ResponseWriter: w}
	g.consider(answered, r)
	switch status := answered.status; {
	case status >= http.StatusInternalServerError:
		g.count.unkept.Add(1)
	case status >= http.StatusBadRequest:
		g.count.refused.Add(1)
	}
}

// statusWriter remembers the status that was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// consider takes a webhook, or says why not.
func (g *Gateway) consider(w http.ResponseWriter, r *http.Request) {
	route := g.routes[r.URL.Path]
	switch {
	case route == nil:
		refuse(w, http.StatusNotFound, "there is no webhook at this path")
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "a webhook is a POST")
		return
	case route.off:
		refuse(w, http.StatusServiceUnavailable, "this webhook is off: its secret is not set")
		return
	case r.ContentLength > route.MaxBody:
		g.tooLarge(w, r)
		return
	}
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	default:
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "too many webhooks at once")
		return
	}
	if err := route.check.before(r.Header, g.clock.Now()); err != nil {
		g.denied(w, route, err)
		return
	}
	if err := checkEncoding(r.Header); err != nil {
		g.unusable(w, r, err)
		return
	}
	body, err := g.readBody(w, r, route.MaxBody)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), fault.Is(err, fault.TooLarge):
		g.tooLarge(w, r)
		return
	case fault.Is(err, fault.Busy):
		noMemory(w)
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, "the body ended early")
		return
	}
	proof, err := route.check.after(r.Header, body)
	if err != nil {
		g.denied(w, route, err)
		return
	}
	e := &Entry{Path: route.Path, proof: proof, Headers: keptHeaders(r.Header, route.check.secretHeaders()), Query: keptQuery(r.URL.Query())}
	e.Body, err = unpack(r.Context(), r.Header, body, route.MaxBody)
	if err == nil {
		// Templates see the values of the body, which are larger than its text.
		err = budget.ClaimOf(r.Context()).Take(r.Context(), pyjson.Size(e.Body))
	}
	switch {
	case fault.Is(err, fault.Busy):
		noMemory(w)
		return
	case fault.Is(err, fault.TooLarge):
		err = &unreadable{http.StatusRequestEntityTooLarge, "the body is too large"}
	}
	if err != nil {
		g.unusable(w, r, err)
		return
	}
	delete(e.Headers, "content-encoding") // what is kept is unpacked
	g.keep(w, r, route, e)
}

// keep writes a webhook that may be kept to the inbox, and answers. What could
// never be delivered is refused, so that the sender learns of it.
func (g *Gateway) keep(w http.ResponseWriter, r *http.Request, route *route, e *Entry) {
	values, err := e.values(route.Form)
	if err != nil {
		g.unusable(w, r, err)
		return
	}
	s := newScope(r.Context(), values)
	defer s.Close()
	wanted := route.wanted(e, s)
	e.Delivery, e.Lane = route.delivery(e, s), route.lane(s)
	var unfit error
	if wanted {
		_, unfit = route.actionOf(e, s)
	}
	if r.Context().Err() != nil {
		return // the sender has left while its templates were rendered: what they gave may be nothing
	}
	if !wanted {
		g.count.ignored.Add(1)
		answer(w, http.StatusOK, map[string]any{"status": "ignored"})
		return
	}
	if unfit != nil {
		g.unusable(w, r, &unreadable{http.StatusUnprocessableEntity, "the webhook does not fit its mapping: " + unfit.Error()})
		return
	}
	if n, bytes := g.lanes.size(); n >= g.settings.MaxInbox || bytes+int64(len(e.Body)) > g.settings.MaxInboxBytes {
		w.Header().Set("Retry-After", "30")
		refuse(w, http.StatusServiceUnavailable, "the inbox is full")
		return
	}
	// The sender may go away; whether it does or not, what was begun is finished.
	kept, due, err := g.inbox.put(context.WithoutCancel(r.Context()), e)
	if err != nil {
		g.log.Error("keep a webhook", "path", route.Path, "error", err)
		status := http.StatusServiceUnavailable
		if fault.Is(err, fault.Full) {
			status = http.StatusInsufficientStorage
		}
		w.Header().Set("Retry-After", "5")
		refuse(w, status, "the webhook could not be kept")
		return
	}
	status := "accepted"
	if due {
		g.count.accepted.Add(1)
		g.lanes.add(place{kept.Seq, kept.Lane, kept.Size})
	} else {
		g.count.duplicates.Add(1)
		status = "duplicate"
	}
	answer(w, http.StatusAccepted, map[string]any{"id": kept.ID, "status": status})
}

// readBody reads a body in bounded size and time. The answer still has its
// time: the bound is on reading alone.
func (g *Gateway) readBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	g.limitReading(w)
	return traffic.ReadAll(r.Context(), http.MaxBytesReader(nil, r.Body, most), budget.ClaimOf(r.Context()))
}

// limitReading bounds the time for the rest of a request. Test recorders have no
// deadlines, which is no harm.
func (g *Gateway) limitReading(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(g.clock.Now().Add(readTime))
}

// tooLarge refuses a body. It is not kept; a sender that asked first (Expect:
// 100-continue), or whose body is out of all bounds, is answered at once.
func (g *Gateway) tooLarge(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	if r.Header.Get("Expect") == "" && r.ContentLength <= swallowed {
		select {
		case g.slots <- struct{}{}: // strangers' bodies take no more than what is meant for webhooks
			g.limitReading(w)
			_, _ = io.CopyN(io.Discard, r.Body, swallowed)
			<-g.slots
		default:
		}
	}
	refuse(w, http.StatusRequestEntityTooLarge, "the body is too large")
}

func (g *Gateway) denied(w http.ResponseWriter, route *route, err error) {
	g.log.Warn("a webhook was refused", "path", route.Path, "reason", err)
	refuse(w, http.StatusUnauthorized, err.Error())
}

// unusable refuses a webhook whose sender is known, but whose body or form is
// not what the route takes.
func (g *Gateway) unusable(w http.ResponseWriter, r *http.Request, err error) {
	var why *unreadable
	if !errors.As(err, &why) {
		why = &unreadable{http.StatusBadRequest, err.Error()}
	}
	if why.status == http.StatusUnsupportedMediaType {
		w.Header().Set("Accept-Encoding", "gzip")
		w.Header().Set("Connection", "close") // its body is not read
	}
	g.log.Warn("a webhook was refused", "path", r.URL.Path, "status", why.status, "reason", why.reason)
	refuse(w, why.status, why.reason)
}

// noMemory answers while others hold the memory that the request asks for.
func noMemory(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "2")
	refuse(w, http.StatusServiceUnavailable, "the gateway has no memory left for the request just now")
}

func refuse(w http.ResponseWriter, status int, detail string) {
	answer(w, status, map[string]any{"detail": detail})
}

func answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"detail":"Internal Server Error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
