package sleep

import (
	"fmt"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/wire"
)

// Activity counts what is under way at a server. Its zero value is not usable;
// see NewActivity.
type Activity struct {
	clock clock.Clock

	mu       sync.Mutex
	requests int
	sockets  map[string]int // by path, without those of gateways
	last     time.Time      // when something was last under way
	begun    uint64         // requests and sockets so far
	changed  chan struct{}  // closed at the next change, nil when nobody waits
}

// NewActivity begins to count; that it begins counts as activity, so that a
// server that was woken has time for what it was woken for.
func NewActivity(c clock.Clock) *Activity {
	return &Activity{clock: c, sockets: map[string]int{}, last: c.Now()}
}

// Wrap counts the requests that pass. Quiet ones are not counted: those by which
// a machine's keeper looks how the server is.
func (a *Activity) Wrap(quiet func(*http.Request) bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case quiet != nil && quiet(r), r.Header.Get(wire.GatewayHeader) != "":
			case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
				defer a.Begin()()
			default:
				defer a.open(r.URL.Path)()
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Begin counts a request as under way until the function it gives is called.
func (a *Activity) Begin() func() {
	a.change(func() { a.requests++; a.begun++ })
	return func() { a.change(func() { a.requests-- }) }
}

func (a *Activity) open(path string) func() {
	a.change(func() { a.sockets[path]++; a.begun++ })
	return func() {
		a.change(func() {
			if a.sockets[path]--; a.sockets[path] == 0 {
				delete(a.sockets, path)
			}
		})
	}
}

// Touch counts as something that was under way just now.
func (a *Activity) Touch() { a.change(func() {}) }

func (a *Activity) change(what func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	what()
	a.last = a.clock.Now()
	if a.changed != nil {
		close(a.changed)
		a.changed = nil
	}
}

// State is what was under way at one moment.
type State struct {
	Requests int
	// Sockets are the open websockets by path, without those of gateways.
	Sockets map[string]int
	// Last is when anything last began or ended.
	Last time.Time
	// Begun counts the requests and sockets so far.
	Begun uint64
}

// Quiet reports whether nothing was under way.
func (s State) Quiet() bool { return s.Requests == 0 && len(s.Sockets) == 0 }

// Reasons says what was under way, one sentence for each kind.
func (s State) Reasons() []string {
	var all []string
	if s.Requests > 0 {
		all = append(all, plural(s.Requests, "a request is", "requests are")+" under way")
	}
	for path, n := range s.Sockets {
		all = append(all, plural(n, "a client is", "clients are")+" connected to "+path)
	}
	sort.Strings(all)
	return all
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// State returns what is under way now, and a channel that is closed at the next change.
func (a *Activity) State() (State, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := State{Requests: a.requests, Last: a.last, Begun: a.begun}
	if len(a.sockets) > 0 {
		s.Sockets = make(map[string]int, len(a.sockets))
		for path, n := range a.sockets {
			s.Sockets[path] = n
		}
	}
	if a.changed == nil {
		a.changed = make(chan struct{})
	}
	return s, a.changed
}

// Jumped tells that wall time jumped by d.
func (a *Activity) Jumped(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = a.last.Add(d)
}
