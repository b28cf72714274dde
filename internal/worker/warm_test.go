package worker

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// TestMain plays the interpreter when it is started as one: see interpreter.
func TestMain(m *testing.M) {
	if play := os.Getenv("WARM_PLAY"); play != "" && len(os.Args) > 2 && os.Args[1] == "-c" {
		interpreter(play)
		return
	}
	os.Exit(m.Run())
}

// interpreter speaks as warm.py does; what a request's argv is, it has a shell do.
// play is what goes wrong.
func interpreter(play string) {
	socket := os.NewFile(3, "worker")
	var mu sync.Mutex
	say := func(answer map[string]any) {
		mu.Lock()
		defer mu.Unlock()
		_ = json.NewEncoder(socket).Encode(answer)
	}
	switch play {
	case "broken":
		fmt.Fprintln(os.Stderr, "Traceback\nImportError: no prefect")
		os.Exit(1)
	case "unfit":
		say(map[string]any{"unfit": "2 threads"})
		return
	}
	say(map[string]any{"ready": true})
	for {
		head, rights := make([]byte, 4), make([]byte, syscall.CmsgSpace(4))
		n, oob, _, _, err := syscall.Recvmsg(3, head, rights, 0)
		if err != nil || n < 4 {
			return
		}
		messages, _ := syscall.ParseSocketControlMessage(rights[:oob])
		files, _ := syscall.ParseUnixRights(&messages[0])
		body := make([]byte, binary.BigEndian.Uint32(head))
		if _, err := io.ReadFull(socket, body); err != nil {
			return
		}
		var request struct {
			ID   uint64
			Argv [][]byte
			Dir  []byte
			Env  [][]byte
		}
		_ = json.Unmarshal(body, &request)
		if play == "refusing" {
			say(map[string]any{"id": request.ID, "error": "no room"})
			continue
		}
		if play == "dying" {
			return
		}
		output := os.NewFile(uintptr(files[0]), "output")
		c := exec.Command("/bin/sh", "-c", string(request.Argv[0]))
		c.Dir, c.Stdout, c.Stderr = string(request.Dir), output, output
		for _, e := range request.Env {
			c.Env = append(c.Env, string(e))
		}
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := c.Start(); err != nil {
			panic(err)
		}
		_ = output.Close()
		answer := map[string]any{"id": request.ID, "pid": c.Process.Pid, "stale": play == "stale"}
		if play == "unlike" {
			answer["unlike"] = "other values of TZ"
		}
		say(answer)
		go func() {
			_ = c.Wait()
			say(map[string]any{"ended": c.Process.Pid, "status": int(c.ProcessState.Sys().(syscall.WaitStatus))})
		}()
	}
}

func newWarmPool(t *testing.T, play string, c clock.Clock) (*warmPool, *logged) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := &logged{}
	w := &warmPool{python: self, environ: append(os.Environ(), "WARM_PLAY="+play), clock: c,
		log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	t.Cleanup(w.close)
	return w, log
}

// logged is a log that a test reads while it is written.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// eventually waits for what another goroutine does.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 2000 {
		if ok() {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Fatal("not in time: " + what)
}

func TestForkedRuns(t *testing.T) {
	w, _ := newWarmPool(t, "well", clock.System{})
	dir := t.TempDir()
	for _, c := range []struct {
		name, script, output string
		code                 int
	}{
		{"exit code", "exit 3", "", 3},
		{"signal", "kill -9 $$", "", -9},
		{"output and environment", "echo out; echo $OWN >&2", "out\nmine\xff\n", 0},
		{"folder", "pwd", dir + "\n", 0},
		{"output held open by a child", "sleep 30 & echo early", "early\n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var output logged
			p, err := w.spawn([]string{c.script}, dir, []string{"PATH=" + os.Getenv("PATH"), "OWN=mine\xff"}, &output)
			if err != nil {
				t.Fatal(err)
			}
			<-p.exited
			if p.code != c.code || output.String() != c.output {
				t.Errorf("exit code %d, output %q", p.code, output.String())
			}
			_ = p.signal(syscall.SIGKILL) // what it left behind
		})
	}
	p, err := w.spawn([]string{"trap '' TERM; echo up; sleep 30 & wait; sleep 30"}, dir, []string{"PATH=" + os.Getenv("PATH")}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.stop(func(time.Duration) <-chan time.Time { return time.After(50 * time.Millisecond) }); err != nil {
		t.Fatal(err)
	}
	if <-p.exited; p.code != -9 && p.code != -15 {
		t.Errorf("a stopped run has exit code %d", p.code)
	}
}

