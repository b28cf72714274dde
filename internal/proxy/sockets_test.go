package proxy

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// serverSocket is one websocket of the fake server.
type serverSocket struct {
	*websocket.Conn
	path   string
	header http.Header
}

// socketServer makes a fake server's websockets, each of which is opened as the
// contract says and then given to the test.
func socketServer(t *testing.T) (*fakeServer, chan *serverSocket) {
	f := newFakeServer(t)
	opened := make(chan *serverSocket, 10)
	f.handler = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			if strings.HasSuffix(r.URL.Path, "/events") {
				w.WriteHeader(http.StatusNoContent)
			}
			return
		}
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"prefect"}})
		if err != nil {
			t.Error(err)
			return
		}
		_, frame, err := c.Read(t.Context())
		if err != nil {
			return
		}
		if !strings.Contains(string(frame), "good") {
			_ = c.Close(websocket.StatusPolicyViolation, "Invalid token")
			return
		}
		_ = c.Write(t.Context(), websocket.MessageText, []byte(`{"type":"auth_success"}`))
		opened <- &serverSocket{c, r.URL.Path, r.Header}
		<-t.Context().Done()
	}
	return f, opened
}

func (s *serverSocket) read(t *testing.T) string {
	t.Helper()
	return readSocket(t, s.Conn)
}

func readSocket(t *testing.T, c *websocket.Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, message, err := c.Read(ctx)
	if err != nil {
		t.Fatalf("nothing came: %v", err)
	}
	return string(message)
}

func write(t *testing.T, c *websocket.Conn, message string) {
	t.Helper()
	if err := c.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, opened chan *serverSocket) *serverSocket {
	t.Helper()
	select {
	case s := <-opened:
		return s
	case <-time.After(30 * time.Second):
		t.Fatal("no websocket came to the server")
		return nil
	}
}

// open opens a client's websocket through the proxy, up to the server's reply.
func (f *frontRig) open(t *testing.T, path, token string) (*websocket.Conn, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(f.url, "http")+path, &websocket.DialOptions{Subprotocols: []string{"prefect"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	write(t, c, `{"type":"auth","token":"`+token+`"}`)
	_, _, err = c.Read(ctx)
	return c, err
}

const asleep = `{"pools": {"p": null}, "next_deadline": null, "sleeping": true}`

func TestAListenerForWorkLeavesASleepingServerAlone(t *testing.T) {
	server, opened := socketServer(t)
	p := newFront(t, server)
	c, err := p.open(t, "/api/events/out", "good")
	if err != nil {
		t.Fatal(err)
	}
	write(t, c, `{"type":"filter","filter":{"event":{"name":["prefect.flow-run.Cancelling"]},"occurred":{"since":"2020-01-01T00:00:00Z"}}}`)
	s := next(t, opened)
	if got := s.header.Get("Reeve-Gateway"); got != "g" || s.path != "/base/api/events/out" {
		t.Errorf("the server saw %s of gateway %q", s.path, got)
	}
	if first := s.read(t); !strings.Contains(first, "2020-01-01") {
		t.Errorf("it was asked for %s", first)
	}
	write(t, s.Conn, "one")
	if got := readSocket(t, c); got != "one" {
		t.Errorf("the client heard %s", got)
	}
	p.call(t, asleep)
	if _, _, err := s.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the server's websocket ended with %v", err)
	}
	if err := c.Ping(c.CloseRead(t.Context())); err != nil {
		t.Errorf("the client's websocket: %v", err)
	}
	select {
	case <-opened:
		t.Error("the server was asked while it slept")
	default:
	}
}

func TestAListenerHearsWhatItMissed(t *testing.T) {
	server, opened := socketServer(t)
	p := newFront(t, server)
	c, err := p.open(t, "/api/events/out", "good")
	if err != nil {
		t.Fatal(err)
	}
	write(t, c, `{"type":"filter","filter":{"event":{"name":["prefect.flow-run.Cancelling"]},"occurred":{"since":"2020-01-01T00:00:00Z","until":"2030-01-01T00:00:00Z"}}}`)
	s := next(t, opened)
	s.read(t)
	for _, end := range []func(){func() {
		p.call(t, asleep)
		_, _, _ = s.Read(t.Context()) // until the gateway has left it: a server that is awake again at once is not left
	}, func() {
		_ = s.CloseNow()
		until(t, "that the server cannot call", func() bool { return !p.view.now().calls })
	}} {
		before := time.Now()
		end()
		p.call(t, `{"sleeping": false}`)
		s = next(t, opened)
		var asked struct {
			Type   string
			Filter struct {
				Event    struct{ Name []string }
				Occurred struct{ Since, Until time.Time }
			}
		}
		if err := json.Unmarshal([]byte(s.read(t)), &asked); err != nil {
			t.Fatal(err)
		}
		gap := before.Sub(asked.Filter.Occurred.Since)
		if asked.Type != "filter" || len(asked.Filter.Event.Name) != 1 || asked.Filter.Occurred.Until.Year() != 2030 || gap < 0 || gap > 2*time.Minute {
			t.Errorf("it was asked for %+v", asked)
		}
		write(t, s.Conn, "later")
		if got := readSocket(t, c); got != "later" {
			t.Errorf("the client heard %s", got)
		}
	}
}

func TestAnotherListenerIsPassedThrough(t *testing.T) {
	server, opened := socketServer(t)
	p := newFront(t, server)
	c, err := p.open(t, "/api/events/out", "good")
	if err != nil {
		t.Fatal(err)
	}
	next(t, opened) // by which the password was tried
	write(t, c, `{"type":"filter","filter":{"event":{"prefix":["prefect."]}}}`)
	s := next(t, opened)
	if got := s.header.Get("Reeve-Gateway"); got != "" {
		t.Errorf("the server saw gateway %q", got)
	}
	s.read(t)
	_ = s.Close(websocket.StatusServiceRestart, "again")
	if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Errorf("the client's websocket ended with %v", err)
	}
}

