package proxy

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/door"
	"github.com/reevehq/reeve/internal/traffic"
)

// Front is where a gateway listens: the way in to its proxy and to what else it
// serves.
type Front struct {
	entry       *door.Door
	connections *door.Connections
	guard       *traffic.Guard
	proxy       *Proxy
	srv         *http.Server
}

// NewFront makes a front on a listener. handler is all that is served, the proxy
// included.
func NewFront(listener net.Listener, handler http.Handler, proxy *Proxy, machine clock.Clock, log *slog.Logger) *Front {
	f := &Front{entry: door.New(listener), connections: door.NewConnections(machine), guard: traffic.NewGuard(handler, 0, machine), proxy: proxy}
	f.srv = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: traffic.HeaderBytes,
		ConnState: func(c net.Conn, state http.ConnState) {
			f.guard.Note(c, state)
			f.connections.Note(c, state)
		},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	return f
}

// Serve answers until Close, which makes it return nil.
func (f *Front) Serve() error {
	err := f.srv.Serve(f.guard.Listen(f.entry))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// lastAnswers bounds the writing of answers once the proxy is closed.
const lastAnswers = 200 * time.Millisecond

// Close closes the proxy and ends the front, so that whoever has connected is
// answered: what is under way has until ctx ends. The listener stays open, barred,
// for whoever opened it to close last of all.
func (f *Front) Close(ctx context.Context) error {
	door.Clear(ctx, f.entry, f.connections, false, f.proxy.Stop)
	f.proxy.Close()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastAnswers)
	defer cancel()
	if f.srv.Shutdown(last) != nil {
		return f.srv.Close() // what is still open is none that waits for an answer of ours
	}
	return nil
}
