package up

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/gateway"
	"github.com/reevehq/reeve/internal/traffic"
)

// front is where workers reach the API: a gateway's proxy on a port of its own.
// What they ask only because they wait is marked there, so that it does not keep
// the machine awake.
type front struct {
	proxy *gateway.Proxy
	srv   *http.Server
	url   string // of the API
	ended chan struct{}
}

// frontTime bounds the end of requests under way when the front closes.
const frontTime = 100 * time.Millisecond

func openFront(api, auth string, log *slog.Logger) (*front, error) {
	machine := clock.System{}
	proxy, err := gateway.NewProxy(gateway.ProxyConfig{Settings: config.Gateway{API: api, Name: "up", Hold: config.Span(30 * time.Second)},
		Auth: auth, Local: true}, machine, clock.NewIDs(machine), log)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for workers: %w", err)
	}
	paths := traffic.Paths{{Path: "/api/", Handler: proxy}}
	f := &front{proxy: proxy, url: "http://" + listener.Addr().String() + "/api", ended: make(chan struct{}),
		srv: &http.Server{Handler: paths, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}}
	go func() {
		defer close(f.ended)
		if err := f.srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("workers cannot reach the API", "error", err)
		}
	}()
	return f, nil
}

// close ends the front; the workers have ended by then.
func (f *front) close() {
	f.proxy.Close()
	ctx, cancel := context.WithTimeout(context.Background(), frontTime)
	defer cancel()
	if f.srv.Shutdown(ctx) != nil {
		_ = f.srv.Close() // what is still open belongs to nobody
	}
	<-f.ended
}
