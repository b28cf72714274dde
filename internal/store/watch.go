package store

import "sync"

// Topic is a kind of change that others wait for.
type Topic uint

// The topics. Servers of one database tell each other of them by their numbers: one that
// is new comes last.
const (
	// Events: the event log grew.
	Events Topic = iota
	// Logs: log rows were added.
	Logs
	// Deadlines: something became due at another time than before; services
	// look again at when they are next needed.
	Deadlines
	// TaskRuns: a background task run was scheduled.
	TaskRuns
	// WorkPools: a work pool or one of its queues changed.
	WorkPools
	// Gateways: a gateway was made, changed or deleted.
	Gateways
	// Automations: an automation was made, changed or deleted.
	Automations
	// Deliveries: an action of an automation waits to be done.
	Deliveries
	// Deletions: a deletion that took several transactions has ended.
	Deletions
	topics
)

type topicSet uint

// Touch says that the transaction changed something of the topic. Watchers
// hear of it after the commit.
func (tx *Tx) Touch(t Topic) { tx.touched |= 1 << t }

type watchers struct {
	mu   sync.Mutex
	subs [topics]map[chan struct{}]struct{}
}

// Watch returns a channel that receives after every commit that touched the
// topic, and a function that ends it. Several commits may be told as one: who
// is woken looks at all that is new.
func (s *Store) Watch(t Topic) (<-chan struct{}, func()) {
	w := &s.watch
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.subs[t] == nil {
		w.subs[t] = map[chan struct{}]struct{}{}
	}
	w.subs[t][c] = struct{}{}
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.subs[t], c)
	}
}

func (w *watchers) wake(touched topicSet) {
	if touched == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for t := range topics {
		if touched&(1<<t) == 0 {
			continue
		}
		for c := range w.subs[t] {
			select {
			case c <- struct{}{}:
			default: // already told and not yet looked
			}
		}
	}
}
