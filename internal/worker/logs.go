package worker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const (
	// logPause gathers the lines of this time into one request.
	logPause = 2 * time.Second
	// logBatch bounds the lines of one request, logKept those that wait while
	// the server is away: more are dropped, oldest first, and the loss is told.
	logBatch = 500
	logKept  = 10000
)

// line is one log line of a run, in the API's form.
type line struct {
	Name      string       `json:"name"`
	Level     int          `json:"level"`
	Message   string       `json:"message"`
	Timestamp prefect.Time `json:"timestamp"`
	FlowRunID uuid.UUID    `json:"flow_run_id"`
}

// runLogs carries what the worker says about runs to the server, where it shows
// among the runs' own logs.
type runLogs struct {
	server *server

	mu    sync.Mutex
	lines []line
	lost  int
	more  chan struct{}
}

func newRunLogs(s *server) *runLogs { return &runLogs{server: s, more: make(chan struct{}, 1)} }

// Python's numbers for the levels.
const (
	levelInfo    = 20
	levelWarning = 30
	levelError   = 40
)

// say logs a line of a run here and at the server.
func (l *runLogs) say(run uuid.UUID, level int, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	local := slog.LevelInfo
	if level >= levelError {
		local = slog.LevelError
	} else if level >= levelWarning {
		local = slog.LevelWarn
	}
	l.server.log.Log(context.Background(), local, message, "flow_run", run)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) >= logKept {
		l.lines, l.lost = l.lines[1:], l.lost+1
	}
	l.lines = append(l.lines, line{"prefect.flow_runs.worker", level, message, prefect.At(l.server.clock.Now()), run})
	select {
	case l.more <- struct{}{}:
	default:
	}
}

// run sends lines until ctx ends.
func (l *runLogs) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.more:
		}
		select {
		case <-ctx.Done():
			return
		case <-l.server.clock.After(logPause):
		}
		l.flush(ctx)
	}
}

// flush sends all lines that wait.
func (l *runLogs) flush(ctx context.Context) {
	for {
		l.mu.Lock()
		n := min(len(l.lines), logBatch)
		batch, lost := l.lines[:n:n], l.lost
		l.lines, l.lost = l.lines[n:], 0
		l.mu.Unlock()
		if n == 0 {
			return
		}
		if lost > 0 {
			l.server.log.Warn("log lines were dropped while the server was away", "lines", lost)
		}
		if err := l.server.ask(ctx, "POST", "/logs/", batch, nil); err != nil {
			l.server.log.Warn("log lines were not taken", "lines", n, "error", err)
			return
		}
	}
}
