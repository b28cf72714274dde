package clock

import (
	"bytes"
	"os"
	"strconv"
	"time"
)

// initialised is when the program's own code began to run.
var initialised = time.Now()

// processResolution is how exactly the kernel tells when a process was started.
const processResolution = 20 * time.Millisecond

// ProcessStart is when this process was started, as exactly as can be known:
// when its code began to run, or, when the kernel took long to load it, when
// the kernel was asked to.
func ProcessStart() time.Time {
	start := initialised
	if age, ok := processAge(); ok {
		if kernel := time.Now().Add(-age); start.Sub(kernel) > processResolution {
			start = kernel
		}
	}
	return start.UTC().Truncate(time.Microsecond)
}

// ticks is how many units of /proc/self/stat there are in a second, on every
// architecture that Linux has.
const ticks = 100

// processAge is how old this process is, by /proc.
func processAge() (time.Duration, bool) {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, false
	}
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return 0, false
	}
	// The program's name, in parentheses, may hold anything; 19 fields follow it
	// before the start time.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || len(uptime) == 0 {
		return 0, false
	}
	started, err := strconv.ParseFloat(string(fields[19]), 64)
	if err != nil {
		return 0, false
	}
	up, err := strconv.ParseFloat(string(bytes.Fields(uptime)[0]), 64)
	if err != nil {
		return 0, false
	}
	return time.Duration((up - started/ticks) * float64(time.Second)), true
}
