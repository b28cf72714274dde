//go:build crash

package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"
)

// load is eight writers at a server. Each notes a write once it was
// acknowledged, and ends when the server has gone.
type load struct {
	url     string
	ledger  *ledger
	ctx     context.Context
	cancel  context.CancelFunc
	writers sync.WaitGroup
}

func newLoad(url string, all *ledger) *load {
	l := idleLoad(url, all)
	for _, write := range []func() error{
		l.flowRuns, l.flowRuns, l.logs, l.events, l.artifacts, l.taskRuns, l.socket, l.socket,
	} {
		l.writers.Go(func() {
			for l.ctx.Err() == nil && write() == nil {
			}
		})
	}
	return l
}

// idleLoad has no writers of its own.
func idleLoad(url string, all *ledger) *load {
	ctx, cancel := context.WithCancel(context.Background())
	return &load{url: url, ledger: all, ctx: ctx, cancel: cancel}
}

func (l *load) stop() {
	l.cancel()
	l.writers.Wait()
}

// post sends a body; the answer is decoded into answer unless that is nil.
func (l *load) post(path, body string, answer any) error {
	return l.ask(http.MethodPost, path, body, answer)
}

func (l *load) ask(method, path, body string, answer any) error {
	request, err := http.NewRequestWithContext(l.ctx, method, l.url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // read to its end or failed
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return &refusal{path, response.StatusCode, data}
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(data, answer)
}

// refusal is an answer that is no success.
type refusal struct {
	path   string
	status int
	body   []byte
}

func (r *refusal) Error() string { return fmt.Sprintf("%s: %d %s", r.path, r.status, r.body) }

type created struct {
	ID    uuid.UUID
	State struct{ ID uuid.UUID }
}

// flowRuns takes a flow run through its life.
func (l *load) flowRuns() error {
	var flow, run created
	if err := l.post("/flows/", `{"name":"crash"}`, &flow); err != nil {
		return err
	}
	if err := l.post("/flow_runs/", fmt.Sprintf(`{"flow_id":%q,"state":{"type":"PENDING"}}`, flow.ID), &run); err != nil {
		return err
	}
	l.ledger.acknowledged(flowRun, run.ID)
	l.ledger.acknowledged(state, run.State.ID)
	for _, next := range []string{"RUNNING", "COMPLETED"} {
		var answer struct {
			Status string
			State  struct{ ID uuid.UUID }
		}
		if err := l.post("/flow_runs/"+run.ID.String()+"/set_state", fmt.Sprintf(`{"state":{"type":%q}}`, next), &answer); err != nil {
			return err
		}
		if answer.Status == "ACCEPT" {
			l.ledger.acknowledged(state, answer.State.ID)
		}
	}
	return nil
}

// artifacts creates two artifacts and deletes the first.
func (l *load) artifacts() error {
	var doomed, stays created
	if err := l.post("/artifacts/", `{"key":"crash","type":"text","data":"d"}`, &doomed); err != nil {
		return err
	}
	if err := l.post("/artifacts/", `{"key":"crash","type":"text","data":"s"}`, &stays); err != nil {
		return err
	}
	l.ledger.acknowledged(artifact, stays.ID)
	if err := l.ask(http.MethodDelete, "/artifacts/"+doomed.ID.String(), "", nil); err != nil {
		return err
	}
	l.ledger.acknowledged(deletion, doomed.ID)
	return nil
}

// taskRuns creates a task run, as background tasks are.
func (l *load) taskRuns() error {
	var run created
	err := l.post("/task_runs/", fmt.Sprintf(`{"task_key":"k","dynamic_key":%q,"state":{"type":"PENDING"}}`, uuid.New()), &run)
	if err == nil {
		l.ledger.acknowledged(restRun, run.ID)
	}
	return err
}

// logs writes a batch of lines under an id of its own.
func (l *load) logs() error {
	id := uuid.New()
	line := fmt.Sprintf(`{"name":"crash","level":20,"message":"m","timestamp":%q,"flow_run_id":%q}`, time.Now().UTC().Format(time.RFC3339Nano), id)
	if err := l.post("/logs/", "["+strings.Repeat(line+",", 9)+line+"]", nil); err != nil {
		return err
	}
	l.ledger.acknowledged(logLine, id)
	return nil
}

func eventJSON(id uuid.UUID) string {
	return fmt.Sprintf(`{"id":%q,"occurred":%q,"event":"crash.test","resource":{"prefect.resource.id":"crash.1"},
		"related":[{"prefect.resource.id":"crash.2","prefect.resource.role":"r"}],"payload":{}}`, id, time.Now().UTC().Format(time.RFC3339Nano))
}

// events posts a batch of events.
func (l *load) events() error {
	ids := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	if err := l.post("/events", "["+eventJSON(ids[0])+","+eventJSON(ids[1])+","+eventJSON(ids[2])+"]", nil); err != nil {
		return err
	}
	l.ledger.acknowledged(event, ids...)
	return nil
}

// socket sends events by websocket until it breaks.
func (l *load) socket() error {
	return l.dial(func(ctx context.Context, c *websocket.Conn) error {
		for {
			if err := l.send(ctx, c); err != nil {
				return err
			}
		}
	})
}

// dial opens /events/in for fn.
func (l *load) dial(fn func(context.Context, *websocket.Conn) error) error {
	c, _, err := websocket.Dial(l.ctx, "ws"+strings.TrimPrefix(l.url, "http")+"/events/in", //nolint:bodyclose // hijacked
		&websocket.DialOptions{Subprotocols: []string{"prefect"}})
	if err != nil {
		return err
	}
	defer c.CloseNow() //nolint:errcheck // the server has gone
	if err := c.Write(l.ctx, websocket.MessageText, []byte(`{"type":"auth","token":null}`)); err != nil {
		return err
	}
	if _, _, err := c.Read(l.ctx); err != nil {
		return err
	}
	return fn(c.CloseRead(l.ctx), c)
}

// send sends events, some of them of task runs. What was sent before a ping is
// acknowledged by its pong.
func (l *load) send(ctx context.Context, c *websocket.Conn) error {
	var ids, runs []uuid.UUID
	for i := range 25 {
		id, text := uuid.New(), ""
		if ids = append(ids, id); i%5 == 0 {
			run := uuid.New()
			runs, text = append(runs, run), taskRunJSON(id, run)
		} else {
			text = eventJSON(id)
		}
		if err := c.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			return err
		}
	}
	if err := c.Ping(ctx); err != nil {
		return err
	}
	l.ledger.acknowledged(event, ids...)
	l.ledger.acknowledged(taskRun, runs...)
	return nil
}

func taskRunJSON(id, run uuid.UUID) string {
	return fmt.Sprintf(`{"id":%q,"occurred":%q,"event":"prefect.task-run.Running",
		"resource":{"prefect.resource.id":"prefect.task-run.%s","prefect.orchestration":"client"},
		"payload":{"validated_state":{"type":"RUNNING"},"task_run":{"name":"t","task_key":"k","dynamic_key":%q}}}`,
		id, time.Now().UTC().Format(time.RFC3339Nano), run, run)
}
