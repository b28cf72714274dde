package server

import (
	"context"
	"errors"
	"testing"
)

func TestPartsStopTogetherAndTellTheirHealth(t *testing.T) {
	broken := errors.New("broken")
	ended := make(chan struct{})
	waits := func(ctx context.Context) { <-ctx.Done() }
	all := parts{
		&loop{run: func(ctx context.Context) { waits(ctx); <-ended }}, // ends after the next has
		&loop{run: func(ctx context.Context) { waits(ctx); close(ended) }, health: func() error { return broken }},
		&loop{run: waits, health: func() error { return nil }},
	}
	all.stop() // what was not started has nothing to end
	all.start(t.Context())
	if err := all.health(); !errors.Is(err, broken) {
		t.Errorf("health is %v", err)
	}
	all.stop()
	if err := (parts{all[0], all[2]}).health(); err != nil {
		t.Errorf("health is %v", err)
	}
}
