package nudge

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
	"github.com/reevehq/reeve/internal/wire"
)

// rig is a caller with one gateway and an outlook that the test makes.
type rig struct {
	*testing.T
	*Caller
	gateway *httptest.Server
	calls   chan wire.Nudge

	mu      sync.Mutex
	outlook sleep.Outlook
	status  int
}

const token = "a token of the gateway"

func newRig(t *testing.T) *rig {
	machine := clock.System{}
	s, ids := storetest.New(t, machine).Store, clock.NewIDs(machine)
	r := &rig{T: t, calls: make(chan wire.Nudge, 100), status: http.StatusNoContent}
	r.gateway = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		var s wire.Nudge
		if q.URL.Path != wire.NudgePath || q.Header.Get("Authorization") != "Bearer "+token || json.NewDecoder(q.Body).Decode(&s) != nil {
			t.Errorf("called at %s with %v", q.URL, q.Header)
		}
		r.mu.Lock()
		status := r.status
		r.mu.Unlock()
		w.WriteHeader(status)
		r.calls <- s
	}))
	r.Caller = New(s, func(context.Context) (sleep.Outlook, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.outlook, nil
	}, machine, ids, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { r.Caller.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		r.gateway.Close()
	})
	return r
}

// register makes the gateway known and waits until it was called.
func (r *rig) register() wire.Nudge {
	r.Helper()
	r.update(func(tx *store.Tx) error {
		_, err := tx.PutGateway(&store.Gateway{Name: "g", URL: r.gateway.URL, Token: token, Pools: []string{"p"}})
		return err
	})
	return r.call()
}

func (r *rig) update(fn func(*store.Tx) error) {
	r.Helper()
	if err := r.Store.Update(context.Background(), fn); err != nil {
		r.Fatal(err)
	}
}

func (r *rig) call() wire.Nudge {
	r.Helper()
	select {
	case s := <-r.calls:
		return s
	case <-time.After(10 * time.Second):
		r.Fatal("the gateway was not called")
		return wire.Nudge{}
	}
}

// due sets when pools next have a run to start, and commits something.
func (r *rig) due(pools map[string]*prefect.Time) {
	r.Helper()
	r.mu.Lock()
	r.outlook.Pools = nil
	for name, at := range pools {
		r.outlook.Pools = append(r.outlook.Pools, dispatch.PoolOutlook{Name: name, NextDue: at})
	}
	r.mu.Unlock()
	r.update(func(tx *store.Tx) error {
		tx.Touch(store.Events)
		return nil
	})
}

// none checks that nobody is called, by something that is: a call to all.
func (r *rig) none(what string) {
	r.Helper()
	time.Sleep(3 * settle) // nothing tells that nothing happens
	select {
	case s := <-r.calls:
		r.Errorf("%s: called with %+v", what, s)
	default:
	}
}

func TestAGatewayIsCalledWhenSomethingIsDueEarlier(t *testing.T) {
	r := newRig(t)
	now := time.Now()
	in := func(d time.Duration) *prefect.Time { return prefect.AtPointer(now.Add(d)) }
	if s := r.register(); len(s.Pools) != 0 || s.Sleeping {
		t.Errorf("at first it was told %+v", s)
	}
	type pools = map[string]*prefect.Time
	for _, step := range []struct {
		what  string
		pools pools
		want  bool
	}{
		{"a pool", pools{"p": nil}, true},
		{"the same", pools{"p": nil}, false},
		{"a run", pools{"p": in(time.Hour)}, true},
		{"a later one", pools{"p": in(2 * time.Hour)}, false},
		{"an earlier one", pools{"p": in(time.Minute)}, true},
		{"a run in another's pool", pools{"p": in(time.Minute), "q": in(time.Second)}, false},
	} {
		r.due(step.pools)
		if !step.want {
			r.none(step.what)
			continue
		}
		s := r.call()
		if got, want := s.Pools["p"], step.pools["p"]; len(s.Pools) != 1 || (got == nil) != (want == nil) || got != nil && !got.Equal(want.Time) {
			t.Errorf("%s: it was told %+v", step.what, s)
		}
	}
}

func TestAGatewayIsCalledWhenARunIsBeingCancelled(t *testing.T) {
	known := map[string]bool{}
	run := func(name, state string) store.ActiveRun { return store.ActiveRun{Name: name, State: state} }
	for _, step := range []struct {
		what   string
		active []store.ActiveRun
		want   bool
	}{
		{"nothing runs", nil, false},
		{"a run", []store.ActiveRun{run("a", "Running")}, false},
		{"it is cancelled", []store.ActiveRun{run("a", "Cancelling")}, true},
		{"it still is", []store.ActiveRun{run("a", "Cancelling")}, false},
		{"it was", nil, false},
		{"again", []store.ActiveRun{run("a", "Cancelling")}, true},
	} {
		if got := newlyCancelling(known, step.active); got != step.want {
			t.Errorf("%s: %v", step.what, got)
		}
	}
}

func TestAGatewayIsToldThatTheServerSleepsAndGoesOn(t *testing.T) {
	r := newRig(t)
	r.register()
	deadline := prefect.AtPointer(time.Now().Add(time.Hour))
	r.Asleep(t.Context(), sleep.Outlook{NextDeadline: deadline})
	if s := r.call(); !s.Sleeping || s.NextDeadline == nil || !s.NextDeadline.Equal(deadline.Time) {
		t.Errorf("it was told %+v", s)
	}
	r.due(map[string]*prefect.Time{"p": nil})
	r.none("a commit in the last moment")
	r.Awake()
	if s := r.call(); s.Sleeping {
		t.Errorf("it was told %+v", s)
	}
}

func TestACallThatFailsIsMadeAgainWithTheLatestState(t *testing.T) {
	r := newRig(t)
	r.status = http.StatusBadGateway
	r.register()
	r.mu.Lock()
	r.status = http.StatusNoContent
	r.mu.Unlock()
	r.due(map[string]*prefect.Time{"p": nil})
	if s := r.call(); len(s.Pools) != 1 {
		t.Errorf("it was told %+v", s)
	}
	r.none("afterwards")
}

func TestAGatewayThatIsGoneIsNotCalled(t *testing.T) {
	r := newRig(t)
	r.register()
	r.update(func(tx *store.Tx) error {
		_, err := tx.DeleteGateway("g")
		return err
	})
	r.due(map[string]*prefect.Time{"p": nil})
	r.none("after its end")
}
