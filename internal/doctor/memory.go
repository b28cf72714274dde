package doctor

import (
	"context"
	"path"
	"strconv"
	"strings"
)

// What a part needs to live with room to spare, in bytes.
const (
	serverMemory = 64 << 20
	workerMemory = 192 << 20 // a worker with a Python of its own and one small run
)

// checkMemory looks at the limit of this process' control group, which every
// container has, or at the machine's memory, and whether it was ever short.
func checkMemory(_ context.Context, e *Exam) []Finding {
	const more = "give it more memory: fly scale memory 512, docker run --memory 512m"
	found, of := e.Machine.memoryGroup(), "control group"
	if found.limit == 0 {
		found, of = e.Machine.memory(), "machine"
	}
	needed := uint64(serverMemory)
	if len(e.Config.Setup.Pools) > 0 {
		needed += workerMemory
	}
	switch {
	case found.limit == 0:
		return skipped("this system does not say how much memory there is")
	case found.killed > 0 && found.limit < plenty:
		return one(Warn, more, "%s killed for want of memory in this %s, which has %s", counted(found.killed, "process was", "processes were"), of, size(found.limit))
	case found.limit < needed:
		return one(Warn, more, "this %s has %s of memory; server and workers want %s", of, size(found.limit), size(needed))
	}
	return ok("%s of %s are used by this %s", size(found.used), size(found.limit), of)
}

// plenty is the memory of a machine on which killed processes were others.
const plenty = 4 << 30

// memory is that of the whole machine.
func (m Machine) memory() memoryGroup {
	var found memoryGroup
	kilobytes := func(line, name string) uint64 {
		n, _ := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(line, name), "kB")), 10, 64)
		return n << 10
	}
	for _, line := range strings.Split(m.read("proc/meminfo"), "\n") {
		switch {
		case strings.HasPrefix(line, "MemTotal:"):
			found.limit = kilobytes(line, "MemTotal:")
		case strings.HasPrefix(line, "MemAvailable:"):
			found.used = found.limit - min(found.limit, kilobytes(line, "MemAvailable:"))
		}
	}
	for _, line := range strings.Split(m.read("proc/vmstat"), "\n") {
		if count, ok := strings.CutPrefix(line, "oom_kill "); ok {
			found.killed, _ = strconv.ParseUint(count, 10, 64)
		}
	}
	return found
}

type memoryGroup struct {
	limit, used uint64 // limit 0: there is none
	killed      uint64
}

// unlimited is the least of the numbers by which version 1 says "no limit".
const unlimited = 1 << 60

// memoryGroup finds the tightest limit on the way from this process' control
// group to the root.
func (m Machine) memoryGroup() memoryGroup {
	var found memoryGroup
	own := "/"
	for _, line := range strings.Split(m.read("proc/self/cgroup"), "\n") {
		fields := strings.SplitN(line, ":", 3)
		if len(fields) == 3 && (fields[1] == "" || fields[1] == "memory") {
			own = fields[2]
		}
	}
	for at := path.Clean("/" + own); ; at = path.Dir(at) {
		found.take(m, "sys/fs/cgroup"+at, "memory.max", "memory.current", "memory.events")
		found.take(m, "sys/fs/cgroup/memory"+at, "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control")
		if at == "/" {
			return found
		}
	}
}

func (g *memoryGroup) take(m Machine, folder, limit, used, events string) {
	n, err := strconv.ParseUint(m.read(folder+"/"+limit), 10, 64)
	if err != nil || n >= unlimited || g.limit != 0 && n >= g.limit {
		return
	}
	g.limit = n
	g.used, _ = strconv.ParseUint(m.read(folder+"/"+used), 10, 64)
	for _, line := range strings.Split(m.read(folder+"/"+events), "\n") {
		if count, ok := strings.CutPrefix(line, "oom_kill "); ok {
			g.killed, _ = strconv.ParseUint(count, 10, 64)
		}
	}
}

func counted(n uint64, singular, plural string) string {
	if n == 1 {
		return "1 " + singular
	}
	return strconv.FormatUint(n, 10) + " " + plural
}

// size writes bytes for people.
func size(n uint64) string {
	for _, unit := range []struct {
		name string
		of   uint64
	}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}} {
		if n >= unit.of {
			text := strconv.FormatFloat(float64(n)/float64(unit.of), 'f', 1, 64)
			return strings.TrimSuffix(text, ".0") + " " + unit.name
		}
	}
	return strconv.FormatUint(n, 10) + " bytes"
}
