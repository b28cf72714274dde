package worker

import (
	"bufio"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// warmScript is the program of a fork server; what the two say is written there.
//
//go:embed warm.py
var warmScript string

// forkServer is a Python process that has loaded the prefect package, from
// which runs are forked.
type forkServer struct {
	command *exec.Cmd
	conn    *net.UnixConn
	clock   clock.Clock
	ready   chan struct{}     // closed when it can fork, and when it has gone
	gone    chan struct{}     // closed when it has gone
	idle    func(*forkServer) // called when no run is left

	sending sync.Mutex // a request is written whole

	mu      sync.Mutex
	able    bool  // it can fork
	reason  error // after gone: why
	stale   bool  // packages were changed under it
	last    uint64
	asked   map[uint64]chan forked
	running map[int]*process
}

// forked is the answer to a request.
type forked struct {
	process *process
	unlike  string // why it starts as the plain program all the same, "" when it does not
	err     error
}

// said is one line of what a fork server says.
type said struct {
	Ready  bool   `json:"ready"`
	Unfit  string `json:"unfit"`
	ID     uint64 `json:"id"`
	PID    int    `json:"pid"`
	Stale  bool   `json:"stale"`
	Unlike string `json:"unlike"`
	Error  string `json:"error"`
	Ended  int    `json:"ended"`
	Status int    `json:"status"`
}

// unfit is why no fork server of this interpreter can serve.
type unfit string

func (u unfit) Error() string { return string(u) }

// hanging is how long a fork server has to end when it is let go.
const hanging = 30 * time.Second

var errGone = errors.New("the fork server has gone")

// startForkServer starts an interpreter that loads the prefect package.
func startForkServer(python string, environ []string, c clock.Clock, idle func(*forkServer)) (*forkServer, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, fmt.Errorf("socket pair: %w", err)
	}
	syscall.CloseOnExec(pair[0])
	syscall.CloseOnExec(pair[1])
	ours, theirs := os.NewFile(uintptr(pair[0]), "fork server"), os.NewFile(uintptr(pair[1]), "worker")
	defer closeAll(ours, theirs) // copies stay with who uses them
	conn, err := net.FileConn(ours)
	if err != nil {
		return nil, err
	}
	script, feed, err := os.Pipe()
	if err != nil {
		closeAll(conn)
		return nil, err
	}
	defer closeAll(script)
	command := exec.Command(python, "-c", `exec(compile(open(4).read(), "warm.py", "exec"))`)
	command.Env = without(environ, "PYTHONPATH") // a run's own may differ
	command.Dir = "/"
	command.ExtraFiles = []*os.File{theirs, script}
	command.Stderr = &lastLine{}
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	command.WaitDelay = time.Second // a run that is being forked has its standard error
	s := &forkServer{command: command, conn: conn.(*net.UnixConn), clock: c, ready: make(chan struct{}), gone: make(chan struct{}),
		idle: idle, asked: map[uint64]chan forked{}, running: map[int]*process{}}
	if err := command.Start(); err != nil {
		closeAll(conn, feed)
		return nil, err
	}
	go func() {
		_, _ = io.WriteString(feed, warmScript) // one that ended early is heard of otherwise
		closeAll(feed)
	}()
	go s.listen()
	return s, nil
}

// closeAll closes what is of no use any more: nothing can be lost with it.
func closeAll(all ...io.Closer) {
	for _, c := range all {
		_ = c.Close()
	}
}

// without leaves a variable out of an environment.
func without(environ []string, name string) []string {
	kept := []string{}
	for _, e := range environ {
		if len(e) <= len(name) || e[:len(name)] != name || e[len(name)] != '=' {
			kept = append(kept, e)
		}
	}
	return kept
}

// lastLine keeps the last line that was written to it.
type lastLine struct {
	mu   sync.Mutex
	line []byte
	over bool // the line is whole
}

