package live

import (
	"context"
	"net/http"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/api/ws"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
)

// violation is the close code of a subscriber that does not keep to the protocol.
const violation websocket.StatusCode = 4001

// scheduledTaskRuns is the websocket /task_runs/subscriptions/scheduled: a task
// worker names the tasks it serves and is sent their background runs, one at a
// time; it acknowledges each. A run that is not acknowledged goes to another.
func (s *Sockets) scheduledTaskRuns(w http.ResponseWriter, r *http.Request) {
	s.hub.Serve(w, r, ws.Options{}, func(ctx context.Context, c *websocket.Conn) error {
		message, err := ws.ReadJSON(ctx, c)
		if err != nil {
			return err
		}
		taskKeys, worker, err := taskSubscription(message)
		if err != nil {
			return err
		}
		s.log.Info("task worker subscribed", "worker", worker, "tasks", taskKeys)
		defer s.workers.forget(worker)
		gone, err := s.queue.subscribed(ctx, worker, taskKeys)
		if err != nil {
			return err
		}
		defer gone()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		t := &taskSubscriber{sockets: s, conn: c, taskKeys: taskKeys, worker: worker,
			answers: make(chan string)}
		go t.read(ctx, cancel)
		return t.serve(ctx)
	})
}

// taskSubscription reads the first message of a task worker.
func taskSubscription(message pyjson.Value) (taskKeys []string, worker string, err error) {
	if kind, _ := message.Get("type"); kind.Text() != "subscribe" {
		return nil, "", ws.Violation(violation, "Protocol violation: expected 'subscribe' message")
	}
	keys, _ := message.Get("keys")
	for _, key := range keys.Items() {
		taskKeys = append(taskKeys, key.Text())
	}
	if len(taskKeys) == 0 {
		return nil, "", ws.Violation(violation, "Protocol violation: expected 'keys' in subscribe message")
	}
	id, _ := message.Get("client_id")
	if id.Text() == "" {
		return nil, "", ws.Violation(violation, "Protocol violation: expected 'client_id' in subscribe message")
	}
	return taskKeys, id.Text(), nil
}

// taskSubscriber is a task worker on its socket.
type taskSubscriber struct {
	sockets  *Sockets
	conn     *websocket.Conn
	taskKeys []string
	worker   string
	answers  chan string // the types of the worker's messages, while one is awaited
}

// read takes the worker's messages until the socket ends, and then ends the
// subscription, be it waiting for a run or for an answer.
func (t *taskSubscriber) read(ctx context.Context, end context.CancelFunc) {
	defer end()
	for {
		message, err := ws.ReadJSON(ctx, t.conn)
		if err != nil {
			return
		}
		kind, _ := message.Get("type")
		select {
		case t.answers <- kind.Text():
		case <-ctx.Done():
			return
		}
	}
}

func (t *taskSubscriber) serve(ctx context.Context) error {
	for {
		t.sockets.workers.observe(t.worker, t.taskKeys)
		run, err := t.next(ctx)
		if err != nil || run == nil {
			return err
		}
		answer, err := t.offer(ctx, run)
		if e := t.sockets.queue.settle(run, t.worker, answer == "ack"); e != nil {
			return e
		}
		switch {
		case err != nil:
			return err
		case answer == "quit":
			return nil
		case answer != "ack":
			return ws.Violation(violation, "Protocol violation: expected 'ack' message")
		}
	}
}

// next waits for a run; nil when the worker quits instead. Other messages are
// ignored while none is awaited.
func (t *taskSubscriber) next(ctx context.Context) (*prefect.TaskRun, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		run *prefect.TaskRun
		err error
	}
	taken := make(chan result, 1)
	go func() {
		run, err := t.sockets.queue.take(ctx, t.taskKeys)
		taken <- result{run, err}
	}()
	for {
		select {
		case got := <-taken:
			return got.run, got.err
		case answer := <-t.answers:
			if answer != "quit" {
				continue
			}
			cancel()
			if got := <-taken; got.run != nil {
				return nil, t.sockets.queue.settle(got.run, t.worker, false)
			}
			return nil, nil
		}
	}
}

// offer sends a run and waits for the worker's answer.
func (t *taskSubscriber) offer(ctx context.Context, run *prefect.TaskRun) (answer string, err error) {
	if err := ws.WriteJSON(ctx, t.conn, run); err != nil {
		return "", err
	}
	select {
	case answer := <-t.answers:
		return answer, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
