package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

func (s testServer) writeLogs(t *testing.T, lines ...string) {
	t.Helper()
	response, err := http.Post(s.URL+"/api/logs/", "application/json", strings.NewReader("["+strings.Join(lines, ",")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("status %d", response.StatusCode)
	}
}

func logLine(level int, message string) string {
	return fmt.Sprintf(`{"name":"n","level":%d,"message":%q,"timestamp":"2026-01-01T00:00:00Z"}`, level, message)
}

// followedLog is a message of /logs/out.
type followedLog struct {
	Type string
	Log  struct{ Message string }
}

func TestLogsOutSendsWhatIsAdded(t *testing.T) {
	s := newTestServer(t, Config{StreamLogs: true})
	s.writeLogs(t, logLine(40, "before"))
	c := s.dial(t, "/logs/out", "")
	receive(t, c)
	send(t, c, `{"type":"filter","filter":{"level":{"ge_":30}}}`)
	// When the follower begins is the server's affair: lines are written until
	// it has got some.
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				s.writeLogs(t, logLine(20, "quiet"), logLine(30, strconv.Itoa(i)))
			}
		}
	}()
	last := -1
	for range 5 {
		var got followedLog
		if err := json.Unmarshal([]byte(receive(t, c)), &got); err != nil || got.Type != "log" {
			t.Fatalf("%+v, %v", got, err)
		}
		n, err := strconv.Atoi(got.Log.Message)
		if err != nil || last >= 0 && n != last+1 {
			t.Errorf("%q came after %d", got.Log.Message, last)
		}
		last = n
	}
	close(stop)
	<-stopped
}

func TestLogsOutRefusesOtherMessages(t *testing.T) {
	s := newTestServer(t, Config{StreamLogs: true})
	for first, reason := range map[string]string{
		`{"type":"logs"}`:                         "Expected 'filter' message",
		`{"type":"filter","filter":{"colour":1}}`: "Invalid filter: Extra inputs are not permitted",
		`{"type":"filter"}`:                       "Invalid filter: Input should be a valid dictionary or object to extract fields from",
	} {
		c := s.dial(t, "/logs/out", "")
		receive(t, c)
		send(t, c, first)
		_, _, err := c.Read(t.Context())
		if websocket.CloseStatus(err) != websocket.StatusProtocolError || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", first, err)
		}
	}
}

// After the newest run is deleted, what is written next must not take the places
// of its logs: a follower would be sent older lines again, or none of the new.
func TestLogsOutGoesOnAfterTheNewestRunIsDeleted(t *testing.T) {
	s := newTestServer(t, Config{StreamLogs: true})
	c := s.dial(t, "/logs/out", "")
	receive(t, c)
	send(t, c, `{"type":"filter","filter":{}}`)
	next := func() string {
		t.Helper()
		var got followedLog
		if err := json.Unmarshal([]byte(receive(t, c)), &got); err != nil {
			t.Fatal(err)
		}
		return got.Log.Message
	}
	written := make(chan int)
	follows := make(chan struct{})
	go func() {
		for i := 1; ; i++ {
			s.writeLogs(t, logLine(20, strconv.Itoa(i)))
			select {
			case <-follows:
				written <- i
				return
			default:
			}
		}
	}()
	got := next()
	close(follows)
	for last := strconv.Itoa(<-written); got != last; {
		got = next()
	}

	_, flow := s.post(t, "/flows/", `{"name":"f"}`)
	_, answer := s.post(t, "/flow_runs/", `{"flow_id":"`+idOf(t, string(flow))+`"}`)
	run := idOf(t, string(answer))
	for _, lines := range []int{2, 6} {
		for i := range lines {
			s.writeLogs(t, fmt.Sprintf(`{"name":"n","level":20,"message":"of the run %d","timestamp":"2026-01-01T00:00:00Z","flow_run_id":%q}`, i, run))
		}
		for range lines {
			next()
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, s.URL+"/api/flow_runs/"+run, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusNoContent {
		t.Fatalf("%v, %v", response, err)
	}
	_ = response.Body.Close()
	s.writeLogs(t, logLine(20, "new 1"), logLine(20, "new 2"))
	for _, want := range []string{"new 1", "new 2"} {
		if got := next(); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}
