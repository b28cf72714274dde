package clock

import (
	"testing"
	"time"
)

// The process's work grows while it works, and does not while it waits.
func TestWorkIsNotWaiting(t *testing.T) {
	const much = 50 * time.Millisecond
	before := Worked()
	for began := Worked(); Worked()-began < much; {
	}
	if worked := Worked() - before; worked < much {
		t.Errorf("after %v of work it is %v", much, worked)
	}
	before = Worked()
	time.Sleep(4 * much)
	if worked := Worked() - before; worked > 2*much {
		t.Errorf("after waiting it is %v", worked)
	}
}
