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
// container has, and whether it was ever hit.
func checkMemory(_ context.Context, e *Exam) []Finding {
	group := e.Machine.memoryGroup()
	if group.limit == 0 {
		return ok("no limit is set on this process' memory")
	}
	if group.killed > 0 {
		return one(Warn, "give it more memory: fly scale memory 512, docker run --memory 512m", "%s in this control group killed for want of memory; its limit is %s",
			counted(group.killed, "process was", "processes were"), size(group.limit))
	}
	needed := uint64(serverMemory)
	if len(e.Config.Setup.Pools) > 0 {
		needed += workerMemory
	}
	if group.limit < needed {
		return one(Warn, "give it more memory: fly scale memory 512, docker run --memory 512m", "the limit of memory is %s; server and workers want %s", size(group.limit), size(needed))
	}
	return ok("%s of %s are used", size(group.used), size(group.limit))
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
