package clock

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Worked is for how long processors have run this process, from its beginning.
// What a host takes away from a virtual machine is not always told apart from
// that, see Stolen. Where the kernel does not tell, it is the time since the
// program's beginning, as if the process had never waited.
func Worked() time.Duration {
	var spent unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &spent); err != nil {
		return time.Since(initialised)
	}
	return time.Duration(spent.Nano())
}

// Stolen is for how long the host has let this machine's processors wait that had
// something to do, over all of them (proc_stat(5)): what a throttled virtual
// machine is short of. 0 when the kernel does not tell.
func Stolen() time.Duration {
	f, err := os.Open("/proc/stat")
	if err != nil {
		return 0
	}
	defer f.Close()
	line, err := bufio.NewReader(f).ReadSlice('\n')
	fields := bytes.Fields(line) // cpu user nice system idle iowait irq softirq steal
	if err != nil || len(fields) < 9 {
		return 0
	}
	stolen, err := strconv.ParseInt(string(fields[8]), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(stolen) * (time.Second / ticks)
}
