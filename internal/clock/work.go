package clock

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Thread is a thread of the operating system.
type Thread int

// CurrentThread is the one that the caller runs on. It is the caller's for as long
// as it is locked to it (runtime.LockOSThread).
func CurrentThread() Thread { return Thread(unix.Gettid()) }

// Worked is for how long the thread has been run by a processor, from its
// beginning. What a host takes away from a virtual machine is not always told
// apart from that, see Stolen. Where the kernel does not tell, it is the time
// since the program's beginning, as if the thread had never waited.
func (t Thread) Worked() time.Duration {
	// The clock of another thread's work, as pthread_getcpuclockid(3) makes it: the
	// complement of the thread's id, then CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED.
	var spent unix.Timespec
	if err := unix.ClockGettime(int32(^uint32(t)<<3|4|2), &spent); err != nil {
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
