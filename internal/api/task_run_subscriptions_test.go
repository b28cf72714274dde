package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/store"
)

// post sends a JSON body and gives the answer's.
func (s testServer) post(t *testing.T, path, body string) (status int, answer []byte) {
	t.Helper()
	response, err := http.Post(s.URL+"/api"+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	answer, err = io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}

// delay makes a background run of a task and gives its id.
func (s testServer) delay(t *testing.T, task string, n int) string {
	t.Helper()
	status, answer := s.post(t, "/task_runs/", fmt.Sprintf(`{"task_key":%q,"dynamic_key":"%s-%d",
		"state":{"type":"SCHEDULED","state_details":{"deferred":true}}}`, task, task, n))
	if status != http.StatusCreated {
		t.Fatalf("create a task run: %d %s", status, answer)
	}
	return idOf(t, string(answer))
}

func idOf(t *testing.T, run string) string {
	t.Helper()
	var got struct{ ID string }
	if err := json.Unmarshal([]byte(run), &got); err != nil || got.ID == "" {
		t.Fatalf("no task run: %s", run)
	}
	return got.ID
}

func (s testServer) subscribe(t *testing.T, worker string, tasks string) *websocket.Conn {
	t.Helper()
	c := s.dial(t, "/task_runs/subscriptions/scheduled", "")
	receive(t, c)
	send(t, c, fmt.Sprintf(`{"type":"subscribe","keys":[%s],"client_id":%q}`, tasks, worker))
	return c
}

func TestTaskRunsGoToOneWorkerEach(t *testing.T) {
	s := newTestServer(t, Config{})
	first := s.delay(t, "a", 1)
	s.delay(t, "other", 1)
	one := s.subscribe(t, "one", `"a","b"`)
	if got := idOf(t, receive(t, one)); got != first {
		t.Fatalf("got run %s, want %s", got, first)
	}
	second := s.delay(t, "b", 1)
	two := s.subscribe(t, "two", `"b"`)
	if got := idOf(t, receive(t, two)); got != second {
		t.Fatalf("got run %s, want %s", got, second)
	}
	send(t, one, `{"type":"ack"}`)
	send(t, two, `{"type":"ack"}`)
	third := s.delay(t, "a", 2) // woken by the write
	if got := idOf(t, receive(t, one)); got != third {
		t.Errorf("got run %s, want %s", got, third)
	}
	if status, answer := s.post(t, "/task_workers/filter", `{"task_worker_filter":{"task_keys":["b"]}}`); status != 200 ||
		!strings.Contains(string(answer), `"one"`) || !strings.Contains(string(answer), `"two"`) {
		t.Errorf("task workers: %d %s", status, answer)
	}
}

func TestTaskRunsComeBackWithoutAnAcknowledgement(t *testing.T) {
	for name, leave := range map[string]func(*websocket.Conn){
		"gone":      func(c *websocket.Conn) { _ = c.CloseNow() },
		"quit":      func(c *websocket.Conn) { send(t, c, `{"type":"quit"}`) },
		"violation": func(c *websocket.Conn) { send(t, c, `{"type":"what"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newTestServer(t, Config{})
			run := s.delay(t, "a", 1)
			one := s.subscribe(t, "one", `"a"`)
			receive(t, one)
			two := s.subscribe(t, "two", `"a"`)
			leave(one)
			if got := idOf(t, receive(t, two)); got != run {
				t.Errorf("got run %s, want %s", got, run)
			}
		})
	}
}

func TestTaskRunsAcknowledgedAreNotOfferedAfterARestart(t *testing.T) {
	s := newTestServer(t, Config{})
	taken, waiting := s.delay(t, "a", 1), s.delay(t, "a", 2)
	c := s.subscribe(t, "one", `"a"`)
	if got := idOf(t, receive(t, c)); got != taken {
		t.Fatalf("got run %s, want %s", got, taken)
	}
	send(t, c, `{"type":"ack"}`)
	receive(t, c) // the next is offered once the last is settled
	restarted := serve(t, s.store, Config{}).subscribe(t, "two", `"a"`)
	if got := idOf(t, receive(t, restarted)); got != waiting {
		t.Errorf("got run %s, want %s", got, waiting)
	}
}

// Whether a task worker is there is known to the database by its socket.
func TestTaskWorkersLiveAsLongAsTheirSockets(t *testing.T) {
	s := newTestServer(t, Config{})
	s.delay(t, "a", 1)
	there := func() (there bool) {
		err := s.store.View(t.Context(), func(tx *store.Tx) error {
			runs, err := tx.ReadDueOwnedTaskRuns(tx.Now.Add(time.Hour), 1)
			there = len(runs) == 1 && runs[0].WorkerHeard.Equal(tx.Now)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return there
	}
	wait := func(want bool) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); there() != want; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("the worker is there: %t", !want)
			}
		}
	}
	c := s.subscribe(t, "one", `"a"`)
	receive(t, c)
	send(t, c, `{"type":"ack"}`)
	wait(true)
	_ = c.CloseNow()
	wait(false)
	s.subscribe(t, "one", `"a"`)
	wait(true)
}
