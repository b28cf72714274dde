package concurrency

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestWaiting(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	task := &Holder{TaskRunHolder, uuid.New()}
	names := []string{"tag:a", "tag:b"}
	for name, test := range map[string]struct {
		do     func(*Waiting) time.Duration
		waited time.Duration
		left   int // who waits at second 40
	}{
		"free at once": {func(w *Waiting) time.Duration { return w.Taken(task, names, at(0)) }, 0, 0},
		"refused":      {func(w *Waiting) time.Duration { w.Refused(task, names, 1, at(35), at(38)); return 0 }, 0, 1},
		"refused twice is one": {func(w *Waiting) time.Duration {
			w.Refused(task, names, 1, at(30), at(32))
			w.Refused(task, names, 1, at(33), at(36))
			return w.Taken(task, names, at(36))
		}, 6 * time.Second, 0},
		"gone": {func(w *Waiting) time.Duration { w.Refused(task, names, 1, at(0), at(5)); return 0 }, 0, 0},
		"gone, then taken": {func(w *Waiting) time.Duration {
			w.Refused(task, names, 1, at(0), at(5))
			return w.Taken(task, names, at(39))
		}, 0, 0},
		"gone, then again": {func(w *Waiting) time.Duration {
			w.Refused(task, names, 1, at(0), at(1))
			w.Refused(task, names, 1, at(35), at(37))
			return w.Taken(task, names, at(39))
		}, 4 * time.Second, 0},
		"nobody in particular": {func(w *Waiting) time.Duration {
			w.Refused(nil, names, 1, at(30), at(32))
			return w.Taken(nil, names, at(31))
		}, time.Second, 0},
		"another limit": {func(w *Waiting) time.Duration {
			w.Refused(nil, names, 1, at(30), at(32))
			return w.Taken(nil, names[:1], at(31))
		}, 0, 1},
		"another holder": {func(w *Waiting) time.Duration {
			w.Refused(task, names, 1, at(30), at(32))
			return w.Taken(nil, names, at(31))
		}, 0, 1},
		"no more than a bound": {func(w *Waiting) time.Duration { refuse(w, mostWaiters+5, at(30), at(39)); return 0 }, 0, mostWaiters},
		"a bound of those there": {func(w *Waiting) time.Duration {
			refuse(w, mostWaiters, at(0), at(1))
			refuse(w, 7, at(35), at(39))
			return 0
		}, 0, 7},
	} {
		t.Run(name, func(t *testing.T) {
			var w Waiting
			if waited := test.do(&w); waited != test.waited {
				t.Errorf("waited %s, want %s", waited, test.waited)
			}
			if left := w.Now(at(40)); len(left) != test.left {
				t.Errorf("%d wait, want %d", len(left), test.left)
			}
		})
	}
}

func refuse(w *Waiting, n int, now, again time.Time) {
	for range n {
		w.Refused(&Holder{TaskRunHolder, uuid.New()}, []string{"tag:a"}, 1, now, again)
	}
}
