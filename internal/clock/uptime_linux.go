package clock

import (
	"time"

	"golang.org/x/sys/unix"
)

// Uptime is how long the machine has been up, the time that it was suspended included: what
// passes between two readings is true whatever becomes of wall time.
func Uptime() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
		panic("clock: the kernel has no CLOCK_BOOTTIME: " + err.Error())
	}
	return time.Duration(now.Nano())
}
