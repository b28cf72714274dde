//go:build siege

package siege

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// attackTime is how long each attack goes on.
const attackTime = 3 * time.Second

// attack is something that somebody does to a server, many times at once. Each of
// the many goes on until the time is over.
type attack struct {
	name string
	many int
	one  func(s *server, until time.Time)
	// ready makes what is sent, before the time begins; nil for nothing.
	ready func() string
	// disk is how much longer others may wait because each piece of it is synced
	// before the next write can be.
	disk time.Duration
}

// posting is an attack by a body, which all of the many share.
func posting(name string, many int, path string, body func() string) attack {
	body = sync.OnceValue(body)
	return attack{name, many, func(s *server, until time.Time) { s.repeat(until, "POST", path, body()) }, body, 0}
}

// synced is the attack with what the disk may take for it.
func (a attack) synced(disk time.Duration) attack { a.disk = disk; return a }

var attacks = []attack{
	{"websockets that never say who they are", 300, func(s *server, until time.Time) {
		if c := s.upgrade("/api/events/in"); c != nil {
			defer closing(c)
			time.Sleep(time.Until(until))
		}
	}, nil, 0},
	{"first frames of 16 MB", 100, func(s *server, until time.Time) {
		if c := s.upgrade("/api/events/in"); c != nil {
			defer closing(c)
			_, _ = c.Write(frameHead(16 << 20))
			pour(c, until)
		}
	}, nil, 0},
	{"events of 1.4 MB on open websockets", 40, func(s *server, until time.Time) {
		c := s.upgrade("/api/events/in")
		if c == nil {
			return
		}
		defer closing(c)
		auth := fmt.Sprintf(`{"type":"auth","token":%q}`, password)
		_, _ = c.Write(append(frameHead(len(auth)), auth...))
		payload := strings.Repeat("x", 1_400_000)
		for n := 0; time.Now().Before(until); n++ {
			event := fmt.Sprintf(`{"id":"%08x-0000-4000-8000-%012x","occurred":"2026-01-01T00:00:00Z","event":"x","resource":{"prefect.resource.id":"r"},"payload":{"a":"%s"}}`,
				n, time.Now().UnixNano()&0xffffffffffff, payload)
			_ = c.SetWriteDeadline(until)
			if _, err := c.Write(append(frameHead(len(event)), event...)); err != nil {
				return
			}
		}
	}, nil, 0},
	{"frames of 16 MB on open websockets", 40, func(s *server, until time.Time) {
		if c := s.upgrade("/api/events/out"); c != nil {
			defer closing(c)
			auth := fmt.Sprintf(`{"type":"auth","token":%q}`, password)
			_, _ = c.Write(append(frameHead(len(auth)), auth...))
			_, _ = c.Write(frameHead(16 << 20))
			pour(c, until)
		}
	}, nil, 0},
	posting("bodies of logs of 5 MB", 40, "/api/logs/", func() string {
		one := `{"name":"n","level":20,"message":"a message of some length","timestamp":"2026-01-01T00:00:00Z","flow_run_id":"3fa85f64-5717-4562-b3fc-2c963f66afa6"},`
		return "[" + strings.Repeat(one, (5<<20)/len(one)) + strings.TrimSuffix(one, ",") + "]"
	}),
	posting("bodies of numbers", 40, "/api/flows/filter", func() string {
		return `{"flows":{"name":{"any_":[` + strings.Repeat("1,", 290_000) + `1]}}}`
	}),
	posting("bodies that are stored", 40, "/api/artifacts/", func() string { return `{"data":"` + strings.Repeat("x", 6_000_000) + `"}` }).synced(4 * time.Second),
	posting("reading what was stored", 40, "/api/artifacts/filter", func() string { return `{"limit":10}` }),
	posting("bodies of one text of 15 MB", 40, "/api/flows/", func() string { return `{"name":"` + strings.Repeat("x", 15<<20) + `"}` }),
	posting("deep bodies", 40, "/api/flows/filter", func() string { return strings.Repeat(`{"flows":`, 1_000_000) }),
	{"bodies that come slowly", 300, func(s *server, until time.Time) {
		if c := s.dial(); c != nil {
			defer closing(c)
			fmt.Fprint(c, s.head("POST", "/api/flows/filter", "Content-Length: 16000000\r\n"))
			trickle(c, until)
		}
	}, nil, 0},
	{"heads that come slowly", 300, func(s *server, until time.Time) {
		if c := s.dial(); c != nil {
			defer closing(c)
			fmt.Fprint(c, "GET /api/health HTTP/1.1\r\nHost: x\r\nX-Long: ")
			trickle(c, until)
		}
	}, nil, 0},
	{"heads without an end", 100, func(s *server, until time.Time) {
		for time.Now().Before(until) {
			if c := s.dial(); c != nil {
				fmt.Fprint(c, "GET /api/health HTTP/1.1\r\nHost: x\r\nX-Long: ")
				pour(c, until)
				_ = c.Close()
			}
		}
	}, nil, 0},
	{"connections that say nothing", 3000, func(s *server, until time.Time) {
		if c := s.dial(); c != nil {
			defer closing(c)
			time.Sleep(time.Until(until))
		}
	}, nil, 0},
	{"large answers that nobody reads", 100, func(s *server, until time.Time) {
		if c := s.dial(); c != nil {
			defer closing(c)
			fmt.Fprint(c, s.head("POST", "/api/flow_runs/filter", "Content-Length: 2\r\n")+"{}")
			time.Sleep(time.Until(until))
		}
	}, nil, 0},
	{"large answers, compressed", 60, func(s *server, until time.Time) {
		if c := s.dial(); c != nil {
			defer closing(c)
			fmt.Fprint(c, s.head("POST", "/api/flow_runs/filter", "Content-Length: 2\r\n", "Accept-Encoding: gzip\r\n")+"{}")
			time.Sleep(time.Until(until))
		}
	}, nil, 0},
	{"files of the UI that nobody reads", 150, func(s *server, until time.Time) {
		if c := s.dial(); c != nil {
			defer closing(c)
			fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", s.largest())
			time.Sleep(time.Until(until))
		}
	}, nil, 0},
	posting("searches of every event", 40, "/api/events/filter", func() string {
		return `{"filter":{"text":{"query":"` + strings.TrimSpace(strings.Repeat("-zz ", 45)) + `"}}}`
	}),
}

