package logline

import (
	"bytes"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestLines(t *testing.T) {
	id := uuid.MustParse("11111111-1111-4111-8111-111111111111")
	for _, c := range []struct {
		log  func(*slog.Logger)
		want string
	}{
		{func(l *slog.Logger) { l.Info("it listens", "address", "127.0.0.1:4200") }, "INFO    | reeve - it listens address=127.0.0.1:4200"},
		{func(l *slog.Logger) { l.With(Part, "worker").Warn("away", "error", errors.New(`a "b" c`)) }, `WARNING | worker - away error="a \"b\" c"`},
		{func(l *slog.Logger) { l.With("run", id).Error("it ended", "in", 2*time.Second) }, "ERROR   | reeve - it ended run=" + id.String() + " in=2s"},
		{func(l *slog.Logger) { l.WithGroup("g").Info("x", slog.Group("h", "k", 1), "", 2) }, "INFO    | reeve - x g.h.k=1"},
		{func(l *slog.Logger) { l.Info("two\nlines \"and\" \x1b[31m", "a b", "") }, `INFO    | reeve - two\nlines "and" \x1b[31m "a b"=""`},
		{func(l *slog.Logger) { l.Debug("nothing") }, ""},
		{func(l *slog.Logger) { l.Info(strings.Repeat("m", 1<<20), "k", "a"+strings.Repeat("ä", 1<<20)) },
			"INFO    | reeve - " + strings.Repeat("m", 16384) + "... (1048576 bytes) k=\"a" + strings.Repeat("ä", 8191) + "... (2097153 bytes)\""},
	} {
		for _, dated := range []bool{false, true} {
			var out bytes.Buffer
			c.log(slog.New(NewHandler(&out, slog.LevelInfo, Form{dated})))
			at, rest, _ := strings.Cut(strings.TrimSuffix(out.String(), "\n"), " | ")
			if rest != c.want {
				t.Errorf("got %q, want %q", rest, c.want)
			}
			form := `^\d\d:\d\d:\d\d\.\d{3}$`
			if dated {
				form = `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$`
			}
			if rest != "" && !regexp.MustCompile(form).MatchString(at) {
				t.Errorf("the time is %q", at)
			}
		}
	}
}

func TestDressedLines(t *testing.T) {
	now := time.Date(2026, 11, 28, 1, 2, 3, 4e6, time.UTC)
	for line, want := range map[string]string{
		"hello": "01:02:03.004 | INFO    | pool - hello",
		"00:43:54.979 | WARNING | prefect.flow_runs - a - b":       "01:02:03.004 | WARNING | pool: prefect.flow_runs - a - b",
		"2026-11-28T00:43:54.979Z | ERROR   | worker - gone url=x": "01:02:03.004 | ERROR   | pool: worker - gone url=x",
		"00:43:54.979 | INFO    | Flow run 'brave' - done":         "01:02:03.004 | INFO    | pool: Flow run 'brave' - done",
		"00:43:54.979 | lower | x - y":                             "01:02:03.004 | INFO    | pool - 00:43:54.979 | lower | x - y",
	} {
		if got := (Form{}).Dress(now, "pool", line); got != want {
			t.Errorf("%q became %q, want %q", line, got, want)
		}
	}
}
