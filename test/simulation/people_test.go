package simulation

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// person is everybody who asks for things: users of the interface and the command
// line, programs, deploys.
type person struct{ at time.Time }

func (*person) name() string              { return "person" }
func (p *person) next() (time.Time, bool) { return p.at, true }

// wish is something that a person does, as often as its weight says.
type wish struct {
	weight int
	do     func(p *person, w *world)
}

var wishes = []wish{
	{10, (*person).makeRun}, {4, (*person).makeOwnRun}, {5, (*person).cancel}, {3, (*person).retry}, {2, (*person).remove},
	{5, (*person).resume}, {3, (*person).pausePool}, {2, (*person).limitPool}, {3, (*person).limitDeployment}, {2, (*person).limitGlobally},
	{2, (*person).pauseDeployment}, {2, (*person).pauseSchedule}, {2, (*person).takeSlots}, {1, (*person).pauseAutomation}, {1, (*person).limitQueue},
	{1, (*person).remakeLimit}, {1, (*person).deleteDeployment},
}

func (p *person) act(w *world) {
	p.at = w.machine.world().Add(w.draw.between(0, 40*time.Second))
	if w.ending {
		p.at = w.machine.world().Add(365 * 24 * time.Hour)
		return
	}
	total := 0
	for _, v := range wishes {
		total += v.weight
	}
	n := w.draw.IntN(total)
	for _, v := range wishes {
		if n -= v.weight; n < 0 {
			v.do(p, w)
			return
		}
	}
}

// twice asks once, and, if the answer is lost or the seed has it so, again.
func (w *world) twice(method, path string, body any) answer {
	a := w.ask("person", method, path, body)
	for range 3 {
		if !a.lost() && !w.draw.chance(w.climate.repeats) {
			break
		}
		if again := w.ask("person", method, path, body); !again.lost() {
			a = again
		}
	}
	return a
}

// makeRun asks for a run of a deployment, with a key by which a repeat is known.
func (p *person) makeRun(w *world) {
	d := pick(w.draw, w.estate.deployments)
	key := w.draw.id().String()
	body := doc{"idempotency_key": key, "state": doc{"type": "SCHEDULED", "state_details": doc{"scheduled_time": w.machine.look().Add(w.draw.between(-time.Second, time.Minute))}}}
	if w.draw.chance(0.4) {
		body["empirical_policy"] = doc{"retries": 1 + w.draw.IntN(2), "retry_delay": w.draw.IntN(60)}
	}
	first := w.ask("person", "POST", "/deployments/"+d.id.String()+"/create_flow_run", body)
	second := answer{}
	if first.lost() || w.draw.chance(w.climate.repeats) {
		second = w.ask("person", "POST", "/deployments/"+d.id.String()+"/create_flow_run", body)
	}
	for _, a := range []answer{first, second} {
		if !a.ok() {
			continue
		}
		id := uuid.MustParse(a.object().text("id"))
		if had, ok := w.ledger.keys[key]; ok && had != id {
			w.fail("a key makes one run", "%s made %s and %s", key, had, id)
		}
		w.ledger.keys[key], w.ledger.made[id] = id, true
	}
}

// makeOwnRun runs a flow in a process of its own.
func (p *person) makeOwnRun(w *world) {
	d := pick(w.draw, w.estate.deployments)
	a := w.ask("person", "POST", "/flow_runs/", doc{"flow_id": d.flow, "state": doc{"type": "PENDING"}, "empirical_policy": doc{"retries": w.draw.IntN(2), "retry_delay": 5}})
	if a.ok() {
		id := uuid.MustParse(a.object().text("id"))
		w.ledger.made[id] = true
		w.newProcess(id, nil)
	}
}

// someRun is a run in one of some states, "" for none.
func (w *world) someRun(states ...string) (uuid.UUID, bool) {
	var found []uuid.UUID
	for _, r := range w.view.runs {
		for _, state := range states {
			if r.kind == state {
				found = append(found, r.id)
			}
		}
	}
	if len(found) == 0 {
		return uuid.Nil, false
	}
	return pick(w.draw, found), true
}

func (p *person) cancel(w *world) {
	if id, ok := w.someRun("SCHEDULED", "PENDING", "RUNNING", "PAUSED"); ok {
		w.twice("POST", "/flow_runs/"+id.String()+"/set_state", doc{"state": doc{"type": "CANCELLING"}})
	}
}

func (p *person) retry(w *world) {
	if id, ok := w.someRun("FAILED", "CRASHED", "CANCELLED"); ok && w.view.run[id].deployment != nil {
		w.ledger.forced[id] = true
		w.ask("person", "POST", "/flow_runs/"+id.String()+"/set_state", doc{"state": doc{"type": "SCHEDULED", "name": "AwaitingRetry"}, "force": true})
	}
}

