package server

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/door"
	"github.com/reevehq/reeve/internal/door/doortest"
)

func TestEveryoneIsAnsweredAtTheStop(t *testing.T) { doortest.EveryoneIsAnswered(t, serveOnce) }

func TestStopDoesNotWaitForTheSilent(t *testing.T) {
	doortest.NobodyWaitsForTheSilent(t, serveOnce, drainTime+time.Second)
}

// serveOnce serves until the function that it returns is called, which returns
// when the server has stopped.
func serveOnce(t *testing.T) (address string, stop func()) {
	t.Helper()
	srv, err := openAt(t.Context(), filepath.Join(t.TempDir(), "reeve.db"), Config{API: api.Config{BasePath: "/api", DefaultLimit: 200}})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := door.Listen(t.Context(), "127.0.0.1:0")
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
