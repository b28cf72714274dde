// Package logline has the one form of a log line: that of Prefect, so that the
// lines of servers, workers, gateways and flows read alike beside each other.
//
//	01:12:30.349 | WARNING | worker - the server does not answer url=http://127.0.0.1:4200/api
//
// Where no person looks on, as in a file or behind a collector, the time has its
// date and zone. A line is one line: what could break it is escaped.
package logline

import (
	"context"
	"encoding"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Part is the key of the attribute that names the part of the program which a
// logger is for.
const Part = "part"

// unnamed is the part of lines of which nobody said whose they are.
const unnamed = "reeve"

// Form says how times are written.
type Form struct {
	// Dated writes them with date and zone (RFC 3339), else as a time of day.
	Dated bool
}

// Line is a line without its end.
func (f Form) Line(at time.Time, level, part, text string) string {
	layout := "15:04:05.000"
	if f.Dated {
		layout = "2006-01-02T15:04:05.000Z07:00"
	}
	return fmt.Sprintf("%s | %-7s | %s - %s", at.Format(layout), level, part, text)
}

// formed finds level and rest of a line that has the form already, be it ours
// or Prefect's.
var formed = regexp.MustCompile(`^(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)? \| ([A-Z]+) *\| (.*? - .*)$`)

// Dress returns a line that another program printed this form, and says whose it is.
func (f Form) Dress(now time.Time, source, line string) string {
	if parts := formed.FindStringSubmatch(line); parts != nil {
		part, text, _ := strings.Cut(parts[2], " - ")
		return f.Line(now, parts[1], source+": "+part, text)
	}
	return f.Line(now, "INFO", source, line)
}

// handler writes records as lines.
type handler struct {
	form  Form
	level slog.Leveler
	part  string
	attrs string // of the logger, as they are written
	group string // before the names of attributes

	mu *sync.Mutex
	to io.Writer
}

// NewHandler is a log whose lines have the form.
func NewHandler(to io.Writer, level slog.Leveler, form Form) slog.Handler {
	return &handler{form: form, level: level, part: unnamed, mu: new(sync.Mutex), to: to}
}

// Enabled implements slog.Handler.
func (h *handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

// Handle implements slog.Handler.
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	var text strings.Builder
	text.WriteString(oneLine(cut(r.Message)))
	text.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		appendAttr(&text, h.group, a)
		return true
	})
	line := h.form.Line(r.Time.Local(), levelName(r.Level), h.part, text.String()) + "\n"
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.to, line)
	return err
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	text := strings.Builder{}
	text.WriteString(h.attrs)
	for _, a := range attrs {
		if a.Key == Part && h.group == "" {
			next.part = oneLine(a.Value.String())
			continue
		}
		appendAttr(&text, h.group, a)
	}
	next.attrs = text.String()
	return &next
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	next := *h
	if name != "" {
		next.group += name + "."
	}
	return &next
}

// levelName is Python's name of a level.
func levelName(l slog.Level) string {
	switch {
	case l < slog.LevelInfo:
		return "DEBUG"
	case l < slog.LevelWarn:
		return "INFO"
	case l < slog.LevelError:
		return "WARNING"
	case l <= slog.LevelError:
		return "ERROR"
	}
	return "CRITICAL"
}

func appendAttr(to *strings.Builder, group string, a slog.Attr) {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, inner := range v.Group() {
			appendAttr(to, group, inner)
		}
		return
	}
	if a.Key == "" {
		return
	}
	to.WriteString(" " + quoted(group+a.Key) + "=" + quoted(cut(written(v))))
}

// written is a value as text.
func written(v slog.Value) string {
	if v.Kind() == slog.KindTime {
		return v.Time().Format("2006-01-02T15:04:05.000Z07:00")
	}
	if m, ok := v.Any().(encoding.TextMarshaler); ok {
		if text, err := m.MarshalText(); err == nil {
			return string(text)
		}
	}
	return v.String()
}

// mostText bounds a message and each value, in bytes. What a client has sent, or
// the database has refused, is in some; a stack fits.
const mostText = 16 << 10

// cut is a text of at most mostText bytes, and what there was of it.
func cut(s string) string {
	if len(s) <= mostText {
		return s
	}
	return fmt.Sprintf("%s... (%d bytes)", strings.ToValidUTF8(s[:mostText], ""), len(s))
}

// quoted is a text as it is where that cannot be misread.
func quoted(s string) string {
	plain := func(r rune) bool {
		return r != ' ' && r != '"' && r != '=' && unicode.IsPrint(r) && r != unicode.ReplacementChar
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return strconv.Quote(s)
}

// oneLine escapes what would end a line, or change a terminal.
func oneLine(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return s
	}
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
