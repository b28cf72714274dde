package sqlite

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
)

// Writes that are gathered while the writer is held up are one group. What one of them has
// done before it failed is undone, whatever stands before and after it.
func TestWriteThatFailsIsUndoneAlone(t *testing.T) {
	db := openNotes(t, filepath.Join(t.TempDir(), "a.db"), clock.System{})
	no := errors.New("no")
	held, began := make(chan struct{}), make(chan struct{})
	results := map[string]chan error{}
	do := func(name string, fn func(store.Conn) error) {
		result := make(chan error, 1)
		results[name] = result
		go func() { result <- db.Update(t.Context(), fn) }()
	}
	do("holds up", func(store.Conn) error {
		select {
		case <-began:
		default:
			close(began)
		}
		<-held
		return nil
	})
	<-began
	want := map[string]error{"holds up": nil}
	for i, name := range []string{"a", "b", "c", "d", "e", "f"} {
		waits := len(db.writer.queue)
		fails := []error{nil, no, nil, no, nil, nil}[i]
		writes := i != 3 // d fails before it has written anything
		want[name] = fails
		do(name, func(c store.Conn) error {
			if writes {
				if _, err := c.Exec("INSERT INTO note (text) VALUES (?)", name); err != nil {
					return err
				}
			}
			return fails
		})
		eventually(t, "the write waits", func() bool { return len(db.writer.queue) > waits })
	}
	close(held)
	for name, result := range results {
		if err := <-result; !errors.Is(err, want[name]) {
			t.Errorf("%s: %v, want %v", name, err, want[name])
		}
	}
	var names string
	err := db.View(t.Context(), func(c store.Conn) error {
		return c.Query(`SELECT group_concat(text, '') FROM (SELECT text FROM note ORDER BY text)`, nil, func(r store.Row) error { return r.Scan(&names) })
	})
	if err != nil || names != "acef" {
		t.Errorf("there are %q, %v; want acef", names, err)
	}
}
