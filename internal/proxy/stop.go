package proxy

import (
	"context"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

const (
	// closeTime bounds the orderly end of websockets.
	closeTime = 500 * time.Millisecond
	// cutTime bounds the end of what was cut off after that.
	cutTime = 100 * time.Millisecond
)

// errRestart is how a websocket ends whose client is to open it again.
var errRestart = &refusal{websocket.StatusServiceRestart, ""}

// Stop asks every websocket to end, with 1012 ("service restart"). From now on the
// server is neither woken nor waited for; requests are answered with 503, and
// websockets are opened whole only to be closed so, since clients take anything
// less for a wrong address or password and give up for good. What has reached the
// server has until Close.
func (p *Proxy) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return
	}
	p.stopping = true
	p.cancel()
	for c := range p.open {
		go func() { _ = c.Close(errRestart.code, errRestart.reason) }()
	}
}

// Close stops, and ends everything under way: websockets for which the moment was
// too short are cut off, and requests that the server has not answered get 503.
func (p *Proxy) Close() {
	p.Stop()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		p.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-p.clock.After(closeTime):
	}
	p.cut()
	select {
	case <-ended:
	case <-p.clock.After(cutTime):
	}
	p.base.CloseIdleConnections()
}

// hold has Close wait for something until done is called; false once the proxy is
// closed.
func (p *Proxy) hold() (done func(), may bool) {
	ended := make(chan struct{})
	return func() { close(ended) }, p.begin(func() { <-ended })
}

// ending reports whether the proxy stops.
func (p *Proxy) ending() bool { return p.ctx.Err() != nil }

// enter reports whether a websocket that has opened may stay, until leave.
func (p *Proxy) enter(c *websocket.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return false
	}
	p.open[c] = struct{}{}
	return true
}

func (p *Proxy) leave(c *websocket.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, c)
}

// endingWith is a context that ends with another, too.
func endingWith(ctx, end context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(end, cancel)
	return ctx, func() { stop(); cancel() }
}

// dismiss opens a websocket of a client that sends no auth frame, only to close it:
// not before its first ping is answered, by which such a client finds out whether
// it is connected.
func (p *Proxy) dismiss(w http.ResponseWriter, r *http.Request) {
	done, may := p.hold()
	if !may {
		unavailable(w, comeBack)
		return
	}
	defer done()
	pinged := make(chan struct{}, 1)
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, // strangers are stopped by admits
		OnPingReceived: func(context.Context, []byte) bool {
			select {
			case pinged <- struct{}{}:
			default:
			}
			return true
		}})
	if err != nil {
		return
	}
	reading := c.CloseRead(p.last)
	select {
	case <-pinged:
		_ = c.Ping(reading) // its answer is read after the client's ping was answered
	case <-reading.Done():
	}
	_ = c.Close(errRestart.code, errRestart.reason)
}
