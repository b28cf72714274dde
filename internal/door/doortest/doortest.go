// Package doortest holds what every server must do whose clients are prefect's,
// when it stops.
package doortest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Serve serves at an address until stop is called, which returns once all is over.
// It may be called more than once.
type Serve func(t *testing.T) (address string, stop func())

// EveryoneIsAnswered connects without a pause while a server stops. Prefect's
// client forgives a refused connection, a 503 and a socket that closes after its
// handshake; anything less ends a flow run.
func EveryoneIsAnswered(t *testing.T, serve Serve) {
	for range 2 {
		address, stop := serve(t)
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

// NobodyWaitsForTheSilent has peers that connect and never say a word, at each step
// of a handshake. The stop must be over within a time.
func NobodyWaitsForTheSilent(t *testing.T, serve Serve, within time.Duration) {
	address, stop := serve(t)
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
	if took := time.Since(began); took > within {
		t.Errorf("the stop took %s", took)
	}
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
