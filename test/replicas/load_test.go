package replicas

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

const (
	// mostSlots are those of each limit that the clients share.
	mostSlots = 2
	// A hasty client waits for an answer for less than a server is stopped for, and tries its luck
	// with another; a patient one waits for longer, and learns what became of what it asked for.
	hastyTime   = 1500 * time.Millisecond
	patientTime = 10 * time.Second
	// pause is that of a client between two requests.
	pause = 5 * time.Millisecond
)

// kindsOfClient are what is counted of clients.
var kindsOfClient = []string{"create", "late", "tell", "work", "slots"}

// load is eight clients, who meet the servers through a load balancer that does not look whether they are well.
type load struct {
	t              *testing.T
	hasty, patient *replica // all servers, by the load balancer
	flow           string
	began          time.Time
	stop           chan struct{}
	ended          sync.WaitGroup

	mu     sync.Mutex // guards what follows
	runs   map[string]string
	late   []string
	logged []string
	events []string
	// claims are the runs that were claimed, by the ids of the states that were acknowledged; states
	// are those and all after them.
	claims map[string]string
	states []string
	// asks are what was asked of each limit.
	asks map[int][]slotAsk
	// counts are the acknowledgements of each kind of client.
	counts map[string]int
	// generation is the limit in use. When the outcome of an ask is unknown, another is taken:
	// a slot may be taken that nobody gives back.
	generation atomic.Int64
	limits     sync.Mutex // makes one limit at a time
	made       int64      // of limits, which it guards
}

func newLoad(t *testing.T, hasty, patient *replica, flow string) *load {
	return &load{t: t, hasty: hasty, patient: patient, flow: flow, began: time.Now(), stop: make(chan struct{}), runs: map[string]string{}, claims: map[string]string{},
		asks: map[int][]slotAsk{}, counts: map[string]int{}, made: -1}
}

// start starts the clients.
func (l *load) start() {
	for i, client := range []func(by *replica, number int){l.create, l.tell, l.work, l.takeSlots, l.lateRuns, l.tell, l.work, l.takeSlots} {
		by := l.patient
		if i >= 4 {
			by = l.hasty
		}
		l.ended.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				case <-time.After(pause):
					client(by, i)
				}
			}
		})
	}
}

func (l *load) finish() {
	close(l.stop)
	l.ended.Wait()
}

// ask makes a request. What is answered with a fault of the server may have happened.
func (l *load) ask(by *replica, path string, in, out any) outcome {
	switch status, err := by.call(http.MethodPost, path, in, out); {
	case err == nil && status < 300:
		return acknowledged
	case err == nil && status >= 400 && status < 500:
		return refused
	}
	return unknown
}

// insist repeats a request that can be repeated until it is acknowledged, or false when the load ends before.
func (l *load) insist(by *replica, path string, in, out any) bool {
	for {
		switch l.ask(by, path, in, out) {
		case acknowledged:
			return true
		case refused:
			l.t.Errorf("%s is refused: %v", path, in)
			return false
		}
		select {
		case <-l.stop:
			return false
		case <-time.After(10 * pause):
		}
	}
}

// note notes what was acknowledged to a kind of client.
func (l *load) note(kind string, change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	l.counts[kind]++
}

// counted are the acknowledgements to each kind of client.
func (l *load) counted() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := map[string]int{}
	for kind, n := range l.counts {
		counts[kind] = n
	}
	return counts
}

// create creates runs for the workers, each under a key, so that it can be repeated.
func (l *load) create(by *replica, _ int) {
	key := uuid.NewString()
	var run thing
	if l.insist(by, "/flow_runs/", map[string]any{"flow_id": l.flow, "idempotency_key": key, "work_pool_name": pool,
		"state": map[string]any{"type": "SCHEDULED"}}, &run) {
		l.note("create", func() { l.runs[run.ID] = key })
	}
}

