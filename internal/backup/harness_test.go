package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zombiezen.com/go/sqlite/sqlitex"

	zombie "zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

var errDown = errors.New("the storage is down")

// memory is a bucket that counts what it is asked for and can be down.
type memory struct {
	mu       sync.Mutex
	objects  map[string][]byte
	requests int
	fail     func(method, key string) error // nil for no failures
}

func newMemory() *memory { return &memory{objects: map[string][]byte{}} }

func (m *memory) ask(method, key string) error {
	m.requests++
	if m.fail != nil {
		return m.fail(method, key)
	}
	return nil
}

func (m *memory) down(fail func(method, key string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = fail
}

func (m *memory) Put(_ context.Context, key string, body []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask("PUT", key); err != nil {
		return err
	}
	m.objects[key] = slices.Clone(body)
	return nil
}

func (m *memory) Get(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask("GET", key); err != nil {
		return nil, err
	}
	body, ok := m.objects[key]
	if !ok {
		return nil, fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	return body, nil
}

func (m *memory) List(_ context.Context, prefix, after string) (all []Object, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask("LIST", prefix); err != nil {
		return nil, err
	}
	for _, key := range m.keys() {
		if strings.HasPrefix(key, prefix) && key > after {
			all = append(all, Object{key, int64(len(m.objects[key]))})
		}
	}
	return all, nil
}

func (m *memory) keys() (keys []string) {
	for key := range m.objects {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (m *memory) Remove(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask("DELETE", key); err != nil {
		return err
	}
	delete(m.objects, key)
	return nil
}

func (m *memory) asked() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.requests
}

// book is the schema of the databases of these tests.
var book = []migrations.Migration{{Number: 1, Name: "notes", SQL: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"}}

// home is a database that is copied to a bucket.
type home struct {
	t      *testing.T
	bucket *memory
	path   string
	db     *sqlite.DB
	ship   *Shipper
	heal   bool

	leastMore int64 // 0 for the usual
}

func newHome(t *testing.T) *home {
	h := &home{t: t, bucket: newMemory(), path: filepath.Join(t.TempDir(), "reeve.db")}
	t.Cleanup(func() {
		if h.db != nil {
			h.bucket.down(nil)
			h.stop()
		}
	})
	return h
}

func (h *home) source() Source {
	return Source{Bucket: h.bucket, URL: "s3://bucket/x", Name: "server", Steps: book}
}

func (h *home) start() {
	h.t.Helper()
	if err := h.tryStart(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) tryStart() (err error) {
	machine := clock.System{}
	h.ship = New(Config{Bucket: h.bucket, URL: "s3://bucket/x", Name: "server", Path: h.path, Interval: time.Millisecond,
		Retention: 7 * day, Clock: machine, IDs: clock.NewIDs(machine), Log: slog.New(slog.DiscardHandler)})
	if h.leastMore > 0 {
		h.ship.leastMore = h.leastMore
	}
	o := sqlite.Options{Path: h.path, Steps: book, Migrate: true, Track: true, Untouched: h.ship.Untouched}
	if h.heal {
		o.Heal = Healer(h.source(), h.path)
	}
	if h.db, err = sqlite.Open(h.t.Context(), o); err != nil {
		h.db = nil
		return err
	}
	h.ship.Start(h.db.Changes())
	return nil
}

func (h *home) stop() { h.t.Helper(); h.stopWithin(2 * time.Second) }

func (h *home) stopWithin(d time.Duration) {
	h.t.Helper()
	ctx, done := context.WithTimeout(context.Background(), d)
	defer done()
	h.ship.Finish(ctx)
	if err := h.db.Close(); err != nil {
		h.t.Error(err)
	}
	h.ship.Closed()
	h.db = nil
}

func (h *home) write(text string) {
	h.t.Helper()
	err := h.db.Update(h.t.Context(), func(c store.Conn) error {
		_, err := c.Exec("INSERT INTO note (text) VALUES (?)", text)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// flush waits until all that was written has arrived.
func (h *home) flush() {
	h.t.Helper()
	ctx, done := context.WithTimeout(h.t.Context(), 10*time.Second)
	defer done()
	if err := h.ship.Flush(ctx); err != nil {
		status, _ := h.ship.Status()
		h.t.Fatalf("%v: %+v", err, status)
	}
}

// notes are the texts in a database file.
func notes(t *testing.T, path string) (texts []string) {
	t.Helper()
	c, err := zombie.OpenConn(path, zombie.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	err = sqlitex.Execute(c, "SELECT text FROM note ORDER BY id", &sqlitex.ExecOptions{ResultFunc: func(s *zombie.Stmt) error {
		text := s.ColumnText(0)
		texts = append(texts, text[:min(len(text), 12)])
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// restored are the texts that the bucket gives back.
func (h *home) restored(at time.Time) string {
	h.t.Helper()
	part := filepath.Join(h.t.TempDir(), "part.db")
	if _, err := h.source().Restore(h.t.Context(), at, part); err != nil {
		return "error: " + err.Error()
	}
	return strings.Join(notes(h.t, part), " ")
}

func deleteAll(c store.Conn) error {
	_, err := c.Exec("DELETE FROM note")
	return err
}
