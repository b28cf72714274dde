package simulation

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// estate is what was set up in a seed: what there is to act on.
type estate struct {
	pools       []string
	deployments []*deployment
	limits      []string // global ones
	automations []*automation
	// restarts are the pools whose infrastructure starts processes again by itself.
	restarts map[string]bool
	// workers and processes are how many there have been.
	workers, processes int
}

// steadyInterval is that of the schedule of a steady deployment: few enough times for
// all that are missed to be caught up.
const steadyInterval = 20 * time.Minute

// deployment is one, and what it is like.
type deployment struct {
	id, flow  uuid.UUID
	pool      string
	schedules []uuid.UUID
}

// insist asks until it is answered, letting the server come back meanwhile.
func (w *world) insist(method, path string, body any) answer {
	for range 200 {
		if a := w.ask("setup", method, path, body); !a.lost() {
			return a
		}
		if w.server == nil {
			w.pass(max(0, w.up.Sub(w.machine.world())))
			w.boot()
		}
	}
	w.fail("setup", "nobody answers %s %s", method, path)
	return answer{}
}

// setUp sets up what there is.
func (w *world) setUp() {
	losses := w.climate.losses
	w.climate.losses = 0
	for i := range 1 + w.draw.IntN(2) {
		name := fmt.Sprintf("pool-%d", i)
		pool := doc{"name": name, "type": pick(w.draw, []string{"process", "process", "process", "kubernetes"})}
		if w.draw.chance(0.5) {
			pool["concurrency_limit"] = 1 + w.draw.IntN(3)
		}
		w.insist("POST", "/work_pools/", pool)
		w.estate.pools = append(w.estate.pools, name)
		if pool["type"] == "kubernetes" {
			w.estate.restarts[name] = true
		}
		if w.draw.chance(0.4) {
			w.insist("POST", "/work_pools/"+name+"/queues", doc{"name": "q", "concurrency_limit": 1 + w.draw.IntN(2), "priority": 1})
		}
	}
	for i := range w.draw.IntN(3) {
		name := fmt.Sprintf("limit-%d", i)
		w.insist("POST", "/v2/concurrency_limits/", doc{"name": name, "limit": 1 + w.draw.IntN(3)})
		w.estate.limits = append(w.estate.limits, name)
	}
	for i := range w.climate.deployments + w.climate.steady {
		w.setUpDeployment(i, i < w.climate.steady)
	}
	w.setUpAutomations()
	for i := range max(w.climate.workers, len(w.estate.pools)) {
		w.newWorker(w.estate.pools[i%len(w.estate.pools)])
	}
	w.add(&person{at: w.machine.world()})
	w.add(&emitter{at: w.machine.world()})
	w.climate.losses = losses
	w.examine()
}

// setUpDeployment sets up a deployment: a steady one has a schedule that catches up all
// that was missed, and nobody touches it.
func (w *world) setUpDeployment(i int, steady bool) {
	d := &deployment{flow: uuid.MustParse(w.insist("POST", "/flows/", doc{"name": fmt.Sprintf("flow-%d", i/2)}).object().text("id")), pool: pick(w.draw, w.estate.pools)}
	body := doc{"name": fmt.Sprintf("deployment-%d", i), "flow_id": d.flow, "work_pool_name": d.pool}
	strategy := pick(w.draw, []string{"ENQUEUE", "CANCEL_NEW", "CANCEL_RUNNING"})
	if w.draw.chance(0.7) {
		body["concurrency_limit"] = 1 + w.draw.IntN(2)
		options := doc{"collision_strategy": strategy}
		if strategy == "CANCEL_RUNNING" {
			options["collision_strategy"] = "ENQUEUE"
		}
		if w.draw.chance(0.5) {
			options["grace_period_seconds"] = 60 + w.draw.IntN(200)
		}
		body["concurrency_options"] = options
	}
	switch {
	case steady:
		body["schedules"] = []doc{{"active": true, "schedule": doc{"interval": steadyInterval.Seconds(), "anchor_date": began}}}
	case w.draw.chance(0.6):
		schedule := doc{"active": true, "schedule": doc{"interval": 120 + w.draw.IntN(900), "anchor_date": began}}
		body["schedules"] = []doc{schedule}
	}
	made := w.insist("POST", "/deployments/", body).object()
	d.id = uuid.MustParse(made.text("id"))
	w.estate.deployments = append(w.estate.deployments, d)
	if body["concurrency_limit"] != nil && strategy == "CANCEL_RUNNING" {
		w.insist("PUT", "/reeve/deployments/"+d.id.String()+"/collisions", doc{"collision_strategy": strategy})
	}
	schedules, _ := made.at("schedules").([]any)
	for _, s := range schedules {
		id := uuid.MustParse(doc(s.(map[string]any)).text("id"))
		d.schedules = append(d.schedules, id)
		how := pick(w.draw, []any{nil, "all", "latest", "none"})
		if steady {
			how = "all"
		}
		if how != nil {
			w.insist("PATCH", "/reeve/deployments/"+d.id.String()+"/schedules/"+id.String(), doc{"catch_up": how})
		}
	}
	if w.draw.chance(0.3) {
		w.insist("POST", "/slas/apply-resource-slas/prefect.deployment."+d.id.String(), []doc{
			{"name": "time", "duration": 60 + w.draw.IntN(120)}, {"name": "late", "within": 60 + w.draw.IntN(300)}, {"name": "often", "stale_after": 600 + w.draw.IntN(3000)}})
	}
	if w.draw.chance(0.2) {
		w.insist("PUT", "/reeve/flows/"+d.flow.String()+"/limit", doc{"max_concurrent": 1 + w.draw.IntN(3)})
	}
}
