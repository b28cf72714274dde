package supervise

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/mask"
)

// pauses is a clock on which every pause is over at once, and told of.
type pauses struct {
	clock.System
	told chan time.Duration
}

func (p pauses) After(d time.Duration) <-chan time.Time {
	p.told <- d
	c := make(chan time.Time, 1)
	c <- p.Now()
	return c
}

// output is written by the supervisor and read by the test.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func supervisor(out io.Writer, c clock.Clock, greet bool, script string) *Supervisor {
	return New(Program{Name: "p", Command: []string{"/bin/sh", "-c", script}, Greet: greet, Farewell: time.Second,
		Out: out, Log: slog.New(slog.DiscardHandler), Clock: c})
}

// undated is what was printed without the times of lines.
func undated(out *output) string {
	return regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d{3} \| `).ReplaceAllString(out.String(), "")
}

func TestWhatEndsIsStartedAgainAfterLongerPauses(t *testing.T) {
	c := pauses{told: make(chan time.Duration)}
	out := &output{}
	s := supervisor(out, c, false, "echo here; exit 3")
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		if got := <-c.told; got != want*time.Second {
			t.Errorf("pause %d is %v, want %d s", i+1, got, want)
		}
	}
	health := s.Health()
	stop()
	go func() { // the stop may come while it tells of a further pause
		for range c.told {
		}
	}()
	running.Wait()
	close(c.told)
	if health.Restarts < 7 || health.Error != "exit status 3" {
		t.Errorf("health is %+v", health)
	}
	if !strings.HasPrefix(undated(out), "INFO    | p - here\nINFO    | p - here\n") {
		t.Errorf("printed %q", out)
	}
}

func TestGreetingComesOnceAndWithoutAMark(t *testing.T) {
	for name, test := range map[string]struct {
		greet  bool
		script string
	}{
		"from the supervisor": {true, "echo started; read x"},
		"from the worker":     {false, "echo '" + Greeting + "'; echo started; read x"},
	} {
		t.Run(name, func(t *testing.T) {
			out := &output{}
			s := supervisor(out, clock.System{}, test.greet, test.script+"; sleep 60")
			ctx, stop := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() { s.Run(ctx) })
			for deadline := time.Now().Add(10 * time.Second); !strings.Contains(out.String(), "started") && time.Now().Before(deadline); time.Sleep(time.Millisecond) { // another process: nothing tells when it printed
			}
			if h := s.Health(); !h.Running || h.PID == 0 {
				t.Errorf("health is %+v", h)
			}
			stop()
			running.Wait()
			if undated(out) != Greeting+"\nINFO    | p - started\n" {
				t.Errorf("printed %q", out)
			}
			if h := s.Health(); h.Running {
				t.Errorf("after its end health is %+v", h)
			}
		})
	}
}

func TestLinesShowNoSecrets(t *testing.T) {
	secrets := mask.New("admin:correct-horse", "hook-secret-0123")
	long := strings.Repeat("x", longestLine-8) + "hook-secret-0123" + strings.Repeat("y", longestLine) + "\n"
	tests := []struct{ name, printed, want string }{
		{"plain", "Hello\n", "p | Hello\n"},
		{"value", "got hook-secret-0123.\n", "p | got **********.\n"},
		{"URL", "from http://u:anything@host/\n", "p | from http://u:**********@host/\n"},
		{"header", "Authorization: Basic YWRtaW46Y29ycmVjdC1ob3JzZQ==\n", "p | Authorization: Basic **********\n"},
		{"greeting", Greeting + "\n", Greeting + "\n"},
		{"no end", "correct-horse", "p | **********\n"},
		{"too long, then more", long + "next\n", "p | " + strings.Repeat("x", longestLine-lostEnd) + "… (more than 65536 bytes)\np | next\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			PassOn(&out, func(line string) string { return "p | " + line }, strings.NewReader(test.printed), secrets)
			if out.String() != test.want {
				t.Errorf("got %.200q, want %.200q", out.String(), test.want)
			}
		})
	}
}
