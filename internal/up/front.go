package up

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/door"
	"github.com/reevehq/reeve/internal/proxy"
	"github.com/reevehq/reeve/internal/traffic"
)

// front is where workers reach the API: a gateway's proxy on a port of its own.
// What they ask only because they wait is marked there, so that it does not keep
// the machine awake.
type front struct {
	*proxy.Front
	listener net.Listener
	url      string // of the API
	ended    chan struct{}
}

// frontTime bounds the end of requests under way when the front closes.
const frontTime = 100 * time.Millisecond

// openFront opens it before the server at api, whose memory its requests draw on.
func openFront(api, auth string, memory *budget.Memory, log *slog.Logger) (*front, error) {
	machine := clock.System{}
	pass, err := proxy.New(proxy.Config{Settings: config.Gateway{API: api, Name: "up", Hold: config.Span(30 * time.Second)},
		Auth: auth, Local: true}, machine, clock.NewIDs(machine), log)
	if err != nil {
		return nil, err
	}
	listener, err := door.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for workers: %w", err)
	}
	paths := traffic.Claims(memory)(traffic.Paths{{Path: "/api/", Handler: pass}})
	f := &front{Front: proxy.NewFront(listener, paths, pass, machine, log), listener: listener,
		url: "http://" + listener.Addr().String() + "/api", ended: make(chan struct{})}
	go func() {
		defer close(f.ended)
		if err := f.Serve(); err != nil {
			log.Error("workers cannot reach the API", "error", err)
		}
	}()
	return f, nil
}

// close ends the front; the workers have ended by then.
func (f *front) close() {
	ctx, cancel := context.WithTimeout(context.Background(), frontTime)
	defer cancel()
	_ = f.Close(ctx) // what is still open belongs to nobody
	_ = f.listener.Close()
	<-f.ended
}