// TestSiege holds the server to its promise under each attack.
func TestSiege(t *testing.T) {
	s := start(t)
	s.fill(t)
	quiet := s.probe(time.Now().Add(2 * time.Second))
	t.Logf("at rest: %v", quiet)
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			if a.ready != nil {
				a.ready()
			}
			until := time.Now().Add(attackTime)
			var attackers sync.WaitGroup
			for range a.many {
				attackers.Go(func() { a.one(s, until) })
			}
			under := s.probe(until)
			attackers.Wait()
			s.alive(t)
			t.Logf("%v; resident %d MB, at most %d MB", under, s.resident("VmRSS")>>20, s.resident("VmHWM")>>20)
			// The attackers take this machine's processors too. How much that is, a server
			// beside says, which does nothing and which nobody attacks.
			if most := time.Second + a.disk + under.beside(); under.slowest() > most {
				t.Errorf("whoever behaves waited for %v, at most %v is allowed", under.slowest(), most)
			}
			if under.failed > 0 {
				t.Errorf("%d of %d requests of whoever behaves failed: %s", under.failed, under.failed+len(under.took), under.why)
			}
			if most := s.resident("VmHWM"); most > machineMemory {
				t.Errorf("the server had %d MB", most>>20)
			}
		})
	}
}

// fill makes runs whose answers are large, and events to search.
func (s *server) fill(t *testing.T) {
	t.Helper()
	send := func(path, body string) []byte {
		answer, err := http.DefaultClient.Do(s.request("POST", path, strings.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode >= 300 {
			t.Fatalf("%s: %d %.300s %v", path, answer.StatusCode, text, err)
		}
		return text
	}
	flow := string(send("/api/flows/", `{"name":"f"}`))
	_, flow, _ = strings.Cut(flow, `"id":"`)
	for range 100 {
		send("/api/flow_runs/", `{"flow_id":"`+flow[:36]+`","parameters":{"a":"`+strings.Repeat("x", 90_000)+`"}}`)
	}
	for batch := range 5 {
		var events []string
		for n := range 1000 {
			events = append(events, fmt.Sprintf(`{"id":"%08x-0000-4000-8000-%012x","occurred":"2026-01-01T00:00:00Z","event":"x","resource":{"prefect.resource.id":"r"},"payload":{"a":%q}}`,
				batch, n, strings.Repeat("some text ", 50)))
		}
		send("/api/events", "["+strings.Join(events, ",")+"]")
	}
}

// seen is how a client that behaves fared.
type seen struct {
	took   []time.Duration
	idle   []time.Duration // of the server that does nothing
	failed int
	why    string
}

// beside is how long the server that does nothing took.
func (p seen) beside() time.Duration { return seen{took: p.idle}.slowest() }

// slowest is the slowest request but one in a hundred.
func (p seen) slowest() time.Duration {
	if len(p.took) == 0 {
		return time.Hour
	}
	return p.took[min(len(p.took)-1, len(p.took)*99/100)]
}

func (p seen) String() string {
	if len(p.took) == 0 {
		return "no answers"
	}
	return fmt.Sprintf("%d answers, half of them in %v, 99 of 100 in %v (%v beside)",
		len(p.took), p.took[len(p.took)/2].Round(time.Microsecond), p.slowest().Round(time.Microsecond), p.beside().Round(time.Microsecond))
}

// probe behaves: it asks for the health, reads and writes, once every 50 ms, and
// comes back when it is told to.
func (s *server) probe(until time.Time) (p seen) {
	requests := []struct{ method, path, body string }{
		{"GET", "/api/health", ""},
		{"GET", "/api/flows/name/f", ""},
		{"POST", "/api/flows/", `{"name":"f"}`},
		{"POST", "/api/flows/filter", `{}`},
	}
	client := &http.Client{Timeout: 20 * time.Second}
	idle := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }))
	defer idle.Close()
	for n := 0; time.Now().Before(until); n++ {
		began := time.Now()
		if answer, err := client.Get(idle.URL); err == nil {
			_ = answer.Body.Close()
			p.idle = append(p.idle, time.Since(began))
		}
		one := requests[n%len(requests)]
		began = time.Now()
		answer, err := client.Do(s.request(one.method, one.path, strings.NewReader(one.body)))
		switch {
		case err != nil:
			p.failed, p.why = p.failed+1, err.Error()
		default:
			text, _ := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if answer.StatusCode >= 300 {
				p.failed, p.why = p.failed+1, fmt.Sprintf("%s %s: %d %.200s", one.method, one.path, answer.StatusCode, text)
			}
			p.took = append(p.took, time.Since(began))
		}
		time.Sleep(50 * time.Millisecond)
	}
	slices.Sort(p.took)
	slices.Sort(p.idle)
	return p
}

