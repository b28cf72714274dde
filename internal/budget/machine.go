package budget

import (
	"io/fs"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Machine is the file system that tells of a machine, its root as seen by this
// process: os.DirFS("/").
type Machine struct{ fs.FS }

// unlimited is the least of the numbers by which control groups of version 1 say
// "no limit".
const unlimited = 1 << 60

// Memory is what this process may use, in bytes: the machine's memory, or the
// tightest limit of a control group on the way from the process' own to the root.
// 0 when nothing is known.
func (m Machine) Memory() int64 {
	least := int64(0)
	take := func(n int64, err error) {
		if err == nil && n > 0 && n < unlimited && (least == 0 || n < least) {
			least = n
		}
	}
	for line := range strings.Lines(m.read("proc/meminfo")) {
		if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			kilobytes, err := number(strings.TrimSuffix(strings.TrimSpace(rest), "kB"))
			take(kilobytes<<10, err)
		}
	}
	all := m.read("proc/self/cgroup")
	for _, version := range []struct{ controller, folder, limit string }{
		{"", "sys/fs/cgroup", "memory.max"},
		{"memory", "sys/fs/cgroup/memory", "memory.limit_in_bytes"},
	} {
		for at := path.Clean("/" + group(all, version.controller)); ; at = path.Dir(at) {
			take(number(m.read(path.Join(version.folder, at, version.limit))))
			if at == "/" {
				break
			}
		}
	}
	return least
}

// ThisMachine is the Memory of the machine that this process runs on, which is
// looked up once: a dozen files tell, and a server is to answer at once.
var ThisMachine = sync.OnceValue(func() int64 { return Machine{os.DirFS("/")}.Memory() })

// group is the control group for a controller, "" for that of version 2, of the
// process whose groups are all.
func group(all, controller string) string {
	for line := range strings.Lines(all) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) == 3 && (fields[1] == controller) {
			return fields[2]
		}
	}
	return "/"
}

func (m Machine) read(name string) string {
	text, _ := fs.ReadFile(m.FS, path.Clean(name)) // what is not there says nothing
	return string(text)
}

func number(text string) (int64, error) { return strconv.ParseInt(strings.TrimSpace(text), 10, 64) }

// The shares of a machine's memory. The collector works harder near its limit of
// five eighths, which leaves the rest for what it does not count: the database's
// own memory, stacks, the kernel's buffers. Requests have a part of its share,
// since what they hold is only a part of what is allocated for them.
const (
	leastRequests = 24 << 20
	mostRequests  = 2 << 30
)

// RequestMemory is how much of a machine's memory requests may hold, when it is
// not set.
func RequestMemory(machine int64) int64 {
	if machine == 0 {
		return mostRequests / 4
	}
	return min(max(machine*3/8, leastRequests), mostRequests)
}

// LimitCollector makes the garbage collector keep the process within five
// eighths of the machine's memory, unless GOMEMLIMIT has said something else.
func LimitCollector(machine int64) {
	const none = 1<<63 - 1
	if machine > 0 && debug.SetMemoryLimit(-1) == none {
		debug.SetMemoryLimit(machine / 8 * 5)
	}
}

const (
	// startPercent has the collector look at 12 MB for the first time, not at 4.
	startPercent = 300
	// collectorRest is how long that lasts at most.
	collectorRest = 2 * time.Second
)

// RestCollector has the garbage collector rest while the program starts: of the few MB that
// a start allocates next to nothing is garbage, and to look for it costs a tenth of a cold
// start. From the first collection on, however soon that is, it works as ever: who is busy
// from the first moment needs it.
func RestCollector() {
	percent := debug.SetGCPercent(startPercent)
	if percent < 0 || percent >= startPercent { // GOGC has said something else
		debug.SetGCPercent(percent)
		return
	}
	work := func(percent int) { debug.SetGCPercent(percent) }
	runtime.AddCleanup(new([64]byte), work, percent)
	time.AfterFunc(collectorRest, func() { work(percent) })
}