func (p *person) remove(w *world) {
	if id, ok := w.someRun("FAILED", "CRASHED", "CANCELLED", "COMPLETED", "RUNNING", "PENDING"); ok {
		w.ledger.deleted[id] = true
		w.ask("person", "DELETE", "/flow_runs/"+id.String(), nil)
	}
}

func (p *person) resume(w *world) {
	if id, ok := w.someRun("PAUSED"); ok {
		w.twice("POST", "/flow_runs/"+id.String()+"/resume", doc{})
	}
}

func (p *person) pausePool(w *world) {
	w.ask("person", "PATCH", "/work_pools/"+pick(w.draw, w.estate.pools), doc{"is_paused": w.draw.chance(0.3)})
}

func (p *person) limitPool(w *world) {
	var limit any = 1 + w.draw.IntN(3)
	if w.draw.chance(0.3) {
		limit = nil
	}
	w.ask("person", "PATCH", "/work_pools/"+pick(w.draw, w.estate.pools), doc{"concurrency_limit": limit})
}

func (p *person) limitQueue(w *world) {
	w.ask("person", "PATCH", "/work_pools/"+pick(w.draw, w.estate.pools)+"/queues/default", doc{"concurrency_limit": 1 + w.draw.IntN(3), "is_paused": w.draw.chance(0.2)})
}

func (p *person) limitDeployment(w *world) {
	d := pick(w.draw, w.estate.deployments[w.climate.steady:])
	var limit any = 1 + w.draw.IntN(3)
	if w.draw.chance(0.2) {
		limit = nil
	}
	w.ask("person", "PATCH", "/deployments/"+d.id.String(), doc{"concurrency_limit": limit})
}

func (p *person) limitGlobally(w *world) {
	if len(w.estate.limits) > 0 {
		w.ask("person", "PATCH", "/v2/concurrency_limits/"+pick(w.draw, w.estate.limits), doc{"limit": 1 + w.draw.IntN(3), "active": w.draw.chance(0.9)})
	}
}

func (p *person) pauseDeployment(w *world) {
	w.ask("person", "PATCH", "/deployments/"+pick(w.draw, w.estate.deployments[w.climate.steady:]).id.String(), doc{"paused": w.draw.chance(0.4)})
}

func (p *person) pauseSchedule(w *world) {
	d := pick(w.draw, w.estate.deployments[w.climate.steady:])
	if len(d.schedules) > 0 {
		w.ask("person", "PATCH", fmt.Sprintf("/deployments/%s/schedules/%s", d.id, pick(w.draw, d.schedules)), doc{"active": w.draw.chance(0.7)})
	}
}

// takeSlots takes slots for nobody in particular, or gives them back.
func (p *person) takeSlots(w *world) {
	if len(w.estate.limits) == 0 {
		return
	}
	name := pick(w.draw, w.estate.limits)
	verb, change := "increment", 1
	if w.ledger.taken[name] > 0 {
		verb, change = "decrement", -1
	}
	a := w.ask("person", "POST", "/v2/concurrency_limits/"+verb, doc{"slots": 1, "names": []string{name}, "mode": "concurrency"})
	if a.lost() {
		w.ledger.unsure[name] = true
	}
	if limits := a.list(); a.ok() && len(limits) > 0 && w.isActive(name) {
		w.ledger.taken[name] += change
	}
}

func (p *person) pauseAutomation(w *world) {
	if len(w.estate.automations) > 0 {
		a := pick(w.draw, w.estate.automations)
		if !a.judged {
			w.ask("person", "PATCH", "/automations/"+a.id.String(), doc{"enabled": w.draw.chance(0.6)})
		}
	}
}

// remakeLimit deletes a global limit, whoever holds its slots, and makes it anew.
func (p *person) remakeLimit(w *world) {
	if len(w.estate.limits) == 0 {
		return
	}
	name := pick(w.draw, w.estate.limits)
	deleted := w.ask("person", "DELETE", "/v2/concurrency_limits/"+name, nil)
	made := w.ask("person", "POST", "/v2/concurrency_limits/", doc{"name": name, "limit": 1 + w.draw.IntN(3)})
	if w.ledger.taken[name] = 0; deleted.lost() || made.lost() {
		w.ledger.unsure[name] = true
	}
}

// deleteDeployment deletes a deployment; its runs stay, but for those that are to come.
func (p *person) deleteDeployment(w *world) {
	if len(w.estate.deployments) < w.climate.steady+2 {
		return
	}
	n := len(w.estate.deployments) - 1
	d := w.estate.deployments[n]
	for _, r := range w.view.runs {
		if r.deployment != nil && *r.deployment == d.id {
			w.ledger.deleted[r.id] = true
		}
	}
	if !w.ask("person", "DELETE", "/deployments/"+d.id.String(), nil).lost() {
		w.estate.deployments = w.estate.deployments[:n]
	}
}
