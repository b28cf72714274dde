package proxy

import (
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
)

// outlook is what the server said it will next be needed for.
type outlook struct {
	// Deadline is when it must next be awake, nil for never.
	Deadline *prefect.Time
	// Pools say when a pool next has a run to start, nil for never.
	Pools map[string]*prefect.Time
}

// view is what is known of the server:
//
//	        it says that it goes to sleep, or that it
//	        has nothing to do and cannot call
//	awake -------------------------------------------> asleep
//	  ^                                                   |
//	  '---------------------------------------------------'
//	   something had to reach it and did, or it called
//
// That it sleeps is a belief, which costs nothing when it is wrong: whatever
// must reach the server is sent to it anyway.
type view struct {
	clock clock.Clock

	mu      sync.Mutex
	asleep  bool
	since   time.Time // of asleep
	calls   bool      // the server has called this gateway
	outlook outlook
	under   int       // requests under way that are more than waiting
	last    time.Time // when such a request was last under way
	changed chan struct{}
}

func newView(c clock.Clock) *view {
	return &view{clock: c, since: c.Now(), last: c.Now(), changed: make(chan struct{})}
}

// glimpse is a view at one moment.
type glimpse struct {
	asleep, calls bool
	since         time.Time
	outlook       outlook
	// idle is for how long nothing but waiting went on.
	idle    time.Duration
	changed <-chan struct{} // closed at the next change of asleep, calls or outlook
}

func (v *view) now() glimpse {
	v.mu.Lock()
	defer v.mu.Unlock()
	g := glimpse{asleep: v.asleep, calls: v.calls, since: v.since, outlook: v.outlook, changed: v.changed}
	if v.under == 0 {
		g.idle = v.clock.Now().Sub(v.last)
	}
	return g
}

// change makes a change and tells of it. It must be called with mu held.
func (v *view) change() {
	close(v.changed)
	v.changed = make(chan struct{})
}

// woke notes that the server answers; true when it was believed to sleep.
func (v *view) woke() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.asleep {
		return false
	}
	v.asleep, v.since = false, v.clock.Now()
	v.change()
	return true
}

// slept notes that the server sleeps, and until when it does not matter.
func (v *view) slept(o outlook) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.asleep {
		v.asleep, v.since = true, v.clock.Now()
	}
	v.outlook = o
	v.change()
}

// called notes what the server told when it called.
func (v *view) called(o outlook, sleeping bool) (woke bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	woke = v.asleep && !sleeping
	if v.asleep != sleeping {
		v.asleep, v.since = sleeping, v.clock.Now()
	}
	v.calls, v.outlook = true, o
	v.change()
	return woke
}

// lost notes that the server went without having said so. Until it calls again it
// counts as one that cannot.
func (v *view) lost() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.calls && !v.asleep {
		v.calls = false
		v.change()
	}
}

// work notes a request that is more than waiting, until what it gives is called.
func (v *view) work() (done func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.under++
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.under--
		v.last = v.clock.Now()
	}
}

// due is when a pool next has a run to start, nil for never; false when that is
// not known, or the server is awake and can be asked.
func (v *view) due(pool string) (at *prefect.Time, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.asleep {
		return nil, false
	}
	at, ok = v.outlook.Pools[pool]
	return at, ok
}

// sleeping reports whether the server is believed to sleep.
func (v *view) sleeping() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.asleep
}