func TestAWrongPasswordIsRefusedByTheServersWords(t *testing.T) {
	server, _ := socketServer(t)
	p := newFront(t, server)
	for _, path := range []string{"/api/events/in", "/api/events/out", "/api/work_pools/p/workers/connect"} {
		_, err := p.open(t, path, "bad")
		if websocket.CloseStatus(err) != websocket.StatusPolicyViolation || !strings.Contains(err.Error(), "Invalid token") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAWorkersChannelOutlivesTheServersSleep(t *testing.T) {
	server, opened := socketServer(t)
	p := newFront(t, server)
	c, err := p.open(t, "/api/work_pools/p/workers/connect", "good")
	if err != nil {
		t.Fatal(err)
	}
	const hello = `{"type":"worker.hello.v1"}`
	ready := `{"type":"worker.ready.v1","id":"1","sent_at":"x","payload":{"initial_snapshot":{"snapshot_sequence":1,"reason":"initial","work_pool":{"name":"p"}}}}`
	snapshot := `{"type":"work_pool.snapshot.v1","id":"2","sent_at":"x","payload":{"snapshot_sequence":2,"reason":"r","work_pool":{}}}`
	write(t, c, hello)
	s := next(t, opened)
	if got := s.read(t); got != hello {
		t.Errorf("the server heard %s", got)
	}
	write(t, s.Conn, ready)
	if got := readSocket(t, c); got != ready {
		t.Errorf("the worker heard %s", got)
	}
	write(t, s.Conn, snapshot)
	heard := func(sequence float64) {
		t.Helper()
		message := decoded(t, []byte(readSocket(t, c)))
		payload := message["payload"].(map[string]any)
		if message["type"] != "work_pool.snapshot.v1" || payload["snapshot_sequence"] != sequence || payload["work_pool"] == nil {
			t.Errorf("the worker heard %v, want sequence %v", message, sequence)
		}
	}
	heard(2)
	p.call(t, asleep)
	if _, _, err := s.Read(t.Context()); err == nil {
		t.Error("the channel to the server stayed")
	}
	write(t, c, `{"type":"worker.heartbeat.v1","payload":{}}`) // absorbed
	if len(opened) > 0 || !p.view.sleeping() {
		t.Error("the server was woken for a heartbeat")
	}
	const ack = `{"type":"cleanup.ack.v1","payload":{}}`
	write(t, c, ack) // necessary
	s = next(t, opened)
	if got := s.read(t); got != hello {
		t.Errorf("the server heard %s", got)
	}
	write(t, s.Conn, ready)
	heard(3)
	if got := s.read(t); got != ack {
		t.Errorf("the server heard %s", got)
	}
	write(t, s.Conn, snapshot)
	heard(4)
	_ = s.Close(websocket.StatusPolicyViolation, "authorization_failed")
	if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("the worker's channel ended with %v", err)
	}
}

func TestNoEventIsAcknowledgedBeforeTheServerHasIt(t *testing.T) {
	server, _ := socketServer(t)
	var mu sync.Mutex
	away, got := true, []string{}
	websockets := server.handler
	server.handler = func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case !strings.HasSuffix(r.URL.Path, "/events"):
			mu.Unlock()
			defer mu.Lock()
			websockets(w, r)
		case away:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			var events []struct{ ID string }
			_ = json.NewDecoder(r.Body).Decode(&events)
			for _, e := range events {
				if e.ID == "bad" {
					w.WriteHeader(http.StatusUnprocessableEntity)
					return
				}
			}
			for _, e := range events {
				got = append(got, e.ID)
			}
			w.WriteHeader(http.StatusNoContent)
		}
	}
	p := newFront(t, server)
	c, err := p.open(t, "/api/events/in", "good")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, _, err := c.Read(t.Context())
		ended <- err
	}()
	want := []string{}
	for n := range 20 {
		id := fmt.Sprint(n)
		want = append(want, id)
		write(t, c, `{"id":"`+id+`"}`)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if c.Ping(ctx) == nil {
		t.Fatal("it was acknowledged while the server was away")
	}
	mu.Lock()
	away = false
	mu.Unlock()
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	if !slices.Equal(got, want) {
		t.Errorf("the server has %v", got)
	}
	mu.Unlock()
	write(t, c, `{"id":"good"}`)
	write(t, c, `{"id":"bad"}`)
	if err := <-ended; websocket.CloseStatus(err) != websocket.StatusInvalidFramePayloadData {
		t.Errorf("it ended with %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(got, append(want, "good")) {
		t.Errorf("in the end the server has %v", got)
	}
}
