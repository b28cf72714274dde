package doctor

import (
	"testing"
	"time"
)

type object = map[string]any

// withPool is a server with one pool.
func withPool(pool object, queues []any, workers []any) answers {
	return well.with(answers{"POST /work_pools/filter": []any{pool}, "POST /work_pools/p/queues/filter": queues, "POST /work_pools/p/workers/filter": workers})
}

var (
	process = object{"name": "p", "type": "process", "status": "READY"}
	online  = []any{object{"name": "w", "status": "ONLINE", "last_heartbeat_time": ago(10 * time.Second)}}
	gone    = []any{object{"name": "old", "status": "OFFLINE", "last_heartbeat_time": ago(time.Hour)}, object{"name": "w", "status": "OFFLINE", "last_heartbeat_time": ago(12 * time.Minute)}}
	queue   = []any{object{"name": "default", "is_paused": false}}
)

const tomlPool = "[[pool]]\nname = \"p\"\n"

func TestPools(t *testing.T) {
	tests := map[string]struct {
		situation
		want []finding
	}{
		"none":    {situation{server: well}, []finding{{OK, "there are none", ""}}},
		"good":    {situation{server: withPool(process, queue, online)}, []finding{{OK, "p: not paused, of type process", ""}}},
		"missing": {situation{server: well, toml: tomlPool}, []finding{{Fail, "work pool p of reeve.toml does not exist", "reeve worker start --pool p"}}},
		"paused":  {situation{server: withPool(object{"name": "p", "type": "process", "is_paused": true}, queue, online)}, []finding{{Fail, "work pool p is paused", "prefect work-pool resume p"}}},
		"paused queue": {situation{server: withPool(process, []any{object{"name": "q", "is_paused": true}}, online)},
			[]finding{{Fail, "work queue q of pool p is paused", "prefect work-queue resume q --pool p"}}},
		"other type": {situation{server: withPool(object{"name": "p", "type": "docker"}, queue, online)}, []finding{{Warn, "is of type docker", "prefect work-pool create"}}},
		"unasked":    {situation{server: well.with(answers{"POST /work_pools/filter": page(500, "")})}, []finding{{Warn, "could not be asked", "reeve status"}}},
		"down":       {situation{}, []finding{{Skipped, "", ""}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "pools", test.want...) })
	}
}

func TestTaskWorkers(t *testing.T) {
	serves := func(name string, keys ...string) object { return object{"identifier": name, "task_keys": keys} }
	with := func(workers ...any) situation {
		return situation{server: well.with(answers{"POST /task_workers/filter": workers})}
	}
	for name, test := range map[string]struct {
		situation
		want []finding
	}{
		"none":    {with(), []finding{{OK, "there are none", ""}}},
		"apart":   {with(serves("a-1", "x"), serves("b-2", "y")), []finding{{OK, "connected: 2", ""}}},
		"one key": {with(serves("a-1", "x", "y"), serves("b-2", "y")), []finding{{Warn, "task y is served by a-1 and b-2", "storage"}}},
		"unasked": {situation{server: well.with(answers{"POST /task_workers/filter": page(500, "")})}, []finding{{Warn, "could not be asked", "reeve status"}}},
		"down":    {situation{}, []finding{{Skipped, "", ""}}},
	} {
		t.Run(name, func(t *testing.T) { test.expect(t, "task-workers", test.want...) })
	}
}

func TestWorkers(t *testing.T) {
	tests := map[string]struct {
		situation
		want []finding
	}{
		"no pool":    {situation{server: well}, []finding{{OK, "no pool to serve", ""}}},
		"online":     {situation{server: withPool(process, queue, online)}, []finding{{OK, "pool p: 1 worker online, heard 10 s ago", ""}}},
		"gone":       {situation{server: withPool(process, queue, gone)}, []finding{{Fail, "no worker of pool p is online: w was heard last, 12 min ago", "reeve worker start --pool p --api http://"}}},
		"never":      {situation{server: withPool(process, queue, []any{})}, []finding{{Fail, "no worker has ever been online in pool p", "reeve worker start --pool p"}}},
		"configured": {situation{server: withPool(process, queue, gone), toml: tomlPool}, []finding{{Fail, "no worker of pool p", "reeve gateway start keeps one running"}}},
		"other type": {situation{server: withPool(object{"name": "p", "type": "docker"}, queue, []any{})}, []finding{{Warn, "no worker of pool p", "prefect worker start --pool p"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "workers", test.want...) })
	}
}
