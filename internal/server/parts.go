package server

import (
	"context"
	"errors"
	"sync"
)

// Part works in the background while the server answers.
type Part interface {
	// Start begins, and returns at once. What was begun ends with ctx or Stop.
	Start(ctx context.Context)
	// Stop ends what was begun, and waits for the piece of work under way.
	Stop()
	// Health returns why the part does not do its work, nil while it does.
	Health() error
}

type parts []Part

func (all parts) start(ctx context.Context) {
	for _, p := range all {
		p.Start(ctx)
	}
}

// stop stops all at once: none waits for another's piece of work.
func (all parts) stop() {
	var ending sync.WaitGroup
	for _, p := range all {
		ending.Go(p.Stop)
	}
	ending.Wait()
}

func (all parts) health() error {
	failures := make([]error, len(all))
	for i, p := range all {
		failures[i] = p.Health()
	}
	return errors.Join(failures...)
}

// loop is a part that is a function, which returns when its context ends.
type loop struct {
	run    func(context.Context)
	health func() error // nil for one that has nothing to tell

	end     context.CancelFunc
	running sync.WaitGroup
}

func (l *loop) Start(ctx context.Context) {
	ctx, l.end = context.WithCancel(ctx)
	l.running.Go(func() { l.run(ctx) })
}

func (l *loop) Stop() {
	if l.end != nil {
		l.end()
		l.running.Wait()
	}
}

func (l *loop) Health() error {
	if l.health == nil {
		return nil
	}
	return l.health()
}
