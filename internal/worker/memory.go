package worker

import (
	"bytes"
	"math"
	"os"
	"runtime"
	"strconv"
)

// warmMemory is the least memory of a machine on which a process that has
// prefect loaded (some 90 MB) is kept beside the runs unless it is asked for.
const warmMemory = 400 << 20

// MemoryForWarm reports whether this machine has memory enough to keep a process
// that has prefect loaded. There is none but on Linux.
func MemoryForWarm() bool {
	return runtime.GOOS == "linux" && memory(os.ReadFile) >= warmMemory
}

// memory is what this process may use of its machine, in bytes; 0 when unknown.
func memory(read func(string) ([]byte, error)) uint64 {
	least := uint64(math.MaxUint64)
	if text, err := read("/proc/meminfo"); err == nil {
		if _, rest, ok := bytes.Cut(text, []byte("MemTotal:")); ok {
			if fields := bytes.Fields(rest); len(fields) > 0 {
				if kilobytes, err := strconv.ParseUint(string(fields[0]), 10, 64); err == nil {
					least = kilobytes << 10
				}
			}
		}
	}
	// The limits of the container, in the two forms that there are.
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := read(file); err == nil {
			if n, err := strconv.ParseUint(string(bytes.TrimSpace(text)), 10, 64); err == nil {
				least = min(least, n)
			}
		}
	}
	if least == math.MaxUint64 {
		return 0
	}
	return least
}
