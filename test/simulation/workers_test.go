package simulation

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/wire"
)

const (
	workerBeat = 30 * time.Second
	workerPoll = 15 * time.Second
	// prefetch is how long before its time a worker claims a run.
	prefetch = 10 * time.Second
	// soon is how long workers are eager in a seed that ends.
	soon = time.Minute
	// again is how long a client waits before it asks again.
	again = 2 * time.Second
)

// worker polls a pool, claims runs and starts processes for them, as the stock one
// does, or, when it says who it is with its claim, as ours.
type worker struct {
	title string
	pool  string
	ours  bool
	at    map[string]time.Time // when it next beats, polls and looks for what is cancelled
	tasks []*task              // of the answers of polls, and of processes
	taken map[uuid.UUID]bool
	dead  bool
}

// task is one thing that a worker is to do, tried until it is answered.
type task struct {
	at  time.Time
	try func() (done bool)
}

func (w *world) newWorker(pool string) *worker {
	w.estate.workers++
	now := w.machine.world()
	k := &worker{title: fmt.Sprintf("worker-%d", w.estate.workers), pool: pool, ours: w.draw.chance(0.5), taken: map[uuid.UUID]bool{},
		at: map[string]time.Time{"beat": now, "poll": now.Add(w.draw.between(0, workerPoll)), "cancel": now.Add(workerPoll)}}
	w.add(k)
	return k
}

func (k *worker) name() string { return k.title }

func (k *worker) next() (time.Time, bool) {
	least := k.at["beat"]
	for _, what := range []string{"poll", "cancel"} {
		if k.at[what].Before(least) {
			least = k.at[what]
		}
	}
	for _, t := range k.tasks {
		if t.at.Before(least) {
			least = t.at
		}
	}
	return least, !k.dead
}

func (k *worker) act(w *world) {
	now := w.machine.world()
	if !w.ending && w.draw.chance(w.climate.deaths/4) {
		k.die(w)
		return
	}
	for i, t := range k.tasks {
		if t.at.After(now) {
			continue
		}
		if t.at = now.Add(again); t.try() {
			k.tasks = append(k.tasks[:i], k.tasks[i+1:]...)
		}
		return
	}
	switch {
	case !k.at["beat"].After(now):
		k.at["beat"] = now.Add(w.pace(workerBeat))
		w.ask(k.title, "POST", "/work_pools/"+k.pool+"/workers/heartbeat", doc{"name": k.title, "heartbeat_interval_seconds": workerBeat.Seconds()})
	case !k.at["poll"].After(now):
		k.at["poll"] = now.Add(w.pace(w.draw.between(workerPoll*7/10, workerPoll*13/10)))
		k.poll(w)
	default:
		k.at["cancel"] = now.Add(w.pace(workerPoll))
		k.lookForCancelled(w)
	}
}

// pace is how often a worker does what it does so often: in a seed that ends, and in
// which no process has done anything for a while, rarely.
func (w *world) pace(d time.Duration) time.Duration {
	if w.ending && w.machine.world().Sub(w.lively) > soon {
		return time.Hour
	}
	return d
}

// poll asks for runs, and claims them one by one, a little or much later.
func (k *worker) poll(w *world) {
	now := w.machine.world()
	a := w.ask(k.title, "POST", "/work_pools/"+k.pool+"/get_scheduled_flow_runs", doc{"scheduled_before": w.machine.look().Add(prefetch)})
	for _, found := range a.list() {
		id, err := uuid.Parse(found.text("flow_run.id"))
		if err != nil || k.taken[id] {
			continue
		}
		k.taken[id] = true
		late := w.draw.between(0, time.Second)
		if w.draw.chance(0.05) {
			late = w.draw.between(0, 3*time.Minute) // its machine was suspended
		}
		p := w.propose(id, "PENDING", nil)
		k.tasks = append(k.tasks, &task{at: now.Add(late), try: func() bool { return k.claim(w, p) }})
	}
}

// claim claims a run and starts its process.
func (k *worker) claim(w *world, p *proposal) bool {
	var headers []string
	labels, _ := json.Marshal(map[string]string{prefect.WorkerNameLabel: k.title})
	if k.ours {
		headers = []string{wire.ClaimHeader, string(labels)}
	}
	v := p.send(w, k.title, headers...)
	if !v.heard {
		return false
	}
	delete(k.taken, p.run)
	if !v.has("PENDING") {
		return true
	}
	w.ledger.claims++
	w.newProcess(p.run, k)
	if !k.ours {
		k.tasks = append(k.tasks, &task{at: w.machine.world().Add(time.Second), try: func() bool {
			return !w.ask(k.title, "PATCH", "/flow_runs/"+p.run.String()+"/labels", json.RawMessage(labels)).lost()
		}})
	}
	k.tasks = append(k.tasks, &task{at: w.machine.world().Add(time.Second), try: func() bool {
		return !w.ask(k.title, "PATCH", "/flow_runs/"+p.run.String(), doc{"infrastructure_pid": "host:1"}).lost()
	}})
	return true
}

// lookForCancelled ends the processes of runs that are being cancelled.
func (k *worker) lookForCancelled(w *world) {
	var mine []string
	for _, a := range w.actors {
		if p, ok := a.(*flowProcess); ok && p.worker == k && !p.gone {
			mine = append(mine, p.run.String())
		}
	}
	if len(mine) == 0 {
		return
	}
	a := w.ask(k.title, "POST", "/flow_runs/filter", doc{"flow_runs": doc{"id": doc{"any_": mine}, "state": doc{"type": doc{"any_": []string{"CANCELLING"}}}}})
	for _, found := range a.list() {
		id := uuid.MustParse(found.text("id"))
		for _, a := range w.actors {
			if p, ok := a.(*flowProcess); ok && p.run == id && p.worker == k {
				p.end(w, "is ended by its worker")
			}
		}
		cancelled := w.propose(id, "CANCELLED", nil)
		cancelled.force = true
		k.tasks = append(k.tasks, &task{at: w.machine.world(), try: func() bool { return cancelled.send(w, k.title).heard }})
	}
}

// ended hears that a process of its own is gone that did not report an end.
func (k *worker) ended(w *world, run uuid.UUID) {
	if k.dead {
		return
	}
	crashed := w.propose(run, "CRASHED", nil)
	k.tasks = append(k.tasks, &task{at: w.machine.world().Add(time.Second), try: func() bool { return crashed.send(w, k.title).heard }})
}

// die ends a worker, and mostly its processes with it. Another takes its place.
func (k *worker) die(w *world) {
	k.dead = true
	w.note("%s dies", k.title)
	for _, a := range append([]actor{}, w.actors...) {
		if p, ok := a.(*flowProcess); ok && p.worker == k && w.draw.chance(0.7) {
			p.end(w, "dies with its worker")
		}
	}
	w.newWorker(k.pool).at["poll"] = w.machine.world().Add(w.draw.between(0, 5*time.Minute))
}
