package webhooks

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/outbox"
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
func (in *Intake) receive(w http.ResponseWriter, r *http.Request) {
	answered := &statusWriter{ResponseWriter: w}
	in.consider(answered, r)
	switch status := answered.status; {
	case status >= http.StatusInternalServerError:
		in.count.unkept.Add(1)
	case status >= http.StatusBadRequest:
		in.count.refused.Add(1)
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
func (in *Intake) consider(w http.ResponseWriter, r *http.Request) {
	route := in.routes[r.URL.Path]
	switch {
	case route == nil:
		traffic.Refuse(w, http.StatusNotFound, "there is no webhook at this path")
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		traffic.Refuse(w, http.StatusMethodNotAllowed, "a webhook is a POST")
		return
	case route.off:
		traffic.Refuse(w, http.StatusServiceUnavailable, "this webhook is off: its secret is not set")
		return
	case r.ContentLength > route.MaxBody:
		in.tooLarge(w, r)
		return
	}
	select {
	case in.slots <- struct{}{}:
		defer func() { <-in.slots }()
	default:
		w.Header().Set("Retry-After", "1")
		traffic.Refuse(w, http.StatusServiceUnavailable, "too many webhooks at once")
		return
	}
	if err := route.check.before(r.Header, in.clock.Now()); err != nil {
		in.denied(w, route, err)
		return
	}
	if err := checkEncoding(r.Header); err != nil {
		in.unusable(w, r, err)
		return
	}
	body, err := in.readBody(w, r, route.MaxBody)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), fault.Is(err, fault.TooLarge):
		in.tooLarge(w, r)
		return
	case fault.Is(err, fault.Busy):
		traffic.NoMemory(w, "the gateway")
		return
	case err != nil:
		traffic.Refuse(w, http.StatusBadRequest, "the body ended early")
		return
	}
	proof, err := route.check.after(r.Header, body)
	if err != nil {
		in.denied(w, route, err)
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
		traffic.NoMemory(w, "the gateway")
		return
	case fault.Is(err, fault.TooLarge):
		err = &unreadable{http.StatusRequestEntityTooLarge, "the body is too large"}
	}
	if err != nil {
		in.unusable(w, r, err)
		return
	}
	delete(e.Headers, "content-encoding") // what is kept is unpacked
	in.keep(w, r, route, e)
}

// keep writes a webhook that may be kept to the inbox, and answers. What could
// never be delivered is refused, so that the sender learns of it.
func (in *Intake) keep(w http.ResponseWriter, r *http.Request, route *route, e *Entry) {
	values, err := e.values(route.Form)
	if err != nil {
		in.unusable(w, r, err)
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
		in.count.ignored.Add(1)
		traffic.Answer(w, http.StatusOK, map[string]any{"status": "ignored"})
		return
	}
	if unfit != nil {
		in.unusable(w, r, &unreadable{http.StatusUnprocessableEntity, "the webhook does not fit its mapping: " + unfit.Error()})
		return
	}
	if !in.out.Room(len(e.Body)) {
		w.Header().Set("Retry-After", "30")
		traffic.Refuse(w, http.StatusServiceUnavailable, "the inbox is full")
		return
	}
	// The sender may go away; whether it does or not, what was begun is finished.
	kept, due, err := in.inbox.put(context.WithoutCancel(r.Context()), e)
	if err != nil {
		in.log.Error("keep a webhook", "path", route.Path, "error", err)
		status := http.StatusServiceUnavailable
		if fault.Is(err, fault.Full) {
			status = http.StatusInsufficientStorage
		}
		w.Header().Set("Retry-After", "5")
		traffic.Refuse(w, status, "the webhook could not be kept")
		return
	}
	status := "accepted"
	if due {
		in.count.accepted.Add(1)
		in.out.Add(outbox.Item{Seq: kept.Seq, Lane: kept.Lane, Size: kept.Size})
	} else {
		in.count.duplicates.Add(1)
		status = "duplicate"
	}
	traffic.Answer(w, http.StatusAccepted, map[string]any{"id": kept.ID, "status": status})
}

// readBody reads a body in bounded size and time. The answer still has its
// time: the bound is on reading alone.
func (in *Intake) readBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	in.limitReading(w)
	return traffic.ReadAll(r.Context(), http.MaxBytesReader(nil, r.Body, most), budget.ClaimOf(r.Context()))
}

// limitReading bounds the time for the rest of a request. Test recorders have no
// deadlines, which is no harm.
func (in *Intake) limitReading(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(in.clock.Now().Add(readTime))
}

// tooLarge refuses a body. It is not kept; a sender that asked first (Expect:
// 100-continue), or whose body is out of all bounds, is answered at once.
func (in *Intake) tooLarge(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	if r.Header.Get("Expect") == "" && r.ContentLength <= swallowed {
		select {
		case in.slots <- struct{}{}: // strangers' bodies take no more than what is meant for webhooks
			in.limitReading(w)
			_, _ = io.CopyN(io.Discard, r.Body, swallowed)
			<-in.slots
		default:
		}
	}
	traffic.Refuse(w, http.StatusRequestEntityTooLarge, "the body is too large")
}

func (in *Intake) denied(w http.ResponseWriter, route *route, err error) {
	in.log.Warn("a webhook was refused", "path", route.Path, "reason", err)
	traffic.Refuse(w, http.StatusUnauthorized, err.Error())
}

// unusable refuses a webhook whose sender is known, but whose body or form is
// not what the route takes.
func (in *Intake) unusable(w http.ResponseWriter, r *http.Request, err error) {
	var why *unreadable
	if !errors.As(err, &why) {
		why = &unreadable{http.StatusBadRequest, err.Error()}
	}
	if why.status == http.StatusUnsupportedMediaType {
		w.Header().Set("Accept-Encoding", "gzip")
		w.Header().Set("Connection", "close") // its body is not read
	}
	in.log.Warn("a webhook was refused", "path", r.URL.Path, "status", why.status, "reason", why.reason)
	traffic.Refuse(w, why.status, why.reason)
}
