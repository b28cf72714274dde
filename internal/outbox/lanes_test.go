package outbox

import (
	"slices"
	"testing"
	"time"
)

// What comes late, because it is sent again, takes its place by its arrival, but
// never before what is under way.
func TestALaneIsInTheOrderOfArrival(t *testing.T) {
	l, now := newLanes(), time.Now()
	for _, seq := range []int64{5, 3, 4, 3} {
		l.add(Item{Seq: seq, Lane: "a", Size: 1})
	}
	first, _, _ := l.take(now)
	if _, wait, ok := l.take(now); ok || wait != forever {
		t.Error("two of a lane are under way")
	}
	l.add(Item{Seq: 1, Lane: "a", Size: 1})
	if n, bytes := l.size(); n != 4 || bytes != 4 {
		t.Errorf("%d of %d bytes wait", n, bytes)
	}
	l.done(first)
	order := []int64{first.Seq}
	for item, _, ok := l.take(now); ok; item, _, ok = l.take(now) {
		order = append(order, item.Seq)
		l.done(item)
	}
	if want := []int64{3, 1, 4, 5}; !slices.Equal(order, want) {
		t.Errorf("the order is %v, want %v", order, want)
	}
	if n, bytes := l.size(); n != 0 || bytes != 0 || len(l.byName) != 0 {
		t.Errorf("%d of %d bytes wait in %d lanes", n, bytes, len(l.byName))
	}
}

// Of lanes that failed, the one whose pause ends first is tried first; a delivery
// that succeeds ends the row of failures.
func TestLanesComeDueByTheirPauses(t *testing.T) {
	l, now := newLanes(), time.Now()
	pauseAt := func(at time.Time) func(int) time.Time {
		return func(failures int) time.Time { return at.Add(time.Duration(10*failures) * time.Second) }
	}
	for seq, lane := range []string{"a", "b", "c", "b"} {
		l.add(Item{Seq: int64(seq), Lane: lane})
	}
	for range 2 {
		item, _, _ := l.take(now)
		l.failed(item, now, pauseAt(now))
	}
	if item, _, ok := l.take(now); !ok || item.Lane != "c" {
		t.Errorf("took %v", item)
	}
	if _, wait, ok := l.take(now); ok || wait != 10*time.Second {
		t.Errorf("the next is due after %v", wait)
	}
	later := now.Add(10 * time.Second)
	item, _, _ := l.take(later)
	if next := l.failed(item, later, pauseAt(later)); item.Lane != "a" || !next.Equal(later.Add(20*time.Second)) {
		t.Errorf("took %v, which is due again at %v", item, next)
	}
	item, _, _ = l.take(later)
	l.done(item)
	if item.Lane != "b" {
		t.Errorf("took %v", item)
	}
	item, _, ok := l.take(later)
	if next := l.failed(item, later, pauseAt(later)); !ok || item.Seq != 3 || !next.Equal(later.Add(10*time.Second)) {
		t.Errorf("took %v, which is due again at %v", item, next)
	}
}

// What yields lets the others of its lane go first when it fails, and comes again.
func TestAFailureThatYields(t *testing.T) {
	l, now := newLanes(), time.Now()
	for seq := range int64(3) {
		l.add(Item{Seq: seq, Lane: "a", Yields: true})
	}
	var order []int64
	for range 4 {
		item, _, ok := l.take(now)
		if !ok {
			t.Fatal("nothing is due")
		}
		order = append(order, item.Seq)
		if item.Seq == 0 && len(order) == 1 {
			l.add(Item{Seq: 3, Lane: "a", Yields: true}) // while it is under way
			l.failed(item, now, func(int) time.Time { return now })
			continue
		}
		l.done(item)
	}
	if want := []int64{0, 1, 2, 3}; !slices.Equal(order, want) {
		t.Errorf("the order is %v, want %v", order, want)
	}
	if item, _, _ := l.take(now); item.Seq != 0 {
		t.Errorf("the one that failed is followed by %v", item)
	}
}

// A lane waits for as long as it was to, also when the clock was set back meanwhile.
func TestALaneDoesNotWaitForTheClock(t *testing.T) {
	l, now := newLanes(), time.Now()
	for seq, lane := range []string{"a", "b"} {
		l.add(Item{Seq: int64(seq), Lane: lane})
		item, _, _ := l.take(now)
		l.failed(item, now, func(int) time.Time { return now.Add(time.Duration(seq+1) * time.Second) })
	}
	back := now.Add(-3 * time.Hour)
	if _, wait, ok := l.take(back); ok || wait != time.Second {
		t.Errorf("the next is due after %v", wait)
	}
	for seq := range int64(2) {
		if item, wait, ok := l.take(back.Add(time.Duration(seq+1) * time.Second)); !ok || item.Seq != seq {
			t.Errorf("took %v, the next is due after %v", item, wait)
		}
	}
}
