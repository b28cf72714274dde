// Package replicas holds what must be true of several servers of one PostgreSQL database, by the
// real program: scripts/with-postgres go test ./test/replicas.
package replicas

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/store/storetest"
)

// patience is more than anything here takes where nothing is wrong.
const patience = 30 * time.Second

type replica struct {
	url     string
	command *exec.Cmd
	log     string
}

// program is the program to be tested: REEVE_BIN, or one that is built of the source.
var program = sync.OnceValues(func() (string, error) {
	if binary := os.Getenv("REEVE_BIN"); binary != "" {
		return binary, nil
	}
	folder, err := os.MkdirTemp("", "reeve-replicas")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(folder, "reeve")
	out, err := exec.Command("go", "build", "-o", binary, "github.com/reevehq/reeve/cmd/reeve").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return binary, nil
})

func start(t *testing.T, database string) *replica {
	t.Helper()
	binary, err := program()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	r := &replica{url: fmt.Sprintf("http://127.0.0.1:%d/api", port), log: filepath.Join(home, "log")}
	out, err := os.Create(r.log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	r.command = exec.Command(binary, "server", "start", "--no-ui", "--port", fmt.Sprint(port), "--database", database)
	r.command.Env = append(os.Environ(), "HOME="+home, "PREFECT_HOME="+home, "PREFECT_SERVER_LOGGING_LEVEL=INFO",
		"PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS=1")
	r.command.Stdout, r.command.Stderr = out, out
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.command.Process.Signal(syscall.SIGCONT)
		_ = r.command.Process.Kill()
		_ = r.command.Wait()
		if t.Failed() {
			said, _ := os.ReadFile(r.log)
			t.Logf("%s said:\n%s", r.url, said)
		}
	})
	until(t, "a server answers", func() bool {
		answer, err := http.Get(r.url + "/health")
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return r
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, patience)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// call makes a request and reads its answer into out, unless that is nil.
func (r *replica) call(method, path string, in, out any) (int, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, r.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	told, err := io.ReadAll(answer.Body)
	if err == nil && out != nil && answer.StatusCode < 300 {
		err = json.Unmarshal(told, out)
	}
	return answer.StatusCode, err
}

func (r *replica) must(t *testing.T, method, path string, in, out any) {
	t.Helper()
	if status, err := r.call(method, path, in, out); err != nil || status >= 300 {
		t.Fatalf("%s %s: %d, %v", method, path, status, err)
	}
}

type thing struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// world is a database with three servers.
type world struct {
	*testing.T
	database string
	all      []*replica
	flow     thing
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, database: storetest.NewPostgres(t)}
	for range 3 {
		w.all = append(w.all, start(t, w.database))
	}
	w.all[0].must(t, "POST", "/flows/", map[string]any{"name": "f"}, &w.flow)
	return w
}

func (w *world) ask(sql string, into ...any) {
	w.Helper()
	c, err := pgx.Connect(context.Background(), w.database)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if err := c.QueryRow(context.Background(), sql).Scan(into...); err != nil {
		w.Fatal(err)
	}
}

// leader is the server that leads, found by what it logged, and its term.
func (w *world) leader() (leads *replica, term int64) {
	w.Helper()
	until(w.T, "a server leads", func() bool {
		w.ask(`SELECT term FROM leader`, &term)
		for _, r := range w.all {
			said, _ := os.ReadFile(r.log)
			if bytes.Contains(said, fmt.Appendf(nil, "leads those of the database")) && bytes.Contains(said, fmt.Appendf(nil, "term=%d", term)) {
				leads = r
			}
		}
		return leads != nil
	})
	return leads, term
}

func (w *world) others(than *replica) (others []*replica) {
	for _, r := range w.all {
		if r != than {
			others = append(others, r)
		}
	}
	return others
}

// becomesLate makes a run that was to start long ago and returns how long it takes until a service
// says that it is late.
func (w *world) becomesLate(by *replica) time.Duration {
	w.Helper()
	began := time.Now()
	var run thing
	by.must(w.T, "POST", "/flow_runs/", map[string]any{"flow_id": w.flow.ID, "state": map[string]any{"type": "SCHEDULED",
		"state_details": map[string]any{"scheduled_time": began.Add(-time.Hour).UTC().Format(time.RFC3339)}}}, &run)
	until(w.T, "a run is late", func() bool {
		var got struct {
			StateName string `json:"state_name"`
		}
		by.must(w.T, "GET", "/flow_runs/"+run.ID, nil, &got)
		return got.StateName == "Late"
	})
	return time.Since(began)
}

// TestEventsAreSeenAtAnyServer: what is made at one is told by the websocket of another at once.
func TestEventsAreSeenAtAnyServer(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws"+w.all[1].url[len("http"):]+"/events/out", &websocket.DialOptions{Subprotocols: []string{"prefect"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(1 << 20)
	send := func(value any) {
		frame, err := json.Marshal(value)
		if err == nil {
			err = conn.Write(ctx, websocket.MessageText, frame)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	read := func(into any) {
		_, frame, err := conn.Read(ctx)
		if err == nil {
			err = json.Unmarshal(frame, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	send(map[string]any{"type": "auth", "token": ""})
	read(&struct{}{})
	send(map[string]any{"type": "filter", "filter": map[string]any{"occurred": map[string]any{
		"since": time.Now().UTC().Format(time.RFC3339), "until": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}}})
	for range 5 {
		var run thing
		began := time.Now()
		w.all[0].must(t, "POST", "/flow_runs/", map[string]any{"flow_id": w.flow.ID, "state": map[string]any{"type": "PENDING"}}, &run)
		for {
			var told struct {
				Event struct {
					Resource map[string]string `json:"resource"`
				} `json:"event"`
			}
			read(&told)
			if told.Event.Resource["prefect.resource.id"] == "prefect.flow-run."+run.ID {
				break
			}
		}
		t.Logf("seen at another server after %v", time.Since(began).Round(time.Millisecond))
	}
}

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

	if err := leader.command.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	stopped := time.Now()
	w.becomesLate(w.others(leader)[0])
	t.Logf("a leader was stopped: its work was done after %v", time.Since(stopped).Round(time.Millisecond))
	if err := leader.command.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
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

	if err := next.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
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
