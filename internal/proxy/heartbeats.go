package proxy

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// heartbeats is when workers last said that they live.
type heartbeats struct {
	mu  sync.Mutex
	all map[[2]string]lastBeat // by pool and name
}

type lastBeat struct {
	at       time.Time
	interval *int
}

func newHeartbeats() *heartbeats { return &heartbeats{all: map[[2]string]lastBeat{}} }

func (h *heartbeats) note(pool string, b beat, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.all) >= maxRemembered {
		clear(h.all)
	}
	h.all[[2]string{pool, b.Name}] = lastBeat{now, b.Interval}
}

// silence is how many of its intervals a worker may be silent.
const silence = 3

// living returns the workers that are not silent for too long.
func (h *heartbeats) living(now time.Time) map[[2]string]lastBeat {
	h.mu.Lock()
	defer h.mu.Unlock()
	living := map[[2]string]lastBeat{}
	for worker, last := range h.all {
		interval := 30 * time.Second
		if last.interval != nil && *last.interval > 0 {
			interval = time.Duration(*last.interval) * time.Second
		}
		if now.Sub(last.at) < silence*interval {
			living[worker] = last
		} else {
			delete(h.all, worker)
		}
	}
	return living
}

// bringHeartbeats tells the server which workers live. Those that have a channel
// tell it themselves. The server expects the next after an interval, of the
// worker's own or, when it is longer, this one.
func (p *Proxy) bringHeartbeats(ctx context.Context, interval time.Duration) {
	for worker, last := range p.beats.living(p.clock.Now()) {
		body := map[string]any{"name": worker[1]}
		if last.interval != nil {
			body["heartbeat_interval_seconds"] = max(*last.interval, int(interval/time.Second))
		}
		err := p.api.Ask(ctx, http.MethodPost, "/work_pools/"+url.PathEscape(worker[0])+"/workers/heartbeat", body, nil)
		if err != nil && ctx.Err() == nil {
			p.log.Debug("bring a heartbeat", "worker", worker[1], "error", err)
		}
	}
}

// names is a set of names, bounded.
type names struct {
	mu      sync.Mutex
	all     []string
	changed bool
}

func newNames(all []string) *names { return &names{all: slices.Clone(all)} }

func (n *names) add(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.all) < maxRemembered && !slices.Contains(n.all, name) {
		n.all, n.changed = append(n.all, name), true
	}
}

// list returns all, and whether some are new since it was last told so.
func (n *names) list() (all []string, fresh bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fresh, n.changed = n.changed, false
	return append([]string{}, n.all...), fresh // none is a list too
}
