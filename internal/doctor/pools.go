package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// pool is what is asked of a work pool.
type pool struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	IsPaused bool   `json:"is_paused"`
	Status   string `json:"status"`

	workers []poolWorker
	queues  []poolQueue
}

type poolWorker struct {
	Name          string     `json:"name"`
	Status        string     `json:"status"`
	LastHeartbeat *time.Time `json:"last_heartbeat_time"`
}

type poolQueue struct {
	Name     string `json:"name"`
	IsPaused bool   `json:"is_paused"`
}

// online is the number of workers that live.
func (p *pool) online() int {
	n := 0
	for _, w := range p.workers {
		if w.Status == "ONLINE" {
			n++
		}
	}
	return n
}

// pools are read once, by the check that first needs them.
type pools struct {
	once sync.Once
	all  []pool
	err  error
}

const most = 200

func (e *Exam) pools(ctx context.Context) ([]pool, error) {
	e.read.once.Do(func() { e.read.all, e.read.err = e.readPools(ctx) })
	return e.read.all, e.read.err
}

func (e *Exam) readPools(ctx context.Context) ([]pool, error) {
	api, page := e.api(), map[string]any{"limit": most}
	var all []pool
	if err := api.Ask(ctx, http.MethodPost, "/work_pools/filter", page, &all); err != nil {
		return nil, err
	}
	for i := range all {
		base := "/work_pools/" + url.PathEscape(all[i].Name)
		if err := api.Ask(ctx, http.MethodPost, base+"/workers/filter", page, &all[i].workers); err != nil {
			return nil, err
		}
		if err := api.Ask(ctx, http.MethodPost, base+"/queues/filter", page, &all[i].queues); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// configured reports whether reeve.toml has a pool of that name.
func (e *Exam) configured(name string) bool {
	for _, p := range e.Config.Setup.Pools {
		if p.Name == name {
			return true
		}
	}
	return false
}

// checkPools looks at the pools themselves: there, of a type that workers here
// can serve, not paused.
func checkPools(ctx context.Context, e *Exam) []Finding {
	all, err := e.pools(ctx)
	if err != nil {
		return unasked(err)
	}
	var found []Finding
	known := map[string]bool{}
	var names []string
	for i := range all {
		p := &all[i]
		known[p.Name] = true
		names = append(names, p.Name)
		found = append(found, judgePool(p)...)
	}
	for _, p := range e.Config.Setup.Pools {
		if !known[p.Name] {
			found = append(found, one(Fail, "reeve worker start --pool "+p.Name+" makes it; reeve up and reeve gateway start do too",
				"work pool %s of %s does not exist at the server", p.Name, e.Config.File)...)
		}
	}
	switch {
	case len(found) > 0:
		return found
	case len(all) == 0:
		return ok("there are none")
	}
	return ok("%s: not paused, of type process", strings.Join(names, ", "))
}

func judgePool(p *pool) []Finding {
	var found []Finding
	if p.Type != "process" {
		found = one(Warn, "prefect work-pool create NAME --type process", "work pool %s is of type %s; reeve worker serves type process only", p.Name, p.Type)
	}
	if p.IsPaused {
		found = append(found, one(Fail, "prefect work-pool resume "+p.Name, "work pool %s is paused: none of its runs starts", p.Name)...)
	}
	for _, q := range p.queues {
		if q.IsPaused && !p.IsPaused {
			found = append(found, one(Fail, fmt.Sprintf("prefect work-queue resume %s --pool %s", q.Name, p.Name), "work queue %s of pool %s is paused: none of its runs starts", q.Name, p.Name)...)
		}
	}
	return found
}

// checkWorkers looks whether somebody serves the pools.
func checkWorkers(ctx context.Context, e *Exam) []Finding {
	all, err := e.pools(ctx)
	if err != nil {
		return unasked(err)
	}
	if len(all) == 0 {
		return ok("there is no pool to serve")
	}
	var found []Finding
	for i := range all {
		p := &all[i]
		switch online := p.online(); {
		case online > 0:
			found = append(found, ok("pool %s: %s online, heard %s", p.Name, plural(online, "worker"), e.ago(p.lastHeard()))...)
		case p.Type != "process":
			found = append(found, one(Warn, "prefect worker start --pool "+p.Name, "no worker of pool %s is online", p.Name)...)
		default:
			found = append(found, e.unserved(p))
		}
	}
	return found
}

func (e *Exam) unserved(p *pool) Finding {
	next := "reeve worker start --pool " + p.Name + " --api " + e.URL
	if e.configured(p.Name) {
		next = "reeve gateway start keeps one running, reeve up too; or: " + next
	}
	heard := p.lastHeard()
	if heard == nil {
		return Finding{Severity: Fail, Next: next, Found: fmt.Sprintf("no worker has ever been online in pool %s: its runs stay in Scheduled", p.Name)}
	}
	last := ""
	for _, w := range p.workers {
		if w.LastHeartbeat == heard {
			last = w.Name
		}
	}
	return Finding{Severity: Fail, Next: next, Found: fmt.Sprintf("no worker of pool %s is online: %s was heard last, %s", p.Name, last, e.ago(heard))}
}

func (p *pool) lastHeard() *time.Time {
	var last *time.Time
	for _, w := range p.workers {
		if w.LastHeartbeat != nil && (last == nil || w.LastHeartbeat.After(*last)) {
			last = w.LastHeartbeat
		}
	}
	return last
}

func (e *Exam) ago(at *time.Time) string {
	if at == nil {
		return "never"
	}
	return days(max(0, e.Clock.Now().Sub(*at))) + " ago"
}
