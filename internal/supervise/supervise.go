// Package supervise keeps a program running: one that ends is started again,
// after a pause that doubles while it keeps ending soon. What it prints is passed
// on without secrets and with a mark before each line. It leads a process group, so that nothing it
// started is left behind.
package supervise

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/logline"
	"github.com/reevehq/reeve/internal/mask"
)

// restarts are the pauses before a program that ended is started again.
var restarts = clock.Backoff{Least: time.Second, Most: 30 * time.Second}

const (
	// steady is how long a program must have run for the pause to start over.
	steady = time.Minute
	// farewell is how long a program has to end when none was set.
	farewell = 15 * time.Second
	// lastWords is how long the output of a program that ended is still read.
	lastWords = time.Second
)

// Greeting is the line by which people and scripts see that a worker was
// started; it is passed on without a mark, once for each start.
const Greeting = "[Worker] Connecting to Prefect server..."

// Program is what is to be kept running.
type Program struct {
	Name    string // in log lines and before what it prints
	Command []string
	Environ []string
	// Greet prints Greeting at each start, for a program that does not itself.
	Greet bool
	// Farewell is how long it has to end when it is told to stop, 0 for 15 s.
	Farewell time.Duration
	Out      io.Writer
	Form     logline.Form // of the lines that are passed on
	// Mask knows the secrets that no line may show.
	Mask  *mask.Masker
	Log   *slog.Logger
	Clock clock.Clock
}

// Health is how a program is.
type Health struct {
	Name     string     `json:"name"`
	Running  bool       `json:"running"`
	PID      int        `json:"pid,omitempty"`
	Since    *time.Time `json:"since,omitempty"` // of its last start
	Restarts int        `json:"restarts"`
	Error    string     `json:"error,omitempty"` // how it ended last
}

// Supervisor keeps one program running.
type Supervisor struct {
	p      Program
	mu     sync.Mutex
	health Health
}

// New returns a supervisor; nothing runs yet.
func New(p Program) *Supervisor {
	if p.Farewell == 0 {
		p.Farewell = farewell
	}
	return &Supervisor{p: p, health: Health{Name: p.Name}}
}

// Health tells how the program is now.
func (s *Supervisor) Health() Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health
}

func (s *Supervisor) note(change func(*Health)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.health)
}

// Run keeps the program running until ctx ends, then tells it to stop and waits.
func (s *Supervisor) Run(ctx context.Context) {
	failures := 0
	for {
		started := s.p.Clock.Now()
		err := s.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if s.p.Clock.Now().Sub(started) >= steady {
			failures = 0
		}
		s.note(func(h *Health) {
			h.Restarts++
			h.Error = fmt.Sprint(err)
			if err == nil {
				h.Error = "it ended by itself"
			}
		})
		failures++
		pause := restarts.Pause(failures)
		s.p.Log.Error("the worker ended and will be started again", "worker", s.p.Name, "error", err, "in", pause)
		select {
		case <-s.p.Clock.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// once runs the program to its end.
func (s *Supervisor) once(ctx context.Context) error {
	command := exec.CommandContext(ctx, s.p.Command[0], s.p.Command[1:]...)
	command.Env = s.p.Environ
	// Should we be killed, it is told to stop: nobody would start it again, and
	// the next of us starts another. The kernel means the thread that starts it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = s.p.Farewell
	out, in, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	command.Stdout, command.Stderr = in, in
	err = command.Start()
	_ = in.Close()
	if err != nil {
		return fmt.Errorf("start %s: %w", command.Path, err)
	}
	now := s.p.Clock.Now()
	s.note(func(h *Health) { h.Running, h.PID, h.Since = true, command.Process.Pid, &now })
	defer s.note(func(h *Health) { h.Running, h.PID = false, 0 })
	if s.p.Greet {
		fmt.Fprintln(s.p.Out, Greeting)
	}
	copied := make(chan struct{})
	go func() {
		PassOn(s.p.Out, s.dress, out, s.p.Mask)
		close(copied)
	}()
	err = command.Wait()
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // its group is empty in the ordinary case
	select {
	case <-copied:
	case <-clock.System{}.After(lastWords): // something that left the group holds the output open
	}
	return err
}

const (
	// longestLine is the most bytes of a line that are passed on.
	longestLine = 64 << 10
	// lostEnd is how much of the end of a longer one is left out: it may be the
	// beginning of a secret.
	lostEnd = 1 << 10
)

// dress returns a line of the program the form of all others.
func (s *Supervisor) dress(line string) string {
	return s.p.Form.Dress(s.p.Clock.Now().Local(), s.p.Name, line)
}

// PassOn copies lines, each dressed and without its secrets, but for the
// Greeting. The end of a line that is too long is left out.
func PassOn(to io.Writer, dress func(string) string, from io.Reader, m *mask.Masker) {
	lines := bufio.NewReaderSize(from, longestLine)
	for {
		line, err := lines.ReadSlice('\n')
		cut := errors.Is(err, bufio.ErrBufferFull)
		if len(line) > 0 {
			passOn(to, dress, strings.TrimRight(string(line), "\r\n"), cut, m)
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = lines.ReadSlice('\n')
		}
		if err != nil {
			return
		}
	}
}

func passOn(to io.Writer, dress func(string) string, text string, cut bool, m *mask.Masker) {
	switch {
	case strings.TrimSpace(text) == Greeting:
		fmt.Fprintln(to, Greeting)
	case cut:
		masked := m.Text(text)
		fmt.Fprintln(to, dress(fmt.Sprintf("%s… (more than %d bytes)", strings.ToValidUTF8(masked[:max(0, len(masked)-lostEnd)], ""), longestLine)))
	default:
		fmt.Fprintln(to, dress(m.Text(text)))
	}
}
