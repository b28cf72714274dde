package deliveries

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/actions"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// fakeAPI answers every request with a status, and counts them.
type fakeAPI struct {
	mu     sync.Mutex
	status func(asked int) int
	asked  []string
}

func (f *fakeAPI) Ask(ctx context.Context, r actions.Request) (actions.Answer, error) {
	f.mu.Lock()
	f.asked = append(f.asked, r.Method+" "+r.Path)
	n := len(f.asked)
	f.mu.Unlock()
	status := f.status(n)
	if status == 0 { // it does not answer
		<-ctx.Done()
		return actions.Answer{}, ctx.Err()
	}
	return actions.Answer{Status: status, Body: []byte("{}")}, nil
}

func (f *fakeAPI) times() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked)
}

func always(status int) func(int) int { return func(int) int { return status } }

// memory is a store that outlives the parts that use it.
func memory(t *testing.T) *store.Store {
	t.Helper()
	return storetest.New(t, clock.System{}).Store
}

func fire(t *testing.T, s *store.Store, types ...prefect.ActionType) {
	t.Helper()
	trigger := prefect.Trigger{ID: uuid.New(), Event: &prefect.EventTrigger{Posture: prefect.Reactive}}
	a := &prefect.Automation{ID: uuid.New(), AutomationCore: prefect.AutomationCore{Name: "a", Trigger: trigger}}
	for _, kind := range types {
		a.Actions = append(a.Actions, prefect.Action{Type: kind})
	}
	run := prefect.Resource{prefect.ResourceID: "prefect.flow-run." + uuid.NewString()}
	f := &prefect.Firing{ID: uuid.New(), Trigger: trigger, Triggered: prefect.At(time.Now()), States: []prefect.TriggerState{prefect.Triggered},
		Event: &prefect.ReceivedEvent{Event: prefect.Event{ID: uuid.New(), Event: "x", Resource: run}}}
	if err := s.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Fire(a, f)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, s *store.Store, api *fakeAPI) *Deliveries {
	t.Helper()
	machine := clock.System{}
	d, err := New(t.Context(), s, &actions.Performer{API: api, Clock: machine}, machine, clock.NewIDs(machine), slog.New(slog.DiscardHandler), true)
	if err != nil {
		t.Fatal(err)
	}
	d.Start(t.Context())
	return d
}

// look lists the deliveries by status, and the names of the events that tell of them.
func look(t *testing.T, s *store.Store) (all map[string][]*prefect.AutomationDelivery, told []string) {
	t.Helper()
	all = map[string][]*prefect.AutomationDelivery{}
	if err := s.View(context.Background(), func(tx *store.Tx) error {
		list, err := tx.Deliveries(nil, "", prefect.Page{Limit: 100})
		if err != nil {
			return err
		}
		for _, d := range list {
			all[d.Status] = append(all[d.Status], d)
		}
		events, err := tx.ReadEventLog(0, 1000, "prefect.automation.action", 100)
		for _, e := range events {
			told = append(told, strings.TrimPrefix(e.Event.Event, "prefect.automation.action."))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all, told
}

func count(list []string, want string) (n int) {
	for _, s := range list {
		if s == want {
			n++
		}
	}
	return n
}

func TestWhatIsAskedForIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory(t)
		api := &fakeAPI{status: always(204)}
		fire(t, s, prefect.DeleteFlowRun) // before the start, as after a crash
		d := run(t, s, api)
		defer d.Stop()
		fire(t, s, prefect.DeleteFlowRun, prefect.DoNothing)
		time.Sleep(time.Second)
		synctest.Wait()
		all, told := look(t, s)
		if len(all["delivered"]) != 3 || count(told, "executed") != 3 || count(told, "triggered") != 3 || api.times() != 2 {
			t.Errorf("%d are delivered, told %v, asked %d times", len(all["delivered"]), told, api.times())
		}
		if err := d.Health(); err != nil {
			t.Error(err)
		}
	})
}

func TestARefusalIsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory(t)
		d := run(t, s, &fakeAPI{status: always(404)})
		defer d.Stop()
		fire(t, s, prefect.DeleteFlowRun)
		time.Sleep(time.Second)
		synctest.Wait()
		all, told := look(t, s)
		if len(all["dead"]) != 1 || all["dead"][0].Attempts != 1 || count(told, "failed") != 1 {
			t.Errorf("dead %v, told %v", all["dead"], told)
		}
	})
}

// What fails is tried again, and given up after a day, with one event. What is behind
// it waits; other automations do not.
func TestItIsGivenUpAfterADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory(t)
		api := &fakeAPI{status: always(503)}
		d := run(t, s, api)
		defer d.Stop()
		fire(t, s, prefect.DeleteFlowRun)
		fire(t, s, prefect.DoNothing)
		time.Sleep(23 * time.Hour)
		synctest.Wait()
		all, told := look(t, s)
		if len(all["waiting"]) != 1 || len(all["delivered"]) != 1 || all["waiting"][0].Due == nil || count(told, "failed") != 0 {
			t.Fatalf("after 23 hours %v, told %v", all, told)
		}
		time.Sleep(90 * time.Minute)
		synctest.Wait()
		all, told = look(t, s)
		if len(all["dead"]) != 1 || !strings.HasPrefix(all["dead"][0].Reason, "Given up after 24h") || count(told, "failed") != 1 {
			t.Errorf("after a day %+v, told %v", all["dead"], told)
		}
		if n := api.times(); n < 100 || n > 400 {
			t.Errorf("it was tried %d times", n)
		}
	})
}

// A process that dies between the effect and its note does the action again, under
// the same id, and tells of it once.
func TestAKillBetweenEffectAndNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory(t)
		fire(t, s, prefect.DeleteFlowRun)
		err := s.Update(t.Context(), func(tx *store.Tx) error { // the process that dies took it
			_, err := tx.TakeDelivery(1, tx.Now.Add(attemptTime))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		d := run(t, s, &fakeAPI{status: always(404)}) // it is deleted already
		defer d.Stop()
		time.Sleep(attemptTime + time.Minute)
		synctest.Wait()
		all, told := look(t, s)
		if len(all["delivered"]) != 1 || all["delivered"][0].Attempts != 2 || count(told, "executed") != 1 {
			t.Errorf("%v, told %v", all, told)
		}
	})
}

func TestAnApiThatDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory(t)
		api := &fakeAPI{status: func(n int) int { return map[bool]int{true: 0, false: 204}[n == 1] }}
		d := run(t, s, api)
		defer d.Stop()
		fire(t, s, prefect.DeleteFlowRun)
		time.Sleep(2 * attemptTime)
		synctest.Wait()
		if all, _ := look(t, s); len(all["delivered"]) != 1 || all["delivered"][0].Attempts != 2 {
			t.Errorf("it went %v", all)
		}
	})
}

func TestResending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory(t)
		api := &fakeAPI{status: func(n int) int { return map[bool]int{true: 404, false: 204}[n == 1] }}
		d := run(t, s, api)
		defer d.Stop()
		fire(t, s, prefect.DeleteFlowRun)
		time.Sleep(time.Second)
		synctest.Wait()
		all, _ := look(t, s)
		if len(all["dead"]) != 1 {
			t.Fatalf("it went %v", all)
		}
		if err := s.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ResendDelivery(all["dead"][0].ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if all, told := look(t, s); len(all["delivered"]) != 1 || count(told, "executed") != 1 {
			t.Errorf("it went %v, told %v", all, told)
		}
	})
}

// Stopping lets what is under way end, and what is not delivered waits for the next start.
func TestStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory(t)
		d := run(t, s, &fakeAPI{status: always(0)})
		fire(t, s, prefect.DeleteFlowRun)
		time.Sleep(time.Second)
		synctest.Wait()
		d.Stop()
		if all, told := look(t, s); len(all["waiting"]) != 1 || len(told) != 0 {
			t.Errorf("it went %v, told %v", all, told)
		}
	})
}
