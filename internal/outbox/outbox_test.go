package outbox

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func delivered(context.Context, *row) Result { return Result{Made: "a run"} }

func TestALaneKeepsItsOrderAndHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &rows{}
		s.add("a", 5)
		s.add("b", 5)
		var mu sync.Mutex
		order := map[string][]int64{}
		failures := 0
		o := newOutbox(t, s, func(_ context.Context, r *row) Result {
			mu.Lock()
			defer mu.Unlock()
			if r.Seq == 1 && failures < 3 {
				failures++
				return Result{Err: errors.New("not now")}
			}
			order[r.Lane] = append(order[r.Lane], r.Seq)
			return Result{Made: "a run"}
		})
		o.Start(t.Context())
		defer o.Stop()
		synctest.Wait()
		if s.number(Delivered) != 6 || s.at(1).text != "not now" {
			t.Errorf("%d were delivered while the second waits; it was kept that %q", s.number(Delivered), s.at(1).text)
		}
		time.Sleep(7 * time.Second) // 1 s, 2 s and 4 s, less a fifth at most
		synctest.Wait()
		if !slices.Equal(order["a"], []int64{0, 1, 2, 3, 4}) || !slices.Equal(order["b"], []int64{5, 6, 7, 8, 9}) || s.at(1).attempts != 3 {
			t.Errorf("%v after %d failures", order, s.at(1).attempts)
		}
		if n, bytes := o.Waiting(); n != 0 || bytes != 0 {
			t.Errorf("%d of %d bytes wait", n, bytes)
		}
	})
}

func TestAllWaitWhileSomebodyIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &rows{}
		for lane := range 20 {
			s.add(string(rune('a'+lane)), 1)
		}
		var attempts atomic.Int64
		var here atomic.Bool
		o := newOutbox(t, s, func(context.Context, *row) Result {
			attempts.Add(1)
			if !here.Load() {
				return Result{Err: errors.New("no answer"), Away: true, RetryAfter: 30 * time.Second}
			}
			return Result{Made: "a run"}
		})
		o.Start(t.Context())
		defer o.Stop()
		time.Sleep(29 * time.Second)
		synctest.Wait()
		if n := attempts.Load(); n == 0 || n > carriers {
			t.Errorf("%d attempts while it is known to be away", n)
		}
		if since, reason := o.Away(); reason == nil || time.Since(since) != 29*time.Second || !s.heard("away: no answer") {
			t.Errorf("away since %v: %v; reported %q", since, reason, s.reported)
		}
		here.Store(true)
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, reason := o.Away(); s.number(Delivered) != 20 || reason != nil || !s.heard("back after 30s") {
			t.Errorf("%d were delivered; away: %v; reported %q", s.number(Delivered), reason, s.reported)
		}
	})
}

func TestADeadLetterIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &rows{}
		s.add("a", 2)
		var mended atomic.Bool
		o := newOutbox(t, s, func(_ context.Context, r *row) Result {
			if !mended.Load() && r.Seq == 0 {
				return Result{Err: errors.New("no such deployment"), Final: true}
			}
			return Result{Made: "a run"}
		})
		o.Start(t.Context())
		defer o.Stop()
		synctest.Wait()
		if s.number(Dead) != 1 || s.number(Delivered) != 1 || s.at(0).text != "no such deployment" || !s.heard("dead") {
			t.Fatalf("%d are dead, %d delivered", s.number(Dead), s.number(Delivered))
		}
		mended.Store(true)
		s.resend(0)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if s.number(Delivered) != 2 {
			t.Errorf("%d were delivered", s.number(Delivered))
		}
	})
}

// What cannot be written down is tried again: the mark decides, not the answer.
func TestADeliveryThatCannotBeMarkedIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &rows{broken: errBroken}
		s.add("a", 1)
		o := newOutbox(t, s, delivered)
		o.Start(t.Context())
		defer o.Stop()
		synctest.Wait()
		if s.number(Waiting) != 1 || !s.heard("unwritten: the disk is full") {
			t.Fatalf("reported %q", s.reported)
		}
		s.mu.Lock()
		s.broken = nil
		s.mu.Unlock()
		time.Sleep(time.Second)
		synctest.Wait()
		if s.number(Delivered) != 1 {
			t.Error("it was not tried again")
		}
	})
}

func TestStopEndsWhatIsUnderWay(t *testing.T) {
	for name, test := range map[string]struct {
		takes time.Duration
		stops time.Duration
		left  Status
	}{
		"an attempt that ends in time": {time.Second, time.Second, Delivered},
		"one that would go on":         {time.Hour, drainTime, Waiting},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &rows{}
				s.add("a", 2)
				o := newOutbox(t, s, func(ctx context.Context, _ *row) Result {
					select {
					case <-time.After(test.takes):
						return Result{Made: "a run"}
					case <-ctx.Done():
						return Result{Err: ctx.Err()}
					}
				})
				o.Start(t.Context())
				synctest.Wait()
				began := time.Now()
				o.Stop()
				if took := time.Since(began); took != test.stops || s.at(0).status != test.left || s.at(1).status != Waiting {
					t.Errorf("stopped after %v; they are %s and %s", took, s.at(0).status, s.at(1).status)
				}
				if at := s.at(0); at.attempts != 0 || at.text != "" && at.status == Waiting {
					t.Errorf("what was cut off counts as %d attempts: %q", at.attempts, at.text)
				}
				o.Stop() // again is harmless
				o = newOutbox(t, s, delivered)
				o.Start(t.Context())
				defer o.Stop()
				synctest.Wait()
				if s.number(Delivered) != 2 {
					t.Errorf("%d were delivered by the next", s.number(Delivered))
				}
			})
		})
	}
}

func TestWhatWasKeptLongEnoughIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &rows{}
		s.add("a", 2)
		o := newOutbox(t, s, func(_ context.Context, r *row) Result {
			if r.Seq == 0 {
				return Result{Err: errors.New("no"), Final: true}
			}
			return Result{Made: "a run"}
		})
		o.Start(t.Context())
		defer o.Stop()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if !s.heard("purged delivered") || s.number(Dead) != 1 {
			t.Errorf("after two hours: reported %q", s.reported)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if !s.heard("purged dead") {
			t.Errorf("after four hours: reported %q", s.reported)
		}
	})
}

func TestRoomIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		number, size int
		room         bool
	}{
		"by number":                   {100, 0, false},
		"one less":                    {99, 0, true},
		"by bytes":                    {50, 501, false},
		"by bytes, to the last of it": {50, 500, true},
	} {
		s := &rows{}
		s.add("a", test.number)
		for _, r := range s.all {
			r.Size = min(10, 500/test.number)
		}
		o := newOutbox(t, s, delivered)
		if got := o.Room(test.size); got != test.room {
			t.Errorf("%s: %v", name, got)
		}
		o.Add(s.all[0].Item)
		if n, _ := o.Waiting(); n != test.number {
			t.Errorf("%s: what is known already was added", name)
		}
	}
}