// lateRuns creates runs that nobody starts, and that were due long ago.
func (l *load) lateRuns(by *replica, _ int) {
	time.Sleep(20 * pause)
	key := uuid.NewString()
	var run thing
	due := time.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339)
	if l.insist(by, "/flow_runs/", map[string]any{"flow_id": l.flow, "idempotency_key": key,
		"state": map[string]any{"type": "SCHEDULED", "state_details": map[string]any{"scheduled_time": due}}}, &run) {
		l.note("late", func() { l.runs[run.ID], l.late = key, append(l.late, run.ID) })
	}
}

// tell sends lines of a log, and events.
func (l *load) tell(by *replica, _ int) {
	run := uuid.NewString()
	line := map[string]any{"name": "chaos", "level": 20, "message": "m", "timestamp": time.Now().UTC().Format(time.RFC3339Nano), "flow_run_id": run}
	if l.ask(by, "/logs/", []any{line, line}, nil) == acknowledged {
		l.note("tell", func() { l.logged = append(l.logged, run) })
	}
	e := anEvent("chaos.told", "")
	if l.ask(by, "/events", []any{e}, nil) == acknowledged {
		l.note("tell", func() { l.events = append(l.events, e["id"].(string)) })
	}
}

// work does what a worker does: it asks for runs, claims them, and lets them run to their end.
func (l *load) work(by *replica, _ int) {
	var handed []struct {
		Run thing `json:"flow_run"`
	}
	if l.ask(by, "/work_pools/"+pool+"/get_scheduled_flow_runs", map[string]any{"limit": 5}, &handed) != acknowledged {
		return
	}
	for _, h := range handed {
		for _, state := range []string{"PENDING", "RUNNING", "COMPLETED"} {
			var answer struct {
				Status string `json:"status"`
				State  thing  `json:"state"`
			}
			if l.ask(by, "/flow_runs/"+h.Run.ID+"/set_state", map[string]any{"state": map[string]any{"type": state}}, &answer) != acknowledged || answer.Status != "ACCEPT" {
				break
			}
			l.note("work", func() {
				l.states = append(l.states, answer.State.ID)
				if state == "PENDING" {
					l.claims[answer.State.ID] = h.Run.ID
				}
			})
		}
	}
}

// takeSlots takes a slot and gives it back.
func (l *load) takeSlots(by *replica, number int) {
	generation := l.generation.Load()
	if !l.makeLimit(by, generation) {
		return
	}
	slot := map[string]any{"names": []string{limitName(generation)}, "slots": 1, "mode": "concurrency"}
	if l.askSlot(by, number, generation, false, "/v2/concurrency_limits/increment", slot) != acknowledged {
		return
	}
	time.Sleep(pause)
	l.askSlot(by, number, generation, true, "/v2/concurrency_limits/decrement", slot)
}

func limitName(generation int64) string { return fmt.Sprintf("chaos-%d", generation) }

func (l *load) askSlot(by *replica, client int, generation int64, release bool, path string, slot any) outcome {
	a := slotAsk{client: client, release: release, began: time.Since(l.began)}
	status, err := by.call(http.MethodPost, path, slot, nil)
	a.ended = time.Since(l.began)
	switch {
	case err == nil && status < 300:
		a.came = acknowledged
	case err == nil && status == http.StatusLocked:
		a.came = refused
	case err == nil && status < 500:
		l.t.Errorf("%s: status %d", path, status)
	}
	if a.came == unknown {
		l.generation.CompareAndSwap(generation, generation+1)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asks[int(generation)] = append(l.asks[int(generation)], a)
	if a.came == acknowledged {
		l.counts["slots"]++
	}
	return a.came
}

// makeLimit makes a limit unless it is there.
func (l *load) makeLimit(by *replica, generation int64) bool {
	l.limits.Lock()
	defer l.limits.Unlock()
	if l.made >= generation {
		return true
	}
	status, err := by.call(http.MethodPost, "/v2/concurrency_limits/", map[string]any{"name": limitName(generation), "limit": mostSlots}, nil)
	if err == nil && (status < 300 || status == http.StatusConflict) {
		l.made = generation
		return true
	}
	return false
}
