package up

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	firstPause = time.Second
	mostPause  = 30 * time.Second
	// steady is how long a worker must have run for the pause to start over.
	steady = time.Minute
	// farewell is how long a worker has to end its runs when it is told to stop.
	farewell = 15 * time.Second
)

// superviseWorker keeps a worker attached to a pool until ctx ends: one that
// ends is started again, after a pause that doubles while it keeps ending soon.
func (r *running) superviseWorker(ctx context.Context, pool string) {
	pause := firstPause
	for {
		started := r.clock.Now()
		err := r.runWorker(ctx, pool)
		if ctx.Err() != nil {
			return
		}
		if r.clock.Now().Sub(started) >= steady {
			pause = firstPause
		}
		r.Log.Error("the worker ended and will be started again", "pool", pool, "error", err, "in", pause)
		select {
		case <-r.clock.After(pause):
		case <-ctx.Done():
			return
		}
		pause = min(2*pause, mostPause)
	}
}

// runWorker runs one worker to its end. The worker leads a process group, so
// that nothing it started is left behind.
func (r *running) runWorker(ctx context.Context, pool string) error {
	words := r.workerCommand(pool)
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Env = r.environ()
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = farewell
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	command.Stderr = command.Stdout
	if err := command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", command.Path, err)
	}
	var copying sync.WaitGroup
	copying.Go(func() { prefix(r.Err, pool+" | ", out) })
	copying.Wait()
	err = command.Wait()
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // its group is empty in the ordinary case
	return err
}

// workerCommand starts this program's own worker, or, when the reeve.toml says
// so, the one of the prefect package.
func (r *running) workerCommand(pool string) []string {
	command := []string{r.Reeve, "worker", "start", "--pool", pool}
	if r.Setup.Worker.Stock {
		command = []string{r.python(), "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process"}
	}
	if r.Setup.Worker.Limit != nil {
		command = append(command, "--limit", strconv.Itoa(*r.Setup.Worker.Limit))
	}
	return command
}

// prefix copies lines, each with a mark before it.
func prefix(to io.Writer, mark string, from io.Reader) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fmt.Fprintf(to, "%s%s\n", mark, lines.Text())
	}
	_, _ = io.Copy(io.Discard, from) // a line that was too long must not block the writer
}