func TestRunsWithoutAForkServer(t *testing.T) {
	for _, c := range []struct {
		play, log string
		again     bool // whether another is started later
	}{
		{"broken", "ImportError: no prefect", true},
		{"unfit", "2 threads", false},
		{"dying", "ended", true},
		{"refusing", "", true},
	} {
		t.Run(c.play, func(t *testing.T) {
			now := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
			w, log := newWarmPool(t, c.play, now)
			if p, err := w.spawn([]string{"true"}, "/", nil, io.Discard); err == nil {
				t.Fatalf("a run was started: %v", p)
			}
			eventually(t, "a line of the log", func() bool { return strings.Contains(log.String(), c.log) })
			if c.play == "refusing" {
				return
			}
			if w.current() != nil {
				t.Error("another one is started at once")
			}
			now.Advance(2 * time.Second)
			if s := w.current(); (s != nil) != c.again {
				t.Errorf("after the pause there is one: %v", s != nil)
			}
		})
	}
	var none *warmPool
	none.prepare()
	none.close()
	if _, err := none.spawn([]string{"true"}, "/", nil, io.Discard); !errors.Is(err, errGone) {
		t.Error(err)
	}
}

func TestForkServerThatIsKilled(t *testing.T) {
	w, _ := newWarmPool(t, "well", clock.System{})
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.spawn([]string{"echo up; read line; echo down"}, "/", []string{"PATH=" + os.Getenv("PATH")}, out)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(in)
	lines.Scan()
	server := w.current()
	if err := server.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-server.gone
	if lines.Scan(); lines.Text() != "down" { // it went on: its input is empty
		t.Errorf("the run printed %q", lines.Text())
	}
	if <-p.exited; p.code != unknownCode && p.code != 0 {
		t.Errorf("exit code %d", p.code)
	}
}

func TestForkServerIsLetGo(t *testing.T) {
	now := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	run := func(w *warmPool) {
		t.Helper()
		p, err := w.spawn([]string{"true"}, "/", []string{"PATH=" + os.Getenv("PATH")}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		<-p.exited
	}
	t.Run("idle", func(t *testing.T) {
		w, log := newWarmPool(t, "well", now)
		w.keep = time.Hour
		run(w)
		first := w.current()
		eventually(t, "to be let go", func() bool {
			now.Advance(time.Hour)
			return strings.Contains(log.String(), "let go")
		})
		<-first.gone
		run(w)
		if w.current() == first {
			t.Error("a run came from one that has gone")
		}
	})
	t.Run("packages changed", func(t *testing.T) {
		w, _ := newWarmPool(t, "stale", now)
		w.prepare()
		first := w.current()
		run(w)
		<-first.gone
	})
}

func TestRunsThatStartPlainlySayWhyOnce(t *testing.T) {
	w, log := newWarmPool(t, "unlike", clock.System{})
	for range 3 {
		p, err := w.spawn([]string{"true"}, "/", []string{"PATH=" + os.Getenv("PATH")}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		<-p.exited
	}
	if n := strings.Count(log.String(), "other values of TZ"); n != 1 {
		t.Errorf("the reason is told %d times", n)
	}
}

func TestMemory(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  uint64
	}{
		{"nothing known", nil, 0},
		{"a machine", map[string]string{"/proc/meminfo": "MemTotal:         228000 kB\nMemFree: 1 kB\n"}, 228000 << 10},
		{"a container without a limit", map[string]string{"/proc/meminfo": "MemTotal: 4 kB\n", "/sys/fs/cgroup/memory.max": "max\n"}, 4096},
		{"a container", map[string]string{"/proc/meminfo": "MemTotal: 4000 kB\n", "/sys/fs/cgroup/memory.max": "1024\n"}, 1024},
		{"a container of old", map[string]string{"/sys/fs/cgroup/memory/memory.limit_in_bytes": "2048\n"}, 2048},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := memory(func(name string) ([]byte, error) {
				if text, ok := c.files[name]; ok {
					return []byte(text), nil
				}
				return nil, os.ErrNotExist
			})
			if got != c.want {
				t.Errorf("%d, not %d", got, c.want)
			}
		})
	}
}
