package proxy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/wire"
)

const (
	// longestFrame bounds a message, as the server does.
	longestFrame = 16 << 20
	// authFrame bounds the first message, from somebody who is not known yet.
	authFrame = 4 << 10
	// openTime bounds the opening of a websocket, without the time the server
	// takes to wake.
	openTime = 15 * time.Second
)

// serveSocket serves a websocket. Those by which a worker waits end here and are
// carried on to the server while it is awake; others are passed through, and
// keep it awake as if the client had opened them itself.
func (p *Proxy) serveSocket(w http.ResponseWriter, r *http.Request, a asked) {
	if !take(p.sockets) {
		unavailable(w, comeBack)
		return
	}
	defer release(p.sockets)
	p.count.sockets.Add(1)
	defer p.count.sockets.Add(-1)
	switch {
	case p.ending():
		if !speaks(r) {
			p.dismiss(w, r)
			return
		}
	case !speaks(r) || a.kind == ordinary && !p.password.Asked():
		defer p.view.work()()
		a.unopened = func() { p.serveSocket(w, r, a) }
		p.reverse.ServeHTTP(w, r.WithContext(withAsked(r.Context(), a)))
		return
	}
	s := &socket{p: p, header: http.Header{}, path: &url.URL{}}
	p.direct(s.path, r.URL)
	for _, name := range []string{"Authorization", "User-Agent", prefect.CSRFTokenHeader, prefect.CSRFClientHeader} {
		if values := r.Header.Values(name); len(values) > 0 {
			s.header[name] = values
		}
	}
	var serve func(context.Context) error
	options := &websocket.AcceptOptions{Subprotocols: []string{prefect.Subprotocol}, InsecureSkipVerify: true} // strangers are stopped by admits, or by the auth frame
	switch a.kind {
	case eventsInKind:
		in := newEventsIn(s)
		options.OnPingReceived = in.ping
		serve = in.serve
	case eventsOutKind:
		serve = (&eventsOut{socket: s}).serve
	case ordinary:
		defer p.view.work()()
		serve = (&through{s}).serve
	default:
		s.refused = "authentication_failed"
		serve = (&channel{socket: s}).serve
	}
	// A socket may outlive the handler of http.Server; Close waits for it.
	done, may := p.hold()
	if !may {
		unavailable(w, comeBack)
		return
	}
	defer done()
	c, err := websocket.Accept(w, r, options)
	if err != nil {
		return
	}
	c.SetReadLimit(authFrame)
	s.client, s.longest = c, longestOf(a.kind)
	ctx, cancel := context.WithCancel(p.last)
	defer cancel()
	err = serve(ctx)
	p.leave(c)
	s.end(err)
	cancel()
	s.readers.Wait()
}

// longestOf bounds the messages of a client after the first: an event has at most
// 1.5 MB, a worker's hello and heartbeats are short, and a filter is too.
func longestOf(kind kind) int64 {
	if kind == eventsInKind {
		return longestEvent
	}
	return longestWord
}

const (
	longestEvent = 2 << 20
	longestWord  = 256 << 10
)

// speaks reports whether a client has the subprotocol.
func speaks(r *http.Request) bool {
	for _, header := range r.Header.Values("Sec-WebSocket-Protocol") {
		for _, name := range strings.Split(header, ",") {
			if strings.TrimSpace(name) == prefect.Subprotocol {
				return true
			}
		}
	}
	return false
}

// socket is a client's websocket that ends at the gateway.
type socket struct {
	p      *Proxy
	client *websocket.Conn
	path   *url.URL    // the server's address of the same
	header http.Header // of the client, as far as the server wants to see it
	auth   []byte      // the client's auth frame
	// refused is the reason that a client without the password is told, "" for what
	// was wrong.
	refused string
	// longest bounds the client's further messages, in bytes.
	longest int64
	// readers are the goroutines that serve it, which end with its context.
	readers sync.WaitGroup
}

// refusal is how the server ended a websocket for good; the client is told the same.
type refusal struct {
	code   websocket.StatusCode
	reason string
}

func (r *refusal) Error() string { return r.reason }

// end closes the client's websocket the way err asks for.
func (s *socket) end(err error) {
	var r *refusal
	switch {
	case errors.As(err, &r):
		_ = s.client.Close(r.code, r.reason)
	case s.p.ending():
		_ = s.client.Close(errRestart.code, errRestart.reason)
	case err == nil, websocket.CloseStatus(err) != -1:
		_ = s.client.Close(websocket.StatusNormalClosure, "")
	default:
		s.p.log.Debug("a websocket ended", "path", s.path.Path, "error", err)
		_ = s.client.CloseNow()
	}
}