// repeat sends a request again and again, and reads the answers.
func (s *server) repeat(until time.Time, method, path, body string) {
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for time.Now().Before(until) {
		answer, err := client.Do(s.request(method, path, strings.NewReader(body)))
		if err != nil {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
}

// upgrade opens a websocket; nil when it is not let in.
func (s *server) upgrade(path string) net.Conn {
	c := s.dial()
	if c == nil {
		return nil
	}
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: prefect\r\n\r\n", path, s.address)
	if status(c) != http.StatusSwitchingProtocols {
		_ = c.Close()
		return nil
	}
	return c
}

// frameHead is the head of a text frame of n bytes from a client, whose mask
// changes nothing.
func frameHead(n int) []byte {
	if n < 126 {
		return []byte{0x81, 0x80 | byte(n), 0, 0, 0, 0}
	}
	head := []byte{0x81, 0x80 | 127}
	for shift := 56; shift >= 0; shift -= 8 {
		head = append(head, byte(n>>shift))
	}
	return append(head, 0, 0, 0, 0)
}

// pour writes as fast as it is taken.
func pour(c net.Conn, until time.Time) {
	piece := bytes.Repeat([]byte{'x'}, 64<<10)
	_ = c.SetWriteDeadline(until)
	for range (16 << 20) / len(piece) {
		if _, err := c.Write(piece); err != nil {
			return
		}
	}
	time.Sleep(time.Until(until))
}

// trickle writes a little at a time.
func trickle(c net.Conn, until time.Time) {
	_ = c.SetWriteDeadline(until)
	for time.Now().Before(until) {
		if _, err := c.Write([]byte("xxxxxxxx")); err != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func closing(c net.Conn) { _ = c.Close() }

// largest is the path of the largest file of the UI that has its base written in.
func (s *server) largest() string {
	folder, best, size := os.Getenv("REEVE_UI")+"/assets", "/", int64(0)
	files, _ := os.ReadDir(folder)
	for _, file := range files {
		if info, err := file.Info(); err == nil && info.Size() > size {
			best, size = "/v2/assets/"+file.Name(), info.Size()
		}
	}
	return best
}
