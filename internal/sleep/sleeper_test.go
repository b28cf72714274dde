package sleep

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
)

// bed is a sleeper in simulated time, with an outlook that the test sets.
type bed struct {
	*Sleeper
	start time.Time

	mu        sync.Mutex
	next      time.Time // the deadline, zero for none
	busy      bool
	soon      bool
	unsaid    bool
	failing   bool
	looks     int
	committed chan struct{}
}

func newBed() *bed {
	machine := clock.System{}
	b := &bed{start: machine.Now(), committed: make(chan struct{}, 1)}
	b.Sleeper = &Sleeper{Settings: Settings{After: 30 * time.Second, Least: time.Minute}, Clock: machine,
		Activity: NewActivity(machine), Log: slog.New(slog.DiscardHandler),
		Watch: func() (<-chan struct{}, func()) { return b.committed, func() {} },
		Look: func(context.Context) (Outlook, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.looks++
			if b.failing {
				return Outlook{}, errors.New("no outlook")
			}
			o := Outlook{Now: prefect.At(machine.Now()), Busy: b.busy, soon: b.soon, unsaid: b.unsaid}
			if !b.next.IsZero() {
				o.NextDeadline = prefect.AtPointer(b.next)
			}
			return o, nil
		}}
	return b
}

// at does what after d.
func at(b *bed, d time.Duration, what func()) {
	time.AfterFunc(d, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		what()
	})
}

func TestWhenToSleep(t *testing.T) {
	tests := []struct {
		name    string
		arrange func(b *bed)
		want    time.Duration // after the start
	}{
		{"nothing goes on", func(*bed) {}, 30 * time.Second},
		{"a request is under way", func(b *bed) { at(b, 10*time.Minute, b.Activity.Begin()) }, 10*time.Minute + 30*time.Second},
		{"a request comes before the time is over", func(b *bed) {
			at(b, 20*time.Second, func() { b.Activity.Begin()() })
		}, 50 * time.Second},
		{"a websocket is open", func(b *bed) { at(b, time.Hour, b.Activity.open("/events/out")) }, time.Hour + 30*time.Second},
		{"the deadline is far", func(b *bed) { b.next = b.start.Add(30*time.Second + time.Minute) }, 30 * time.Second},
		{"the deadline is near", func(b *bed) {
			b.next = b.start.Add(60 * time.Second)
			at(b, 60*time.Second-time.Millisecond, func() { b.next = time.Time{} }) // it is over, and what was due is done
		}, 60 * time.Second},
		{"what was due is done by a request", func(b *bed) {
			b.next = b.start.Add(60 * time.Second)
			at(b, 59*time.Second, func() { b.Activity.Begin()() })
			at(b, 70*time.Second, func() { b.next = time.Time{}; b.Activity.Begin()() })
		}, 100 * time.Second},
		{"a run ends without a request", func(b *bed) {
			b.busy = true
			at(b, time.Hour, func() { b.busy = false; b.committed <- struct{}{} })
		}, time.Hour},
		{"the services are at work", func(b *bed) {
			b.busy, b.soon = true, true
			at(b, 31500*time.Millisecond, func() { b.busy, b.soon = false, false })
		}, 32 * time.Second},
		{"a webhook is marked as delivered after its request", func(b *bed) {
			b.busy, b.unsaid = true, true
			at(b, 31*time.Second, func() { b.busy, b.unsaid = false, false })
		}, 60 * time.Second},
		{"the outlook cannot be read for a while", func(b *bed) {
			b.failing = true
			at(b, 40*time.Second, func() { b.failing = false })
		}, 60 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBed()
				test.arrange(b)
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
				defer cancel()
				m, err := b.Wait(ctx)
				if got := b.Clock.Now().Sub(b.start); err != nil || got != test.want {
					t.Errorf("may sleep after %s, want %s; %v", got, test.want, err)
				}
				if !b.Still(ctx, m) {
					t.Error("and then may not")
				}
				if b.looks > 8 {
					t.Errorf("looked %d times", b.looks)
				}
			})
		})
	}
}

func TestALoadedServerIsNotWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer cancel()
			for range 10_000 {
				end := b.Activity.Begin()
				time.Sleep(50 * time.Millisecond)
				end()
			}
		}()
		if _, err := b.Wait(ctx); err == nil || b.looks > 0 {
			t.Errorf("looked %d times, %v", b.looks, err)
		}
	})
}

func TestNoSleepAfterAll(t *testing.T) {
	tests := []struct {
		name string
		then func(b *bed)
	}{
		{"a request is under way", func(b *bed) { b.Activity.Begin() }},
		{"a request came and went", func(b *bed) { b.Activity.Begin()() }},
		{"a run has begun", func(b *bed) { b.busy = true }},
		{"a deadline has come near", func(b *bed) { b.next = b.Clock.Now().Add(time.Second) }},
		{"the outlook cannot be read", func(b *bed) { b.failing = true }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBed()
				m, err := b.Wait(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				test.then(b)
				if b.Still(t.Context(), m) {
					t.Error("it may sleep")
				}
			})
		})
	}
}
