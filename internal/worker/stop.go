package worker

import (
	"syscall"
	"time"
)

// How the worker ends: runs under way have Config.Drain to end by themselves,
// then SIGTERM and endGrace to report that they were ended, as the prefect
// package does by itself, then SIGKILL. What is not reported within
// reportTime after that is found by the next worker of this machine: see
// left.go. Hosts kill what has not ended 5 s after they asked for it.
const (
	endGrace   = 1200 * time.Millisecond
	reportTime = 800 * time.Millisecond
	// farewell bounds the wait for the last event and log lines to be taken.
	farewell = 500 * time.Millisecond
)

// drain waits for the runs under way and ends those that take too long.
func (w *Worker) drain() {
	w.mu.Lock()
	n := len(w.runs)
	w.mu.Unlock()
	if n == 0 {
		w.giveUp() // attempts that are not runs yet
		w.all.Wait()
		return
	}
	w.config.Log.Info("no new runs are taken; waiting for those under way", "runs", n, "at_most", w.config.Drain)
	done := w.idle()
	select {
	case <-done:
		return
	case <-w.clock.After(w.config.Drain):
	}
	w.mu.Lock()
	for _, a := range w.runs {
		w.all.Go(a.end)
	}
	w.mu.Unlock()
	select {
	case <-done:
		return
	case <-w.clock.After(endGrace + reportTime):
	}
	w.giveUp()
	<-done
}

// end ends the process of an attempt, if it has one.
func (a *attempt) end() {
	a.mu.Lock()
	p := a.process
	a.mu.Unlock()
	if p == nil {
		return
	}
	a.say(levelWarning, "Flow run '%s' is ended: its worker was told to stop", a.run.Name)
	_ = p.signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-a.worker.clock.After(endGrace):
	}
	_ = p.signal(syscall.SIGKILL)
}
