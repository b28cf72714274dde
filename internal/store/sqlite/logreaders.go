package sqlite

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// The bytes of the log's index that SQLite locks: one of these for as long as
// somebody reads the database as it is at one moment (WAL_READ_LOCK in its wal.c).
const firstReadLock, lastReadLock = 123, 127

// LogReaders names the other programs that are reading the database at the moment, for
// which its log cannot be begun anew: "sqlite3 (process 4711)". Linux alone tells; nil
// otherwise.
func LogReaders(path string) []string {
	index, err := os.Stat(path + "-shm")
	if err != nil {
		return nil
	}
	stat, ok := index.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return nil
	}
	var names []string
	for _, pid := range readLocks(string(locks), stat.Ino) {
		if pid == os.Getpid() {
			continue
		}
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err != nil {
			continue // it has ended
		}
		names = append(names, fmt.Sprintf("%s (process %d)", strings.TrimSpace(string(name)), pid))
	}
	return names
}

// readLocks are the processes that hold a read lock on a file, as /proc/locks has them:
// "1: POSIX  ADVISORY  READ 4711 fd:00:1835031 123 123".
func readLocks(locks string, inode uint64) (pids []int) {
	for line := range strings.Lines(locks) {
		fields := strings.Fields(line)
		if len(fields) != 8 || fields[3] != "READ" || !strings.HasSuffix(fields[5], ":"+strconv.FormatUint(inode, 10)) {
			continue
		}
		pid, err := strconv.Atoi(fields[4])
		from, e := strconv.Atoi(fields[6])
		if err != nil || e != nil || from < firstReadLock || from > lastReadLock || slices.Contains(pids, pid) {
			continue
		}
		pids = append(pids, pid)
	}
	return pids
}
