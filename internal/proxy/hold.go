package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/traffic"
)

const (
	// knock bounds one attempt to wake the server: hosts hold a connection while
	// they start a machine.
	knock = 10 * time.Second
	// The pause between two attempts grows from the first to the second.
	firstKnock = 50 * time.Millisecond
	mostKnock  = time.Second
	// comeBack is when a client that could not be served is asked to come back.
	comeBack = 5 * time.Second
)

// away says that a request did not reach the server, so that it may be sent again.
type away struct{ reason error }

func (a *away) Error() string { return "the server cannot be reached: " + a.reason.Error() }
func (a *away) Unwrap() error { return a.reason }

// errAsleep ends what is only asked because somebody waits, once the server said
// that it goes to sleep.
var errAsleep = errors.New("the server sleeps")

// holder is the http.RoundTripper that brings requests to the server. One that
// did not reach it, because it starts or stops, is held and sent again, if its
// body was kept.
type holder struct{ p *Proxy }

// RoundTrip implements http.RoundTripper.
func (h *holder) RoundTrip(r *http.Request) (*http.Response, error) {
	p := h.p
	waits := askedOf(r.Context()).waits()
	hold, cancel := context.WithTimeout(r.Context(), time.Duration(p.settings.Hold))
	defer cancel()
	if p.view.sleeping() {
		if err := p.wake(hold); err != nil {
			return nil, &away{err}
		}
	}
	for try := 0; ; try++ {
		res, err := p.base.RoundTrip(r)
		reason := unreached(res, err)
		if reason == nil {
			if err == nil && p.view.woke() {
				p.log.Debug("the server is awake")
			}
			return res, err
		}
		kept := r.Body == nil || r.Body == http.NoBody || r.GetBody != nil
		if !kept && res != nil {
			return res, nil // it says itself to come back
		}
		if res != nil {
			_ = res.Body.Close()
		}
		switch {
		case !kept:
			return nil, &away{reason}
		case waits && p.view.sleeping():
			return nil, errAsleep
		}
		if try == 0 {
			p.count.held.Add(1)
		} else if !p.pause(hold, try) {
			return nil, &away{reason}
		}
		if err := p.wake(hold); err != nil {
			return nil, &away{reason}
		}
		if r, err = again(r); err != nil {
			return nil, err
		}
	}
}

// unreached says why a request did not reach the server's own work; nil when it
// did, or may have.
func unreached(res *http.Response, err error) error {
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return err
	case err == nil && res.StatusCode == http.StatusServiceUnavailable && res.Header.Get(prefect.MaintenanceHeader) == "true":
		return errors.New("it is starting or stopping")
	}
	return nil
}

// again is a request with its body from the start.
func again(r *http.Request) (*http.Request, error) {
	repeat := r.Clone(r.Context())
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		repeat.Body = body
	}
	return repeat, nil
}

// pause waits before another attempt; false when ctx ended first.
func (p *Proxy) pause(ctx context.Context, try int) bool {
	select {
	case <-p.clock.After(min(mostKnock, firstKnock<<min(try, 10))):
		return true
	case <-ctx.Done():
		return false
	}
}

// waking is one attempt to wake the server, shared by all who need it.
type waking struct {
	done chan struct{}
	err  error
}

// wake returns once the server answers, or fails when it does not until ctx ends.
func (p *Proxy) wake(ctx context.Context) error {
	p.mu.Lock()
	w := p.waking
	if w == nil {
		w = &waking{done: make(chan struct{})}
		if p.stopping {
			p.mu.Unlock()
			return context.Canceled
		}
		p.waking = w
		p.running.Go(func() {
			w.err = p.knock()
			p.mu.Lock()
			p.waking = nil
			p.mu.Unlock()
			close(w.done)
		})
	}
	p.mu.Unlock()
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// knock asks for the server's health until it answers, at most as long as
// requests are held.
func (p *Proxy) knock() error {
	ctx, cancel := context.WithTimeout(p.ctx, time.Duration(p.settings.Hold))
	defer cancel()
	started, slept := p.clock.Now(), p.view.sleeping()
	for try := 0; ; try++ {
		err := p.health(ctx)
		if err == nil {
			if p.view.woke() || slept {
				took := p.clock.Now().Sub(started)
				p.count.wakes.Time(took)
				p.log.Info("the server was woken", "took", took.Round(time.Millisecond))
			}
			return nil
		}
		if !p.pause(ctx, try) {
			p.count.unwoken.Add(1)
			return err
		}
	}
}

// health is nil when the server answers. That it is unwell is an answer too.
func (p *Proxy) health(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, knock)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.server.String()+"/health", nil)
	if err != nil {
		return err
	}
	res, err := p.base.RoundTrip(r)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	_ = res.Body.Close()
	own := strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") && res.Header.Get(prefect.MaintenanceHeader) == ""
	if res.StatusCode >= http.StatusBadGateway && res.StatusCode <= http.StatusGatewayTimeout && !own {
		return errors.New("it answers " + res.Status)
	}
	return nil
}

// failed answers a request that the server did not.
func (p *Proxy) failed(w http.ResponseWriter, r *http.Request, err error) {
	a := askedOf(r.Context())
	var gone *away
	switch {
	case p.ending() && a.unopened != nil:
		a.unopened()
	case p.last.Err() != nil: // whether the server has taken it is not known
		w.Header().Set("Connection", "close")
		unavailable(w, time.Second)
	case r.Context().Err() != nil:
		w.WriteHeader(http.StatusBadGateway) // nobody reads it
	case errors.Is(err, errAsleep) && p.remembered(w, r, a):
	case errors.Is(err, errAsleep), errors.As(err, &gone):
		p.count.failed.Add(1)
		p.log.Warn("the server cannot be reached", "method", r.Method, "path", r.URL.Path, "error", err)
		unavailable(w, comeBack)
	default:
		p.count.failed.Add(1)
		p.log.Warn("the server did not answer", "method", r.Method, "path", r.URL.Path, "error", err)
		traffic.Answer(w, http.StatusBadGateway, map[string]any{"exception_message": "The server did not answer"})
	}
}
