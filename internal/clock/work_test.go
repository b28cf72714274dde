package clock

import (
	"runtime"
	"testing"
	"time"
)

// A thread's work grows while it works, seen from another one, and does not while
// it waits, however long.
func TestWorkIsNotWaiting(t *testing.T) {
	thread, work, done := make(chan Thread), make(chan time.Duration), make(chan struct{})
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine
		me := CurrentThread()
		thread <- me
		for much := range work {
			for end := me.Worked() + much; me.Worked() < end; {
			}
			done <- struct{}{}
		}
	}()
	defer close(work)
	other := <-thread
	const much = 50 * time.Millisecond
	before := other.Worked()
	work <- much
	<-done
	if worked := other.Worked() - before; worked < much {
		t.Errorf("after %v of work it is %v", much, worked)
	}
	before = other.Worked()
	time.Sleep(4 * much)
	if worked := other.Worked() - before; worked > much {
		t.Errorf("after waiting it is %v", worked)
	}
}
