package simulation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"log/slog"
	"strings"
)

// kept is how much of a trace a failure shows.
const kept = 40

// trace is what happened: all of it as a hash, the end of it as text.
type trace struct {
	sum   hash.Hash
	lines []string
	all   func(line string) // told of every line; nil for nobody
}

func newTrace(all func(string)) *trace { return &trace{sum: sha256.New(), all: all} }

func (t *trace) add(line string) {
	t.sum.Write([]byte(line))
	if t.all != nil {
		t.all(line)
	}
	if t.lines = append(t.lines, line); len(t.lines) >= 2*kept {
		t.lines = append(t.lines[:0], t.lines[len(t.lines)-kept:]...)
	}
}

// hash names everything that happened.
func (t *trace) hash() string { return hex.EncodeToString(t.sum.Sum(nil))[:16] }

// end is the last lines.
func (t *trace) end() string {
	return "  " + strings.Join(t.lines[max(0, len(t.lines)-kept):], "\n  ")
}

// note adds to the trace what happened in this step.
func (w *world) note(format string, args ...any) {
	at := w.machine.look()
	line := fmt.Sprintf("%4d %s", w.steps, at.Format("02 15:04:05.000000"))
	if w.machine.ahead != 0 {
		line += fmt.Sprintf(" (%+.0f s)", w.machine.ahead.Seconds())
	}
	w.trace.add(line + " " + fmt.Sprintf(format, args...))
}

// alarm is the server's log: an error in it is a failure, unless the process that
// says it has died.
type alarm struct{ w *world }

// Enabled implements slog.Handler.
func (alarm) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

// Handle implements slog.Handler.
func (a alarm) Handle(_ context.Context, r slog.Record) error {
	if a.w.server == nil || a.w.server.hold.dead {
		return nil
	}
	text := r.Message
	r.Attrs(func(attr slog.Attr) bool { text += " " + attr.String(); return true })
	a.w.fail("the server's log", "%s", text)
	return nil
}

// WithAttrs implements slog.Handler.
func (a alarm) WithAttrs([]slog.Attr) slog.Handler { return a }

// WithGroup implements slog.Handler.
func (a alarm) WithGroup(string) slog.Handler { return a }
