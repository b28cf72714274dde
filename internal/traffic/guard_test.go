package traffic

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// guarded serves a handler behind a guard.
func guarded(t *testing.T, most int, h http.Handler) (address string) {
	t.Helper()
	g := NewGuard(h, most, clock.System{})
	s := httptest.NewUnstartedServer(h)
	s.Listener, s.Config.ConnState = g.Listen(s.Listener), g.Note
	s.Start()
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusTeapot)
	fmt.Fprintf(w, "%s %s %s %s", r.Method, r.URL.Path, r.URL.RawQuery, body)
})

func TestAStrayPercentSignStandsForItself(t *testing.T) {
	address := guarded(t, 0, echo)
	for name, test := range map[string]struct{ sent, want string }{
		"in a name":         {"GET /flows/name/my%flow HTTP/1.1\r\nHost: x\r\n\r\n", "GET /flows/name/my%flow  "},
		"at the end":        {"GET /flows/name/100% HTTP/1.1\r\nHost: x\r\n\r\n", "GET /flows/name/100%  "},
		"beside an escape":  {"GET /a%20b%zz?q=%41 HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a b%zz q=%41 "},
		"with a body":       {"POST /50%/x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody", "POST /50%/x  body"},
		"a body in chunks":  {"POST /50%/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", "POST /50%/x  body"},
		"only in the query": {"GET /x?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n", "GET /x a=%zz "},
	} {
		for _, pieces := range []int{1 << 20, 7} {
			t.Run(fmt.Sprintf("%s, %d bytes at a time", name, pieces), func(t *testing.T) {
				c, err := net.Dial("tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = c.Close() }()
				answers := bufio.NewReader(c)
				// The second request of a connection: where it begins must be found.
				fmt.Fprint(c, "POST /first HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nGET /x")
				if got := next(t, answers); got != "POST /first  GET /x" {
					t.Fatal(got)
				}
				for rest := test.sent; rest != ""; {
					n := min(pieces, len(rest))
					if _, err := io.WriteString(c, rest[:n]); err != nil {
						t.Fatal(err)
					}
					if rest = rest[n:]; pieces < 10 {
						time.Sleep(50 * time.Microsecond)
					}
				}
				if got := next(t, answers); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		}
	}
}

func next(t *testing.T, from *bufio.Reader) string {
	t.Helper()
	answer, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusTeapot || answer.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %s, %v", answer.StatusCode, body, err)
	}
	return string(body)
}

func TestWhatIsNoRequestIsStillRefused(t *testing.T) {
	address := guarded(t, 0, echo)
	for _, sent := range []string{"GET /a\x01b HTTP/1.1\r\nHost: x\r\n\r\n", "nonsense\r\n\r\n", "GET /x HTTP/1.1\r\n\r\n", "\r\n%\r\n\r\n"} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, sent)
		answer, err := io.ReadAll(c)
		if !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
			t.Errorf("%q: %q, %v", sent, answer, err)
		}
		_ = c.Close()
	}
}

// Idle connections make way for new ones, those first that were idle first; busy
// ones do not.
func TestIdleConnectionsMakeWay(t *testing.T) {
	busy := make(chan struct{})
	entered := make(chan struct{}, 1)
	address := guarded(t, 3, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/busy" {
			entered <- struct{}{}
			<-busy
		}
	}))
	dial := func() net.Conn {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		return c
	}
	ask := func(c net.Conn, path string) { fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path) }
	working := dial()
	ask(working, "/busy")
	<-entered
	for range 10 {
		dial() // they never say a word
	}
	for range 5 {
		c := dial()
		ask(c, "/")
		if answer, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || answer.StatusCode != http.StatusOK {
			t.Fatal("one that asks is not answered:", err)
		}
	}
	close(busy)
	if answer, err := http.ReadResponse(bufio.NewReader(working), nil); err != nil || answer.StatusCode != http.StatusOK {
		t.Error("the one that was busy had to make way:", err)
	}
}

// slowClient takes time to take what it is sent.
type slowClient struct {
	net.Conn
	clock *clock.Manual
	rate  int
}

func (s slowClient) SetWriteDeadline(time.Time) error { return nil }
func (s slowClient) Write(p []byte) (int, error) {
	s.clock.Advance(time.Duration(len(p)) * time.Second / time.Duration(s.rate))
	return len(p), nil
}

func TestAnswersThatAreTakenTooSlowlyAreCutOff(t *testing.T) {
	machine := clock.NewManual(time.Unix(1, 0))
	for rate, finished := range map[int]bool{leastRate * 2: true, leastRate / 2: false} {
		c := &conn{Conn: slowClient{clock: machine, rate: rate}, guard: NewGuard(nil, 0, machine)}
		_, err := c.Write(make([]byte, 8<<20))
		if finished != (err == nil) {
			t.Errorf("at %d bytes a second: %v", rate, err)
		}
	}
}
