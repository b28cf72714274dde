package worker

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"github.com/reevehq/reeve/internal/mask"
)

// The most that is kept of what a process printed last.
const (
	tailBytes = 4 << 10
	tailLines = 12
)

// tail passes on what a process prints and keeps the end of it.
type tail struct {
	to io.Writer

	mu   sync.Mutex
	kept []byte
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	t.kept = append(t.kept, p[max(0, len(p)-tailBytes):]...)
	if cut := len(t.kept) - tailBytes; cut > tailBytes { // seldom, so that little is moved
		t.kept = append(t.kept[:0], t.kept[cut:]...)
	}
	t.mu.Unlock()
	return t.to.Write(p)
}

// lines are the last lines, without secrets, "" when nothing was printed.
func (t *tail) lines(m *mask.Masker) string {
	if t == nil {
		return ""
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := t.kept
	if len(kept) > tailBytes {
		kept = kept[len(kept)-tailBytes:]
		if _, whole, ok := bytes.Cut(kept, []byte("\n")); ok {
			kept = whole
		}
	}
	text := strings.TrimSpace(m.Text(strings.ToValidUTF8(string(kept), "�")))
	lines := strings.Split(strings.ReplaceAll(text, "\x00", ""), "\n")
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}
