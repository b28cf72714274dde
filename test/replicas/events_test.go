package replicas

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/follow"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// TestEventsAreSeenAtAnyServer: what is made at one is told by the websocket of another at once.
func TestEventsAreSeenAtAnyServer(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := w.all[1].follow(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for range 5 {
		var run thing
		began := time.Now()
		w.all[0].must(t, "POST", "/flow_runs/", map[string]any{"flow_id": w.flow.ID, "state": map[string]any{"type": "PENDING"}}, &run)
		for {
			e, err := s.next(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if e.Resource["prefect.resource.id"] == "prefect.flow-run."+run.ID {
				break
			}
		}
		t.Logf("seen at another server after %v", time.Since(began).Round(time.Millisecond))
	}
}

const (
	// postedAtOnce is how many events a request has, and one to the server whose connection is
	// slow; the first of each ten is one of a task run.
	postedAtOnce = 50
	postedSlowly = 10
	ofTaskRuns   = 10
	writersEach  = 2
	slowWrites   = 5
	slowPiece    = 200 * time.Microsecond
)

// TestEachConsumerSeesEachEventOnceInOneOrder: three servers are posted events at once, one of them
// with a slow connection to the database, while a session beside them keeps transactions open
// that have taken a place in the log. A websocket at each server, a consumer with a cursor for
// which three processes compete, and the leader's own see each event once, all in one order, in
// which those of a writer are as it wrote them. REEVE_EVENTS is how many there are.
func TestEachConsumerSeesEachEventOnceInOneOrder(t *testing.T) {
	total := 10_000
	if n, err := strconv.Atoi(os.Getenv("REEVE_EVENTS")); err == nil {
		total = n
	}
	w := &world{T: t, database: storetest.NewPostgres(t)}
	w.all = []*replica{start(t, w.database), start(t, w.database), start(t, linked(t, w.database, slowPiece).url)}
	ctx, cancel := context.WithTimeout(context.Background(), patience+time.Duration(total)*5*time.Millisecond)
	defer cancel()

	var reading sync.WaitGroup
	orders := make([][]string, len(w.all), len(w.all)+1)
	for i, r := range w.all {
		s, err := r.follow(ctx, "chaos.", "prefect.task-run.")
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		w.awaitFollowed(ctx, r, s)
		reading.Go(func() {
			var err error
			if orders[i], err = s.untilEnd(ctx); err != nil {
				t.Errorf("a follower has seen %d events: %v", len(orders[i]), err)
			}
		})
	}
	began := time.Now()
	compete, competed := context.WithCancel(ctx)
	defer competed()
	var competing sync.WaitGroup
	cursors := make([]*cursor, len(w.all))
	for i := range cursors {
		cursors[i] = newCursor(t, w.database)
		competing.Go(func() { cursors[i].run(compete, t) })
	}

	var left atomic.Int64
	left.Store(int64(total))
	var writing sync.WaitGroup
	writers := make([]*eventWriter, writersEach*len(w.all))
	for i := range writers {
		writers[i] = &eventWriter{replica: w.all[i%len(w.all)], atOnce: postedAtOnce}
		if writers[i].replica == w.all[2] {
			writers[i].atOnce = postedSlowly
		}
		writing.Go(func() { writers[i].post(t, &left) })
	}
	slow := &eventWriter{}
	writing.Go(func() { slow.keepOpen(ctx, t, newStore(t, w.database)) })
	writing.Wait()
	wrote := time.Since(began)
	w.all[0].must(t, "POST", "/events", []any{anEvent("chaos.end", "")}, nil)
	reading.Wait()
	seen := time.Since(began)

	writers = append(writers, slow)
	var acknowledged, taskRuns int
	for _, one := range writers {
		acknowledged += len(one.wrote)
		taskRuns += one.taskRuns
	}
	var recorded int
	until(t, "the leader's consumer records all task runs", func() bool {
		w.ask(`SELECT count(*) FROM task_run`, &recorded)
		return recorded >= taskRuns
	})
	if recorded != taskRuns {
		t.Errorf("%d task runs were recorded of %d", recorded, taskRuns)
	}
	until(t, "the consumer with a cursor has seen all", func() bool { return len(cursors[0].effects(t)) >= acknowledged || t.Failed() })
	competed()
	competing.Wait()
	orders = append(orders, cursors[0].effects(t))
	for i, order := range orders {
		if len(order) != acknowledged {
			t.Errorf("consumer %d saw %d events of %d", i, len(order), acknowledged)
		}
		if !slices.Equal(order, orders[0]) {
			t.Errorf("consumer %d saw another order than the first", i)
		}
	}
	place := map[string]int{}
	for i, id := range orders[0] {
		if _, twice := place[id]; twice {
			t.Fatalf("event %s was seen twice", id)
		}
		place[id] = i
	}
	for i, one := range writers {
		last := -1
		for _, id := range one.wrote {
			at, ok := place[id]
			if !ok || at <= last {
				t.Fatalf("writer %d: an event that was acknowledged was seen: %v; after those before it: %v", i, ok, at > last)
			}
			last = at
		}
	}
	for i, one := range writers[:len(w.all)] {
		if len(one.wrote) == 0 {
			t.Errorf("server %d wrote nothing: the test says little", i)
		}
	}
	t.Logf("%d events by three servers, written in %v, seen by all in %v; %d batches by three who compete: %d, %d, %d", acknowledged,
		wrote.Round(time.Millisecond), seen.Round(time.Millisecond), cursors[0].batches+cursors[1].batches+cursors[2].batches,
		cursors[0].batches, cursors[1].batches, cursors[2].batches)
}

func anEvent(name, of string) map[string]any {
	return map[string]any{"id": uuid.NewString(), "occurred": time.Now().UTC().Format(time.RFC3339Nano), "event": name,
		"resource": map[string]any{"prefect.resource.id": "chaos." + of}, "payload": map[string]any{}}
}

// aTaskRunEvent is one of which the recorder makes a task run.
func aTaskRunEvent() map[string]any {
	run := uuid.NewString()
	e := anEvent("prefect.task-run.Running", "")
	e["resource"] = map[string]any{"prefect.resource.id": "prefect.task-run." + run, "prefect.orchestration": "client"}
	e["payload"] = map[string]any{"validated_state": map[string]any{"type": "RUNNING"},
		"task_run": map[string]any{"name": "t", "task_key": "k", "dynamic_key": run}}
	return e
}

// awaitFollowed returns once a stream tells what is new: from then on it tells all, in the log's order.
func (w *world) awaitFollowed(ctx context.Context, r *replica, s *stream) {
	w.Helper()
	r.must(w.T, "POST", "/events", []any{anEvent("chaos.begin", "")}, nil)
	for {
		e, err := s.next(ctx)
		if err != nil {
			w.Fatal(err)
		}
		if e.Event == "chaos.begin" {
			return
		}
	}
}

// untilEnd are the events of a stream up to chaos.end, without those that tell that it has begun.
func (s *stream) untilEnd(ctx context.Context) (ids []string, err error) {
	for {
		e, err := s.next(ctx)
		switch {
		case err != nil || e.Event == "chaos.end":
			return ids, err
		case e.Event != "chaos.begin":
			ids = append(ids, e.ID)
		}
	}
}

// eventWriter knows which events were acknowledged, in the order in which it wrote them.
type eventWriter struct {
	replica  *replica
	atOnce   int
	wrote    []string
	taskRuns int
}

// post posts events to its server while some are left.
func (w *eventWriter) post(t *testing.T, left *atomic.Int64) {
	for {
		n := min(int64(w.atOnce), left.Load())
		if n <= 0 {
			return
		}
		if left.Add(-n) < 0 {
			left.Add(n) // another was faster
			continue
		}
		events, ids, taskRuns := make([]any, n), make([]string, n), 0
		for i := range events {
			e := anEvent("chaos.posted", "")
			if i%ofTaskRuns == 0 {
				e = aTaskRunEvent()
				taskRuns++
			}
			events[i], ids[i] = e, e["id"].(string)
		}
		if status, err := w.replica.call("POST", "/events", events, nil); err != nil || status >= 300 {
			t.Errorf("POST /events: %d, %v", status, err)
			return
		}
		w.wrote = append(w.wrote, ids...)
		w.taskRuns += taskRuns
	}
}

// keepOpen writes events in transactions that go on after the first of them has its place.
func (w *eventWriter) keepOpen(ctx context.Context, t *testing.T, s *store.Store) {
	for range slowWrites {
		first, second := uuid.New(), uuid.New()
		emit := func(tx *store.Tx, id uuid.UUID) error {
			return tx.Emit(&prefect.Event{ID: id, Event: "chaos.slow", Occurred: prefect.At(tx.Now), Resource: prefect.Resource{prefect.ResourceID: "chaos."}})
		}
		err := s.Update(ctx, func(tx *store.Tx) error {
			if err := emit(tx, first); err != nil {
				return err
			}
			for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
				if err := tx.Ping(); err != nil {
					return err
				}
			}
			return emit(tx, second)
		})
		if err != nil {
			t.Error(err)
			return
		}
		w.wrote = append(w.wrote, first.String(), second.String())
	}
}

func newStore(t *testing.T, database string) *store.Store {
	t.Helper()
	db, err := postgres.Open(context.Background(), postgres.Options{URL: database, Readers: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return store.New(db, clock.System{}, clock.NewIDs(clock.System{}))
}

// cursor is one of several processes that deal with the events of one consumer: each batch of them
// becomes a variable that lists it, in the transaction that moves the cursor.
type cursor struct {
	store    *store.Store
	follower *follow.Follower
	batches  int
}

type placed struct {
	sequence int64
	id       string
}

func newCursor(t *testing.T, database string) *cursor {
	c := &cursor{store: newStore(t, database)}
	c.follower = follow.New(follow.Consumer{
		Name: "chaos",
		Prepare: func(e *prefect.ReceivedEvent) (any, error) {
			if name := e.Event.Event; name != "chaos.posted" && name != "chaos.slow" && !strings.HasPrefix(name, "prefect.task-run.") {
				return nil, nil
			}
			return placed{e.Sequence, e.ID.String()}, nil
		},
		Apply: func(tx *store.Tx, batch []any) error {
			ids := make([]string, len(batch))
			for i, one := range batch {
				ids[i] = one.(placed).id
			}
			value, err := json.Marshal(ids)
			if err == nil {
				name := prefect.VariableName(fmt.Sprintf("batch_%012d", batch[0].(placed).sequence))
				_, err = tx.CreateVariable(&prefect.VariableCreate{Name: name, Value: value})
			}
			return err
		},
	}, c.store, clock.System{}, slog.New(slog.DiscardHandler))
	return c
}

// run looks at the log again and again: this process is told of no other's changes.
func (c *cursor) run(ctx context.Context, t *testing.T) {
	for ctx.Err() == nil {
		before := c.follower.Passed()
		more, err := c.follower.Step(ctx)
		if err != nil && ctx.Err() == nil {
			t.Error(err)
			return
		}
		if c.follower.Passed() > before {
			c.batches++
		}
		if !more {
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// effects are the events that have taken effect, in that order.
func (c *cursor) effects(t *testing.T) (ids []string) {
	t.Helper()
	err := c.store.View(context.Background(), func(tx *store.Tx) error {
		ids = nil
		all, err := tx.FilterVariables(nil, prefect.VariableNameAsc, prefect.Page{Limit: 1_000_000})
		for _, v := range all {
			var batch []string
			if err := json.Unmarshal(v.Value, &batch); err != nil {
				return err
			}
			ids = append(ids, batch...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}
