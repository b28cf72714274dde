package worker

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// warmPauses are the pauses between the starts of fork servers that fail.
var warmPauses = clock.Backoff{Least: time.Second, Most: 5 * time.Minute}

const (
	// loading bounds the wait of a run for a fork server that loads. A plain
	// process loads the same twice.
	loading = time.Minute
	// orphanWatch is how often a run is looked at whose fork server has gone.
	orphanWatch = 250 * time.Millisecond
)

// warmPool keeps a fork server, from which runs start without loading the
// prefect package first. It is let go when no run came for long, and started
// again by the next one, which waits for it. When there can be none, runs start
// as plain processes.
type warmPool struct {
	python  string
	environ []string
	keep    time.Duration // idle time after which it is let go; 0 for never
	clock   clock.Clock
	log     *slog.Logger

	mu     sync.Mutex
	server *forkServer // the one that new runs come from, nil for none
	failed int         // starts in a row that failed
	again  time.Time   // no start before
	never  bool        // there can be none, or the worker ends
	used   time.Time   // when a run was last started, or the last one ended
	unlike string      // why the last run started as a plain process, "" when it did not
}

// prepare starts a fork server unless there is one.
func (w *warmPool) prepare() {
	if w != nil {
		w.current()
	}
}

// current returns the fork server for new runs, nil when there is none.
func (w *warmPool) current() *forkServer {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.server != nil || w.never || w.clock.Now().Before(w.again) {
		return w.server
	}
	s, err := startForkServer(w.python, w.environ, w.clock, w.rested)
	if err != nil {
		w.fail(err)
		return nil
	}
	w.server = s
	go w.watch(s, w.clock.Now())
	return s
}

// watch waits for a fork server to load and to go.
func (w *warmPool) watch(s *forkServer, started time.Time) {
	<-s.ready
	s.mu.Lock()
	able := s.able
	s.mu.Unlock()
	if able {
		w.log.Debug("runs start from a process that has prefect loaded", "pid", s.command.Process.Pid, "took", w.clock.Now().Sub(started))
		w.mu.Lock()
		w.failed, w.used = 0, w.clock.Now()
		w.mu.Unlock()
		w.letGo(s)
	}
	<-s.gone
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.server == s { // nobody let it go
		w.server = nil
		w.fail(s.reason)
	}
}

// fail tells of a start that failed and when the next one may be.
func (w *warmPool) fail(err error) {
	var reason unfit
	if errors.As(err, &reason) {
		w.never = true
		w.log.Warn("runs start as plain processes, which takes longer", "reason", reason)
		return
	}
	w.failed++
	pause := warmPauses.Pause(w.failed)
	w.again = w.clock.Now().Add(pause)
	w.log.Warn("the process that has prefect loaded ended; runs start as plain ones meanwhile", "reason", err, "again_in", pause)
}

// letGo lets a fork server go once it had no run for as long as it is kept. It
// returns when it has gone, or at once when it is kept for ever.
func (w *warmPool) letGo(s *forkServer) {
	for w.keep > 0 {
		w.mu.Lock()
		left := w.used.Add(w.keep).Sub(w.clock.Now())
		if left <= 0 && s.busy() {
			left = w.keep
		}
		if left <= 0 && w.server == s {
			w.log.Debug("no run came: the process that has prefect loaded is let go", "after", w.keep)
			w.server = nil
			s.close()
		}
		w.mu.Unlock()
		select {
		case <-s.gone:
			return
		case <-w.clock.After(max(left, time.Second)):
		}
	}
}

// rested is called when a fork server has no run left: it is let go when new
// runs come from another.
func (w *warmPool) rested(s *forkServer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.server != s {
		s.close()
		return
	}
	w.used = w.clock.Now()
}

// spawn starts a run from the fork server. An error says only that a plain
// process must do.
func (w *warmPool) spawn(argv []string, dir string, env []string, output io.Writer) (*process, error) {
	if w == nil {
		return nil, errGone
	}
	s := w.current()
	if s == nil {
		return nil, errGone
	}
	select {
	case <-s.ready:
	case <-w.clock.After(loading):
		s.close()
		return nil, errGone
	}
	in, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.used = w.clock.Now()
	w.mu.Unlock()
	run := s.fork(argv, dir, env, out)
	closeAll(out)
	if run.err != nil {
		closeAll(in)
		return nil, run.err
	}
	w.tellUnlike(run.unlike)
	go run.process.copyOutput(in, output, w.clock)
	w.retire(s)
	return run.process, nil
}

// tellUnlike tells, once for each reason in a row, why runs start as plain processes all the same.
func (w *warmPool) tellUnlike(reason string) {
	w.mu.Lock()
	known := w.unlike == reason
	w.unlike = reason
	w.mu.Unlock()
	if !known && reason != "" {
		w.log.Info("runs like this start as plain processes, which takes longer", "reason", reason)
	}
}

// retire has new runs come from another fork server than one whose packages
// were changed; that one stays until its runs have ended.
func (w *warmPool) retire(s *forkServer) {
	s.mu.Lock()
	stale := s.stale
	s.mu.Unlock()
	if !stale {
		return
	}
	w.mu.Lock()
	current := w.server == s
	if current {
		w.server = nil
		w.log.Info("the Python packages changed: prefect is loaded anew")
	}
	w.mu.Unlock()
	if current && !s.busy() { // else rested does it
		s.close()
	}
}

// close lets the fork server go.
func (w *warmPool) close() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.never = true
	if w.server != nil {
		w.server.close()
		w.server = nil
	}
}

// copyOutput copies what a process that another one waits for prints.
func (p *process) copyOutput(from *os.File, to io.Writer, c clock.Clock) {
	copied := make(chan struct{})
	go func() {
		_, _ = io.Copy(to, from) // ends with the process, or below
		close(copied)
	}()
	<-p.ended
	select {
	case <-copied:
	case <-c.After(outputDelay):
	}
	closeAll(from)
	<-copied
	close(p.exited)
}

// watchOrphan waits for the end of a process that lost its parent.
func (p *process) watchOrphan(c clock.Clock) {
	for {
		var status syscall.WaitStatus
		// It is ours to wait for when this process is the one that adopts orphans.
		if pid, err := syscall.Wait4(p.pid(), &status, syscall.WNOHANG, nil); err == nil && pid == p.id {
			p.end(statusCode(status))
			return
		}
		if err := syscall.Kill(p.pid(), 0); errors.Is(err, syscall.ESRCH) {
			p.end(unknownCode)
			return
		}
		<-c.After(orphanWatch)
	}
}
