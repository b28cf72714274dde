package backup

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// damages are what can become of the file of a database that is closed.
var damages = map[string]func([]byte) []byte{
	"missing":             nil,
	"truncated":           func(b []byte) []byte { return b[:len(b)/3] },
	"cut to nothing":      func([]byte) []byte { return nil },
	"header flipped":      func(b []byte) []byte { b[3] ^= 0x20; return b },
	"page size flipped":   func(b []byte) []byte { b[16] ^= 0xff; return b },
	"schema flipped":      func(b []byte) []byte { b[101] ^= 0x7f; b[103] ^= 0x7f; return b },
	"table's root broken": func(b []byte) []byte { copy(b[4096:], bytes.Repeat([]byte{0xa5}, 64)); return b },
	"a leaf broken":       func(b []byte) []byte { copy(b[len(b)-4096:], bytes.Repeat([]byte{0x5a}, 64)); return b },
}

// unclean are damages that only a look through the whole file finds, which a
// start takes when the one before did not end in order.
var unclean = []string{"table's root broken", "a leaf broken"}

func TestHealing(t *testing.T) {
	for name, damage := range damages {
		for _, place := range []string{"storage", "snapshot"} {
			t.Run(name+"/"+place, func(t *testing.T) {
				h := newHome(t)
				h.heal = true
				h.start()
				for i := range 40 {
					h.write(fmt.Sprint(i, strings.Repeat(" long", 500)))
				}
				h.stop()
				if place == "snapshot" {
					if _, _, err := sqlite.TakeSnapshot(t.Context(), h.path, book, time.Now(), 5); err != nil {
						t.Fatal(err)
					}
					clear(h.bucket.objects)
				}
				spoil(t, h.path, damage)
				if slices.Contains(unclean, name) {
					if err := os.WriteFile(h.path+".damaged", []byte("met damage"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				h.start()
				done := h.db.Healed()
				if done == nil || done.Until.IsZero() || (done.Aside == "") != (name == "missing" || name == "cut to nothing") {
					t.Fatalf("healed: %+v", done)
				}
				if last, ok := sqlite.LastHealing(h.path); !ok || last != *done {
					t.Errorf("noted is %+v", last)
				}
				h.write("after")
				if got := notes(t, h.path); len(got) != 41 {
					t.Errorf("there are %d notes", len(got))
				}
				h.flush()
				if got := strings.Fields(h.restored(time.Time{})); got[len(got)-1] != "after" {
					t.Errorf("the storage has %s", got)
				}
				h.stop()
				h.start()
				if h.db.Healed() != nil {
					t.Error("it was healed again")
				}
			})
		}
	}
}

func spoil(t *testing.T, path string, damage func([]byte) []byte) {
	t.Helper()
	if damage == nil {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, damage(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A storage that cannot be asked must not become an empty database.
func TestNoHealingFromAStorageThatIsDown(t *testing.T) {
	h := newHome(t)
	h.heal = true
	h.start()
	h.write("one")
	h.stop()
	spoil(t, h.path, nil)
	h.bucket.down(func(string, string) error { return errDown })
	err := h.tryStart()
	var refused *fault.Error
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "was missing, and no copy could be put in its place") || refused.Hint == "" {
		t.Errorf("the start gave %v", err)
	}
	if _, err := os.Stat(h.path); err == nil {
		t.Error("there is a database")
	}
	h.bucket.down(nil)
	h.start()
	if got := notes(t, h.path); len(got) != 1 {
		t.Errorf("there are %d notes", len(got))
	}
}

func TestAnEmptyVolumeAndAnEmptyBucketMakeANewDatabase(t *testing.T) {
	h := newHome(t)
	h.heal = true
	h.start()
	h.write("first")
	if h.db.Healed() != nil {
		t.Error("it was healed")
	}
}

// Damage that was copied too is passed over, and so are damaged pieces.
func TestTheNewestGoodCopy(t *testing.T) {
	broken := map[string]func(h *home, keys []string){
		"last piece cut":      func(h *home, keys []string) { k := keys[len(keys)-1]; h.bucket.objects[k] = h.bucket.objects[k][:20] },
		"last piece flipped":  func(h *home, keys []string) { h.bucket.objects[keys[len(keys)-1]][40] ^= 1 },
		"last piece is empty": func(h *home, keys []string) { h.bucket.objects[keys[len(keys)-1]] = nil },
		"a gap":               func(h *home, keys []string) { delete(h.bucket.objects, keys[len(keys)-2]) },
		"two pieces flipped": func(h *home, keys []string) {
			for _, k := range keys[len(keys)-4:] {
				h.bucket.objects[k][30] ^= 1
			}
		},
	}
	left := map[string]string{"last piece cut": "0 1 2 3 4 5 6 7 8", "last piece flipped": "0 1 2 3 4 5 6 7 8", "last piece is empty": "0 1 2 3 4 5 6 7 8",
		"a gap": "0 1 2 3 4 5 6 7", "two pieces flipped": "0 1 2 3 4 5"}
	for name, damage := range broken {
		t.Run(name, func(t *testing.T) {
			h := newHome(t)
			h.start()
			for i := range 10 {
				h.write(fmt.Sprint(i))
				h.flush()
			}
			damage(h, h.bucket.keys())
			if got := h.restored(time.Time{}); got != left[name] {
				t.Errorf("restored is %s, not %s", got, left[name])
			}
		})
	}
}

func TestNewestGoodTriesFew(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 1000} {
		for good := range n + 1 {
			tries, kept := 0, -1
			got, err := newestGood(n, func(i int) (bool, error) { tries++; return i >= good, nil }, func(i int) error { kept = i; return nil })
			want := good
			if good == n {
				want = -1
			}
			if got != want || kept != want || err != nil || tries > 22 {
				t.Fatalf("of %d with %d bad: found %d, kept %d, after %d tries, %v", n, good, got, kept, tries, err)
			}
		}
	}
}

func TestExpired(t *testing.T) {
	now := time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	ago := func(hours int, points ...bool) generation {
		at := now.Add(-time.Duration(hours) * time.Hour)
		g := generation{id: at.Format(stamp) + "-00000000"}
		for i, p := range points {
			g.pieces = append(g.pieces, piece{number: i + 1, time: at, point: p})
		}
		return g
	}
	tests := map[string]struct {
		all  []generation // the oldest first
		gone []int
	}{
		"nothing":                   {},
		"the newest three stay":     {all: []generation{ago(5000, true), ago(4000, true), ago(3000, true)}},
		"one a day after that":      {all: []generation{ago(60, true), ago(59, true), ago(3, true), ago(2, true), ago(1, true)}, gone: []int{0}},
		"not beyond the retention":  {all: []generation{ago(24*8, true), ago(24*6, true), ago(3, true), ago(2, true), ago(1, true)}, gone: []int{0}},
		"unfinished ones":           {all: []generation{ago(4, true), ago(3, false, false), ago(2, true), ago(1, false)}, gone: []int{1}},
		"the one that has no point": {all: []generation{ago(1, false)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var gone []int
			for _, g := range expired(test.all, now, 7*day) {
				gone = append(gone, slices.IndexFunc(test.all, func(x generation) bool { return x.id == g.id }))
			}
			slices.Sort(gone)
			if !slices.Equal(gone, test.gone) {
				t.Errorf("gone are %v, not %v", gone, test.gone)
			}
		})
	}
}

func FuzzApplyPiece(f *testing.F) {
	w, err := newPiece(pieceHeader{PageSize: 512, Pages: 3, Count: 1, Point: true})
	if err != nil {
		f.Fatal(err)
	}
	if err := w.page(2, make([]byte, 512)); err != nil {
		f.Fatal(err)
	}
	whole, err := w.close()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-3])
	f.Add([]byte("no gzip"))
	f.Fuzz(func(t *testing.T, text []byte) {
		to, err := os.Create(filepath.Join(t.TempDir(), "part"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = to.Close() }()
		h, err := applyPiece(bytes.NewReader(text), to)
		info, _ := to.Stat()
		if err == nil && info.Size() > int64(h.Pages)*int64(h.PageSize) {
			t.Errorf("%d bytes of %d pages", info.Size(), h.Pages)
		}
	})
}
