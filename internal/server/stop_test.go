package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/api"
)

// TestEveryoneIsAnsweredAtTheStop connects without a pause while a server stops.
// Prefect's client forgives a refused connection, a 503 and a socket that closes
// after its handshake; anything less ends a flow run.
func TestEveryoneIsAnsweredAtTheStop(t *testing.T) {
	for range 2 {
		address, stop := serveOnce(t)
		var clients sync.WaitGroup
		faults := make(chan error, 100)
		for _, visit := range []func(context.Context, string) error{openSocket, openSocket, openSocket, openOldSocket, request, request} {
			clients.Go(func() {
				for t.Context().Err() == nil {
					err := visit(t.Context(), address)
					if errors.Is(err, syscall.ECONNREFUSED) {
						return
					}
					if err != nil {
						select {
						case faults <- err:
						default:
						}
					}
				}
			})
		}
		time.Sleep(100 * time.Millisecond) // some are under way at any moment
		stop()
		clients.Wait()
		close(faults)
		for err := range faults {
			t.Error(err)
		}
	}
}

// TestStopDoesNotWaitForTheSilent has peers that connect and never say a word, at
// each step of a handshake.
func TestStopDoesNotWaitForTheSilent(t *testing.T) {
	address, stop := serveOnce(t)
	silent, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, say := range []string{"", `{"type":"auth","token":null}`} {
		c, _, err := websocket.Dial(t.Context(), "ws://"+address+"/api/events/in", &websocket.DialOptions{Subprotocols: []string{"prefect"}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.CloseNow() }()
		if say != "" {
			if err := c.Write(t.Context(), websocket.MessageText, []byte(say)); err != nil {
				t.Fatal(err)
			}
		}
	}
	began := time.Now()
	stop()
	if took := time.Since(began); took > drainTime+time.Second {
		t.Errorf("the stop took %s", took)
	}
}

// serveOnce serves until the function that it returns is called, which returns
// when the server has stopped.
func serveOnce(t *testing.T) (address string, stop func()) {
	t.Helper()
	srv, err := Open(t.Context(), Config{Database: filepath.Join(t.TempDir(), "reeve.db"), Migrate: true,
		API: api.Config{BasePath: "/api", DefaultLimit: 200}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ctx, listener) }()
	return listener.Addr().String(), sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// openSocket does what prefect's client does and waits for the end.
func openSocket(ctx context.Context, address string) error {
	c, _, err := websocket.Dial(ctx, "ws://"+address+"/api/events/in", &websocket.DialOptions{Subprotocols: []string{"prefect"}})
	if err != nil {
		return fmt.Errorf("upgrade: %w", err)
	}
	defer func() { _ = c.CloseNow() }()
	if err := c.Write(ctx, websocket.MessageText, []byte(`{"type":"auth","token":null}`)); err != nil {
		return fmt.Errorf("auth: %w", err)
	}
	_, said, err := c.Read(ctx)
	if err != nil {
		return fmt.Errorf("the answer to auth: %w", err)
	}
	if string(said) != `{"type":"auth_success"}` {
		return fmt.Errorf("auth was answered %s", said)
	}
	brief, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_, _, err = c.Read(brief)
	if status := websocket.CloseStatus(err); status != -1 && status != websocket.StatusServiceRestart {
		return fmt.Errorf("closed with %d", status)
	}
	return nil
}

// openOldSocket does what prefect's client did before there were auth frames: it
// pings.
func openOldSocket(ctx context.Context, address string) error {
	c, _, err := websocket.Dial(ctx, "ws://"+address+"/api/events/in", nil)
	if err != nil {
		return fmt.Errorf("upgrade without a protocol: %w", err)
	}
	defer func() { _ = c.CloseNow() }()
	ctx = c.CloseRead(ctx)
	if err := c.Ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

func request(ctx context.Context, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/api/health", nil)
	if err != nil {
		return err
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Prefect-Maintenance") == "true" {
		return nil
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("/health answered %d", answer.StatusCode)
	}
	return nil
}
