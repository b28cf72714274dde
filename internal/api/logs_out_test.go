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
		var got logMessage
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
