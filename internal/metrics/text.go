package metrics

import (
	"maps"
	"slices"
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// Text is the snapshot in the format of Prometheus.
func (s *Snapshot) Text() []byte {
	p := &Page{}
	s.writePools(p)
	s.writeWorkers(p)
	s.writeFlows(p)
	s.writeSlots(p)
	s.writeWriter(p)
	s.writeRequests(p)
	s.writeMachine(p)
	s.writeAwake(p)
	return p.Bytes()
}

func (s *Snapshot) writePools(p *Page) {
	pools := func(name, help string, of func(store.PoolMeasure) int) {
		p.Gauge(name, help)
		for _, pool := range s.Pools {
			p.Value(float64(of(pool)), "pool", pool.Pool)
		}
	}
	pools("reeve_pool_runs_due", "Scheduled runs whose time has come.", func(m store.PoolMeasure) int { return m.Due })
	pools("reeve_pool_runs_active", "Pending, running and cancelling runs.", func(m store.PoolMeasure) int { return m.Active })
	pools("reeve_pool_workers", "Known workers.", func(m store.PoolMeasure) int { return m.Workers })
	pools("reeve_pool_workers_online", "Workers that are online.", func(m store.PoolMeasure) int { return m.Online })
	queues := func(name, help string, of func(store.QueueMeasure) float64) {
		p.Gauge(name, help)
		for _, q := range s.Queues {
			p.Value(of(q), "pool", q.Pool, "queue", q.Queue)
		}
	}
	queues("reeve_queue_runs_due", "Scheduled runs of a queue whose time has come.", func(m store.QueueMeasure) float64 { return float64(m.Due) })
	queues("reeve_queue_runs_active", "Pending, running and cancelling runs of a queue.", func(m store.QueueMeasure) float64 { return float64(m.Active) })
	queues("reeve_queue_longest_wait_seconds", "For how long the first due run of a queue has been due.", func(m store.QueueMeasure) float64 { return m.Waits })
	queues("reeve_queue_paused", "Whether a queue or its pool is paused.", func(m store.QueueMeasure) float64 { return truth(m.Paused) })
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func timestamp(t *time.Time) float64 {
	if t == nil {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}

func (s *Snapshot) writeWorkers(p *Page) {
	workers := func(name, help string, of func(store.WorkerMeasure) float64) {
		p.Gauge(name, help)
		for _, w := range s.Workers {
			p.Value(of(w), "pool", w.Pool, "worker", w.Worker)
		}
	}
	workers("reeve_worker_online", "Whether a worker is heard of.", func(w store.WorkerMeasure) float64 { return truth(w.Online) })
	workers("reeve_worker_last_heartbeat_timestamp_seconds", "When a worker was heard of last.",
		func(w store.WorkerMeasure) float64 { return timestamp(w.LastHeartbeat) })
	workers("reeve_worker_uptime_seconds", "Since when an online worker is heard of without a break, but for the server's sleep.",
		func(w store.WorkerMeasure) float64 {
			if w.OnlineSince == nil {
				return 0
			}
			return s.Now.Sub(*w.OnlineSince).Seconds()
		})
}

func (s *Snapshot) writeFlows(p *Page) {
	p.Gauge("reeve_flow_limit", "Runs of a flow that may be active at once.")
	for _, f := range s.Limits {
		p.Value(float64(f.Max), "flow", f.Flow)
	}
	p.Gauge("reeve_flow_limit_active", "Runs of a limited flow that are active.")
	for _, f := range s.Limits {
		p.Value(float64(f.Active), "flow", f.Flow)
	}
	p.Histogram("reeve_flow_run_seconds", "For how long ended runs ran, by how they ended. Kept over restarts.")
	for _, f := range s.Flows {
		for _, outcome := range slices.Sorted(maps.Keys(f.times)) {
			p.Buckets(f.times[outcome], "flow", f.Flow, "outcome", outcome)
		}
	}
	p.Gauge("reeve_flow_success_ratio", "Share of completed runs of all that ended and were not cancelled.")
	for _, f := range s.Flows {
		if f.SuccessRate != nil {
			p.Value(*f.SuccessRate, "flow", f.Flow)
		}
	}
}

func (s *Snapshot) writeSlots(p *Page) {
	p.Gauge("reeve_limit_slots", "Slots of a concurrency limit.")
	for _, l := range s.Slots {
		p.Value(float64(l.Max), "limit", l.Limit)
	}
	p.Gauge("reeve_limit_slots_taken", "Slots of a concurrency limit that are taken.")
	for _, l := range s.Slots {
		p.Value(float64(l.Taken), "limit", l.Limit)
	}
	p.Gauge("reeve_slot_waiting", "Who waits for slots of limits, by kind of limit.")
	for _, w := range s.Waits {
		p.Value(float64(w.Waiting), "kind", w.Kind)
	}
	p.Counter("reeve_slot_refusals_total", "Requests for slots that were not free.")
	for _, w := range s.Waits {
		p.Value(float64(w.Refused), "kind", w.Kind)
	}
	p.Histogram("reeve_slot_wait_seconds", "How long slots were waited for.")
	for _, w := range s.Waits {
		p.Buckets(w.waits, "kind", w.Kind)
	}
}

func (s *Snapshot) writeWriter(p *Page) {
	p.Gauge("reeve_writer_waiting", "Writes that wait for the writer of the database.").Value(float64(s.Writer.Waiting))
	p.Histogram("reeve_writer_wait_seconds", "How long writes waited for the writer.").Buckets(s.Writer.wait)
	p.Histogram("reeve_writer_group_size", "Writes in one commit.").Buckets(s.Writer.group)
	p.Histogram("reeve_writer_commit_seconds", "How long commits took, with their writes.").Buckets(s.Writer.commit)
}

func (s *Snapshot) writeRequests(p *Page) {
	p.Counter("reeve_requests_total", "Requests by operation and class of the answer.")
	for _, o := range s.Requests {
		for _, class := range slices.Sorted(maps.Keys(o.Codes)) {
			p.Value(float64(o.Codes[class]), "method", o.Method, "path", o.Path, "code", class)
		}
	}
	p.Histogram("reeve_request_seconds", "How long requests took.")
	for _, o := range s.Requests {
		p.Buckets(o.took, "method", o.Method, "path", o.Path)
	}
}

func (s *Snapshot) writeMachine(p *Page) {
	p.Gauge("reeve_database_bytes", "Size of the database file.").Value(float64(s.Files.Database))
	p.Gauge("reeve_database_log_bytes", "Size of what is not yet written back into the database file.").Value(float64(s.Files.Log))
	p.Gauge("reeve_volume_free_bytes", "Free space of the database's volume.").Value(float64(s.Files.Free))
	p.Gauge("reeve_volume_bytes", "Size of the database's volume.").Value(float64(s.Files.Volume))
	p.Gauge("process_resident_memory_bytes", "Memory that the process holds.").Value(float64(resident()))
	if s.Undelivered != nil {
		p.Gauge("reeve_webhooks_undelivered", "Webhooks that were taken and wait for their delivery.").Value(float64(*s.Undelivered))
	}
}

func (s *Snapshot) writeAwake(p *Page) {
	if s.Awake == nil {
		return
	}
	a := s.Awake
	p.Counter("reeve_awake_seconds_total", "How long the server was awake.").Value(a.Awake)
	p.Counter("reeve_asleep_seconds_total", "How long the server was asleep or stopped.").Value(a.Asleep)
	p.Counter("reeve_wakes_total", "How often the server woke.").Value(float64(a.Wakes))
	p.Summary("reeve_wake_seconds", "From the start of a process until it answered.").Sum(a.wakeTimes.Seconds(), uint64(a.Starts))
	if a.WakeTime != nil {
		p.Gauge("reeve_wake_last_seconds", "What this process took from its start until it answered.").Value(*a.WakeTime)
	}
	p.Gauge("reeve_awake_since_timestamp_seconds", "When the server woke.").Value(timestamp(&a.Since))
}
