package proxy

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/door"
	"github.com/reevehq/reeve/internal/door/doortest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/traffic"
)

// speakContract does what a server does that is up.
func speakContract(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") == "" {
		_, _ = io.WriteString(w, "{}")
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{prefect.Subprotocol}})
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	if c.Subprotocol() == prefect.Subprotocol {
		if _, _, err := c.Read(r.Context()); err != nil {
			return
		}
		if c.Write(r.Context(), websocket.MessageText, success) != nil {
			return
		}
	}
	_, _, _ = c.Read(r.Context()) // until the socket ends
}

// serveFront serves before a server, as the gateway and "reeve up" do.
func serveFront(f *fakeServer) doortest.Serve {
	return func(t *testing.T) (address string, stop func()) {
		machine, log := clock.System{}, slog.New(slog.DiscardHandler)
		p, err := New(Config{Settings: config.Gateway{API: "http://" + f.address + "/api", Name: "g", Hold: config.Span(30 * time.Second)}},
			machine, clock.NewIDs(machine), log)
		if err != nil {
			t.Fatal(err)
		}
		listener, err := door.Listen(t.Context(), "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		front := NewFront(listener, traffic.Paths{{Path: "/api/", Handler: p}}, p, machine, log)
		p.Start()
		served := make(chan error, 1)
		go func() { served <- front.Serve() }()
		return listener.Addr().String(), sync.OnceFunc(func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Second)
			defer cancel()
			_ = front.Close(ctx)
			_ = listener.Close()
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEveryoneIsAnsweredAtTheStop(t *testing.T) {
	f := newFakeServer(t)
	f.handler = speakContract
	doortest.EveryoneIsAnswered(t, serveFront(f))
}

// A server that is away must not keep a gateway that stops from answering: its
// clients wait for it.
func TestEveryoneIsAnsweredAtTheStopWithoutAServer(t *testing.T) {
	f := newFakeServer(t)
	f.stop()
	doortest.EveryoneIsAnswered(t, serveFront(f))
}

func TestStopDoesNotWaitForTheSilent(t *testing.T) {
	for name, up := range map[string]bool{"a server that answers": true, "a server that is away": false} {
		t.Run(name, func(t *testing.T) {
			f := newFakeServer(t)
			f.handler = speakContract
			if !up {
				f.stop()
			}
			doortest.NobodyWaitsForTheSilent(t, serveFront(f), 4*time.Second)
		})
	}
}

// A request that the server has and does not answer gets 503 at the stop, so that
// its client asks again.
func TestRequestsUnderWayAreAnsweredAtTheStop(t *testing.T) {
	f := newFakeServer(t)
	arrived := make(chan struct{})
	f.handler = func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/flows/" {
			close(arrived)
			<-r.Context().Done()
		}
	}
	address, stop := serveFront(f)(t)
	answered := make(chan *http.Response, 1)
	go func() {
		defer close(answered)
		res, err := http.Post("http://"+address+"/api/flows/", "application/json", nil)
		if err != nil {
			t.Error(err)
			return
		}
		_ = res.Body.Close()
		answered <- res
	}()
	<-arrived
	stop()
	if res := <-answered; res != nil && (res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Prefect-Maintenance") != "true") {
		t.Errorf("it was answered %s", res.Status)
	}
}