// dial opens the same websocket at the server, which is woken if need be, and
// shows it the client's auth frame. It gives the server's reply.
func (s *socket) dial(ctx context.Context, marked bool) (*websocket.Conn, []byte, error) {
	header := s.header.Clone()
	if marked {
		header.Set(wire.GatewayHeader, s.p.settings.Name)
	}
	hold, cancel := context.WithTimeout(ctx, time.Duration(s.p.settings.Hold))
	defer cancel()
	address := *s.path
	address.Scheme = "ws" + strings.TrimPrefix(address.Scheme, "http")
	for try := 0; ; try++ {
		if s.p.view.sleeping() || try > 0 {
			if err := s.p.wake(hold); err != nil {
				return nil, nil, err
			}
		}
		up, reply, err := s.dialOnce(hold, address.String(), header)
		if err == nil {
			s.p.view.woke()
			return up, reply, nil
		}
		var r *refusal
		if errors.As(err, &r) || !s.p.pause(hold, try) {
			return nil, nil, err
		}
	}
}

func (s *socket) dialOnce(ctx context.Context, address string, header http.Header) (*websocket.Conn, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	up, answer, err := websocket.Dial(ctx, address, &websocket.DialOptions{Subprotocols: []string{prefect.Subprotocol}, HTTPHeader: header})
	if err != nil {
		if answer != nil && answer.StatusCode >= http.StatusBadRequest && answer.StatusCode < http.StatusInternalServerError {
			return nil, nil, &refusal{websocket.StatusPolicyViolation, answer.Status}
		}
		return nil, nil, err
	}
	up.SetReadLimit(longestFrame)
	err = up.Write(ctx, websocket.MessageText, s.auth)
	var reply []byte
	if err == nil {
		_, reply, err = up.Read(ctx)
	}
	if err != nil {
		_ = up.CloseNow()
		return nil, nil, final(err)
	}
	return up, reply, nil
}

// final turns the end of a server's websocket into a refusal, if coming back
// would be of no use.
func final(err error) error {
	var closed websocket.CloseError
	if !errors.As(err, &closed) {
		return err
	}
	switch closed.Code {
	case websocket.StatusPolicyViolation, websocket.StatusProtocolError, websocket.StatusInvalidFramePayloadData, websocket.StatusUnsupportedData:
		return &refusal{closed.Code, closed.Reason}
	}
	return err
}

// authorise takes the client's auth frame and answers it: at once when the
// server took the same before, else with the server's own reply. It gives the
// server's websocket if one was opened for this.
func (s *socket) authorise(ctx context.Context, marked bool) (*websocket.Conn, error) {
	opening, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	_, frame, err := s.client.Read(opening)
	if err != nil {
		return nil, err
	}
	s.auth = frame
	if reason := s.p.refusal(frame); reason != "" {
		s.p.log.Warn("a websocket was refused", "path", s.path.Path, "reason", reason)
		return nil, &refusal{websocket.StatusPolicyViolation, cmp.Or(s.refused, reason)}
	}
	s.client.SetReadLimit(s.longest)
	known := key("auth", string(frame), s.header.Get("Authorization"))
	if s.p.memory.accepts(known) {
		return nil, s.welcome(ctx, success)
	}
	dialing, cancelDialing := endingWith(ctx, s.p.ctx)
	up, reply, err := s.dial(dialing, marked)
	cancelDialing()
	switch {
	case err != nil && s.p.ending(): // the client shows its password again where it will count
		return nil, s.welcome(ctx, success)
	case err != nil:
		return nil, err
	}
	s.p.memory.accept(known)
	if err := s.welcome(ctx, reply); err != nil {
		_ = up.CloseNow()
		return nil, err
	}
	return up, nil
}

// success is the answer to an auth frame.
var success = []byte(prefect.AuthSuccess)

// welcome answers the client's auth frame, which opens its websocket.
func (s *socket) welcome(ctx context.Context, reply []byte) error {
	if err := s.client.Write(ctx, websocket.MessageText, reply); err != nil {
		return err
	}
	if !s.p.enter(s.client) {
		return errRestart
	}
	return nil
}

// refusal says why an auth frame does not show the password, "" when it does or
// none is known here.
func (p *Proxy) refusal(frame []byte) string {
	var f struct {
		Type  string `json:"type"`
		Token any    `json:"token"`
	}
	token, isText := "", false
	if json.Unmarshal(frame, &f) == nil {
		token, isText = f.Token.(string)
	}
	switch {
	case !p.password.Asked():
		return ""
	case f.Type != "auth":
		return "Expected 'auth' message"
	case !isText || token == "":
		return "Auth required but no token provided"
	case !p.password.Is(token):
		return "Invalid token"
	}
	return ""
}

// password is what the client's auth frame holds, "" for nothing.
func (s *socket) password() string {
	var frame struct {
		Token string `json:"token"`
	}
	if json.Unmarshal(s.auth, &frame) != nil {
		return ""
	}
	if frame.Token == "" { // it may be in the header instead
		if shown, ok := access.Basic(s.header.Get("Authorization")); ok {
			return shown
		}
	}
	return frame.Token
}

// finish ends a server's websocket in order, which takes 5 s when the server does
// not answer. Nobody waits for it but the end of the whole.
func (s *socket) finish(up *websocket.Conn) {
	s.readers.Go(func() { _ = up.Close(websocket.StatusNormalClosure, "") })
}
