package replicas

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// TestABackgroundRunGoesToOneTaskWorker: task workers at each server, and each run is sent to one of them.
func TestABackgroundRunGoesToOneTaskWorker(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	const runs = 30
	sent := make(chan string, 10*runs)
	for i, r := range w.all {
		conn, _, err := websocket.Dial(ctx, "ws"+r.url[len("http"):]+"/task_runs/subscriptions/scheduled", &websocket.DialOptions{Subprotocols: []string{"prefect"}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.CloseNow() }()
		write := func(value string) error { return conn.Write(ctx, websocket.MessageText, []byte(value)) }
		if err := write(`{"type":"auth","token":""}`); err != nil {
			t.Fatal(err)
		}
		if _, _, err := conn.Read(ctx); err != nil {
			t.Fatal(err)
		}
		if err := write(fmt.Sprintf(`{"type":"subscribe","keys":["k"],"client_id":"w%d"}`, i)); err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				var run thing
				_, frame, err := conn.Read(ctx)
				if err != nil || json.Unmarshal(frame, &run) != nil || write(`{"type":"ack"}`) != nil {
					return
				}
				sent <- run.ID
			}
		}()
	}
	until(t, "all task workers are known at any server", func() bool {
		var workers []struct{ Identifier string }
		w.all[2].must(t, "POST", "/task_workers/filter", map[string]any{}, &workers)
		return len(workers) == len(w.all)
	})
	for i := range runs {
		w.all[i%len(w.all)].must(t, "POST", "/task_runs/", map[string]any{"task_key": "k", "dynamic_key": fmt.Sprint(i), "name": fmt.Sprint(i),
			"state": map[string]any{"type": "SCHEDULED", "state_details": map[string]any{"deferred": true}}}, nil)
	}
	got := map[string]bool{}
	for range runs {
		select {
		case id := <-sent:
			if got[id] {
				t.Errorf("run %s was sent twice", id)
			}
			got[id] = true
		case <-ctx.Done():
			t.Fatalf("%d of %d runs were sent", len(got), runs)
		}
	}
	var delivered, offered int
	until(t, "all are delivered", func() bool {
		w.ask(`SELECT (SELECT count(*) FROM task_run_delivery), (SELECT count(*) FROM task_run_offer)`, &delivered, &offered)
		return delivered == runs && offered == 0
	})
	if len(sent) > 0 {
		t.Errorf("%d runs were sent twice", len(sent))
	}
}

// TestServicesGoOn: when the leader is killed another does its work, within 5 s; when it is stopped
// for longer than its lease and goes on, it leads no more, and nothing is done twice.
func TestServicesGoOn(t *testing.T) {
	w := newWorld(t)
	leader, term := w.leader()
	w.becomesLate(w.others(leader)[0])

	leader.signal(t, syscall.SIGSTOP)
	stopped := time.Now()
	w.becomesLate(w.others(leader)[0])
	t.Logf("a leader was stopped: its work was done after %v", time.Since(stopped).Round(time.Millisecond))
	leader.signal(t, syscall.SIGCONT)
	next, later := w.leader()
	if next == leader || later <= term {
		t.Errorf("term %d follows %d, by the server that was stopped: %v", later, term, next == leader)
	}
	for range 5 {
		w.becomesLate(leader) // it answers, and another does the work
	}
	var twice int
	w.ask(`SELECT count(*) FROM (SELECT 1 FROM flow_run_state WHERE name = 'Late' GROUP BY flow_run_id HAVING count(*) > 1) AS twice`, &twice)
	if twice > 0 {
		t.Errorf("%d runs became late twice", twice)
	}
	if _, now := w.leader(); now != later {
		t.Errorf("term %d, after %d: leaders change while nothing happens", now, later)
	}

	next.kill()
	killed := time.Now()
	w.becomesLate(leader)
	if took := time.Since(killed); took > 6*time.Second { // a second is that of a late run
		t.Errorf("a leader was killed: its work was done after %v", took)
	} else {
		t.Logf("a leader was killed: its work was done after %v", took.Round(time.Millisecond))
	}
}

// TestNoLimitIsExceeded: eight clients at three servers take and release slots of one limit.
func TestNoLimitIsExceeded(t *testing.T) {
	w := newWorld(t)
	const most, clients = 3, 8
	w.all[0].must(t, "POST", "/v2/concurrency_limits/", map[string]any{"name": "l", "limit": most}, nil)
	var holding, taken, over atomic.Int64
	end := time.Now().Add(5 * time.Second)
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			r := w.all[i%len(w.all)]
			slot := map[string]any{"names": []string{"l"}, "slots": 1, "mode": "concurrency"}
			for time.Now().Before(end) {
				status, err := r.call("POST", "/v2/concurrency_limits/increment", slot, nil)
				if err != nil || status != http.StatusOK && status != http.StatusLocked {
					t.Errorf("increment: %d, %v", status, err)
					return
				}
				if status != http.StatusOK {
					time.Sleep(5 * time.Millisecond)
					continue
				}
				taken.Add(1)
				if holding.Add(1) > most {
					over.Add(1)
				}
				time.Sleep(2 * time.Millisecond)
				holding.Add(-1)
				slot["occupancy_seconds"] = 0.002
				if status, err := r.call("POST", "/v2/concurrency_limits/decrement", slot, nil); err != nil || status != http.StatusOK {
					t.Errorf("decrement: %d, %v", status, err)
					return
				}
				delete(slot, "occupancy_seconds")
			}
		})
	}
	all.Wait()
	if over.Load() > 0 || taken.Load() < 20 {
		t.Errorf("%d slots were taken, %d times more than %d at once", taken.Load(), over.Load(), most)
	}
	t.Logf("%d slots were taken", taken.Load())
}
