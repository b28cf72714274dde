package concurrency

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Waiter is somebody who was refused slots and was told when to ask again.
type Waiter struct {
	// Holder is for whom the slots are wanted, nil when the request did not say.
	Holder *Holder
	// Names are the limits of which slots are wanted, Slots how many of each.
	Names []string
	Slots int
	// Since is the first refusal, Again when the next request is due.
	Since, Again time.Time
}

// Wants reports whether slots of the limit of that name are wanted.
func (w Waiter) Wants(name string) bool { return slices.Contains(w.Names, name) }

const (
	// mostWaiters bounds the waiters that are known; later ones are not noted.
	mostWaiters = 1000
	// patience is how long after its time the next request may come before the
	// waiter counts as gone.
	patience = 30 * time.Second
)

// Waiting knows who waits for slots of limits. It lives in memory: the requests
// come again within seconds, also after a restart. Those that name no holder
// are told apart by the limits they name. The zero Waiting is ready to use.
type Waiting struct {
	mu      sync.Mutex
	waiters map[string]*Waiter
}

func key(h *Holder, names []string) string {
	if h != nil {
		return string(h.Type) + " " + h.ID.String()
	}
	return "\x00" + strings.Join(names, "\x00")
}

// Refused notes that slots were refused at now and when they will be asked for again.
func (w *Waiting) Refused(h *Holder, names []string, slots int, now, again time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := key(h, names)
	if found := w.waiters[k]; found != nil && !found.gone(now) {
		found.Again = again
		return
	}
	if len(w.waiters) >= mostWaiters {
		w.forget(now)
	}
	if len(w.waiters) >= mostWaiters {
		return
	}
	if w.waiters == nil {
		w.waiters = map[string]*Waiter{}
	}
	w.waiters[k] = &Waiter{Holder: h, Names: slices.Clone(names), Slots: slots, Since: now, Again: again}
}

// Taken notes that slots were taken at now and gives how long they were waited
// for, 0 when they were free at once.
func (w *Waiting) Taken(h *Holder, names []string, now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := key(h, names)
	found := w.waiters[k]
	delete(w.waiters, k)
	if found == nil || found.gone(now) {
		return 0
	}
	return now.Sub(found.Since)
}

// Now returns those who wait, the longest first.
func (w *Waiting) Now(now time.Time) []Waiter {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(now)
	all := make([]Waiter, 0, len(w.waiters))
	for _, waiter := range w.waiters {
		all = append(all, *waiter)
	}
	slices.SortFunc(all, func(a, b Waiter) int { return a.Since.Compare(b.Since) })
	return all
}

func (w *Waiting) forget(now time.Time) {
	for k, waiter := range w.waiters {
		if waiter.gone(now) {
			delete(w.waiters, k)
		}
	}
}

func (w *Waiter) gone(now time.Time) bool { return now.Sub(w.Again) > patience }
