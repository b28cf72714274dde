package clock

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// leastJump is what counts as a jump rather than as time that passed while two
// clocks were read.
const leastJump = 10 * time.Millisecond

// farAway is a time for which no timer goes off: the year 2242.
const farAway = 1 << 33

// Jumps implements Jumper. Nothing is polled: the kernel ends a read from a
// timer on wall time when that clock is set (timerfd_create(2),
// TFD_TIMER_CANCEL_ON_SET), which it does after a suspension too.
func (System) Jumps() (<-chan time.Duration, func()) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, func() {}
	}
	timer := os.NewFile(uintptr(fd), "timerfd")
	jumps := make(chan time.Duration, 1)
	go watchJumps(timer, fd, jumps)
	return jumps, func() { _ = timer.Close() }
}

func watchJumps(timer *os.File, fd int, jumps chan time.Duration) {
	spec := unix.ItimerSpec{Value: unix.Timespec{Sec: farAway}}
	buf := make([]byte, 8)
	for base := time.Now(); ; {
		if err := unix.TimerfdSettime(fd, unix.TFD_TIMER_ABSTIME|unix.TFD_TIMER_CANCEL_ON_SET, &spec, nil); err != nil && !errors.Is(err, unix.ECANCELED) {
			return
		}
		_, err := timer.Read(buf)
		if err != nil && !errors.Is(err, unix.ECANCELED) {
			return // closed
		}
		now := time.Now()
		moved := now.Round(0).Sub(base.Round(0)) - now.Sub(base)
		base = now
		if moved > leastJump || moved < -leastJump {
			offer(jumps, moved)
		}
	}
}