// Write implements io.Writer.
func (l *lastLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range p {
		if c == '\n' {
			l.over = true
			continue
		}
		if l.over {
			l.line, l.over = l.line[:0], false
		}
		if len(l.line) < 1000 {
			l.line = append(l.line, c)
		}
	}
	return len(p), nil
}

func (l *lastLine) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.line)
}

// listen takes what the fork server says until it has gone.
func (s *forkServer) listen() {
	var reason error
	in := bufio.NewReader(s.conn)
	for reason == nil {
		var a said
		line, err := in.ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &a)
		}
		if err != nil {
			break
		}
		reason = s.take(&a)
	}
	closeAll(s.conn) // it ends by itself, unless it hangs
	go func() {
		select {
		case <-s.gone:
		case <-s.clock.After(hanging):
			_ = s.command.Process.Kill() // it may have ended just now
		}
	}()
	err := s.command.Wait()
	if text := s.command.Stderr.(*lastLine).String(); reason == nil && text != "" {
		reason = errors.New(text)
	}
	if reason == nil {
		reason = err
	}
	s.end(reason)
}

// take acts on one line; an error ends the fork server.
func (s *forkServer) take(a *said) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case a.Unfit != "":
		return unfit(a.Unfit)
	case a.Ready:
		s.able = true
		close(s.ready)
	case a.ID != 0:
		answer := forked{err: errors.New(a.Error)}
		if a.PID != 0 {
			answer = forked{process: newProcess(a.PID), unlike: a.Unlike}
			s.running[a.PID] = answer.process
		}
		s.stale = s.stale || a.Stale
		s.asked[a.ID] <- answer
		delete(s.asked, a.ID)
	case a.Ended != 0:
		if p := s.running[a.Ended]; p != nil {
			delete(s.running, a.Ended)
			p.end(statusCode(syscall.WaitStatus(a.Status)))
		}
		if len(s.running) == 0 {
			go s.idle(s)
		}
	}
	return nil
}

// end tells everything that waits for a fork server that it has gone. Its runs
// go on without it.
func (s *forkServer) end(reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reason = reason
	for _, asked := range s.asked {
		asked <- forked{err: errGone}
	}
	s.asked = nil
	for _, p := range s.running {
		go p.watchOrphan(s.clock)
	}
	if !s.able {
		close(s.ready)
	}
	s.able = false
	close(s.gone)
}

// fork starts a run, whose output comes through a file.
func (s *forkServer) fork(argv []string, dir string, env []string, output *os.File) forked {
	answer := make(chan forked, 1)
	s.mu.Lock()
	if !s.able {
		s.mu.Unlock()
		return forked{err: errGone}
	}
	s.last++
	id := s.last
	s.asked[id] = answer
	s.mu.Unlock()
	if err := s.send(id, argv, dir, env, output); err != nil {
		closeAll(s.conn) // half a request cannot be taken back
	}
	return <-answer
}

// send writes a request; the file goes with its length.
func (s *forkServer) send(id uint64, argv []string, dir string, env []string, output *os.File) error {
	body, err := json.Marshal(map[string]any{"id": id, "argv": octets(argv), "dir": []byte(dir), "env": octets(env)})
	if err != nil {
		return err
	}
	s.sending.Lock()
	defer s.sending.Unlock()
	head := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	if _, _, err := s.conn.WriteMsgUnix(head, syscall.UnixRights(int(output.Fd())), nil); err != nil {
		return err
	}
	_, err = s.conn.Write(body)
	return err
}

// octets lets texts that are no UTF-8 pass through JSON.
func octets(texts []string) [][]byte {
	out := make([][]byte, len(texts))
	for i, t := range texts {
		out[i] = []byte(t)
	}
	return out
}

// busy reports whether a run of it is under way.
func (s *forkServer) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.running)+len(s.asked) > 0
}

// close lets a fork server go; runs that it has forked go on.
func (s *forkServer) close() { closeAll(s.conn) }
