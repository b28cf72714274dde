package backup

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestWhatWasWrittenComesBack(t *testing.T) {
	h := newHome(t)
	h.start()
	h.write("one")
	h.flush()
	if got := h.restored(time.Time{}); got != "one" {
		t.Errorf("after one note: %s", got)
	}
	h.write("two")
	h.stop()
	if got := h.restored(time.Time{}); got != "one two" {
		t.Errorf("after the end: %s", got)
	}
}

// Nothing is asked of the storage while nothing is written, also over starts.
func TestNothingIsSentWhileNothingIsWritten(t *testing.T) {
	h := newHome(t)
	h.start()
	h.write("one")
	h.flush()
	before := h.bucket.asked()
	h.flush()
	h.stop()
	for range 3 {
		h.start()
		h.flush()
		h.stop()
	}
	if n := h.bucket.asked() - before; n != 0 {
		t.Errorf("%d requests were made for nothing", n)
	}
	h.start()
	h.write("two")
	h.flush()
	if n := h.bucket.asked() - before; n != 2 {
		t.Errorf("%d requests were made for one note after a start, not a look and a piece", n)
	}
	if all, _ := generations(t.Context(), h.bucket, "server"); len(all) != 1 {
		t.Errorf("there are %d generations", len(all))
	}
	if got := h.restored(time.Time{}); got != "one two" {
		t.Errorf("restored is %s", got)
	}
}

// A database that was not closed in order, or whose bucket is not as it was left,
// is copied whole.
func TestAnewWhenInDoubt(t *testing.T) {
	doubts := map[string]func(h *home){
		"the storage was down at the end": func(h *home) {
			h.start()
			h.bucket.down(func(string, string) error { return errDown })
			h.write("unseen")
			h.stopWithin(50 * time.Millisecond)
			h.bucket.down(nil)
		},
		"an emptied bucket":          func(h *home) { clear(h.bucket.objects) },
		"a piece is missing":         func(h *home) { delete(h.bucket.objects, h.bucket.keys()[1]) },
		"a volume was brought back":  func(h *home) { h.bucket.objects[nextKey(h)] = []byte("of a later time") },
		"the position was not noted": func(h *home) { _ = removePosition(h.path) },
	}
	for name, doubt := range doubts {
		t.Run(name, func(t *testing.T) {
			h := newHome(t)
			h.start()
			h.write("one")
			h.flush()
			h.write("two")
			h.stop()
			doubt(h)
			h.start()
			h.write("three")
			h.flush()
			if got, want := h.restored(time.Time{}), strings.Join(notes(t, h.path), " "); got != want || !strings.HasSuffix(got, "three") {
				t.Errorf("restored is %s, not %s", got, want)
			}
			all, _ := generations(t.Context(), h.bucket, "server")
			if last := all[len(all)-1]; last.pieces[0].number != 1 || len(all) == 1 && name != "an emptied bucket" {
				t.Errorf("there are %d generations", len(all))
			}
		})
	}
}

func nextKey(h *home) string {
	keys := h.bucket.keys()
	last, _ := parsePiece(Object{Key: keys[len(keys)-1]})
	folder := last.key[:strings.LastIndex(last.key, "/")+1]
	last.number++
	return folder + last.name()
}

// Writing goes on while the storage is down, and all of it arrives afterwards. A
// piece is sent again as it was.
func TestTheStorageIsDown(t *testing.T) {
	h := newHome(t)
	h.start()
	h.write("one")
	h.flush()
	h.bucket.down(func(string, string) error { return errDown })
	for i := range 20 {
		h.write(fmt.Sprint(i, strings.Repeat("long", 3000)))
	}
	ctx, done := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer done()
	if h.ship.Flush(ctx) == nil {
		t.Error("nothing was missing")
	}
	status, _ := h.ship.Status()
	if status.Error == nil || !strings.Contains(*status.Error, "down") || status.Since == nil || !status.Pending || !h.ship.Holds() {
		t.Errorf("status %+v", status)
	}
	h.bucket.down(nil)
	h.flush()
	if got := h.restored(time.Time{}); len(strings.Fields(got)) != 21 {
		t.Errorf("restored is %s", got)
	}
	if status, _ = h.ship.Status(); status.Error != nil || status.Pending || status.Failures != 0 {
		t.Errorf("status %+v", status)
	}
}

// A generation that grows past its bounds is followed by another, and old ones go.
func TestGenerationsEnd(t *testing.T) {
	h := newHome(t)
	h.leastMore = 1 << 20
	h.start()
	random := rand.NewChaCha8([32]byte{1})
	noise := make([]byte, 50<<10)
	for range 40 {
		_, _ = random.Read(noise)
		h.write(fmt.Sprintf("%x", noise))
		h.flush()
		if err := h.db.Update(t.Context(), deleteAll); err != nil {
			t.Fatal(err)
		}
		h.flush()
	}
	h.write("last")
	h.flush()
	all, err := generations(t.Context(), h.bucket, "server")
	if err != nil || len(all) < 2 || len(all) > wholeGenerations+1 {
		t.Errorf("%d generations, %v", len(all), err)
	}
	if got := h.restored(time.Time{}); got != "last" {
		t.Errorf("restored is %s", got)
	}
}

func TestTimes(t *testing.T) {
	h := newHome(t)
	h.start()
	var moments []time.Time
	for i := range 5 {
		h.write(fmt.Sprint(i))
		h.flush()
		status, _ := h.ship.Status()
		moments = append(moments, *status.Until)
		time.Sleep(2 * time.Millisecond)
	}
	for i, at := range moments {
		if got := len(strings.Fields(h.restored(at.Add(time.Millisecond)))); got != i+1 {
			t.Errorf("at moment %d there are %d notes", i, got)
		}
	}
	if got := h.restored(moments[0].Add(-time.Hour)); !strings.Contains(got, "no copy of the database \"server\" from before") {
		t.Errorf("before all: %s", got)
	}
}
