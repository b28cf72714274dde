package simulation

import (
	"fmt"
	"time"
)

// longestEnd bounds the steps, and the time, of the end of a seed.
const (
	longestEnd = 8000
	endTime    = 50 * time.Hour
)

// end lets a seed come to rest: nothing new begins, nothing goes wrong, the clock is
// right, whoever is paused goes on. Then everything has ended, or says why it waits.
func (w *world) end() {
	if w.failure != nil {
		return
	}
	w.ending = true
	if w.server == nil {
		w.pass(max(0, w.up.Sub(w.machine.world())))
		w.boot()
	}
	if w.draw.chance(0.05) {
		w.network.gone = "hook.example"
	}
	w.note("the seed ends; %q is gone", w.network.gone)
	if w.machine.ahead != 0 {
		w.setClock(-w.machine.ahead)
	}
	for n := 0; n < longestEnd && w.failure == nil && !w.quiet(); n++ {
		w.happen()
		w.examine()
	}
	w.scheduled = w.machine.look()
	for _, d := range w.estate.deployments {
		for _, s := range d.schedules {
			w.insist("PATCH", fmt.Sprintf("/deployments/%s/schedules/%s", d.id, s), doc{"active": false})
		}
	}
	for _, p := range w.estate.pools {
		w.insist("PATCH", "/work_pools/"+p, doc{"is_paused": false})
		w.insist("PATCH", "/work_pools/"+p+"/queues/default", doc{"is_paused": false})
	}
	for _, a := range w.estate.automations {
		if !a.judged {
			w.insist("PATCH", "/automations/"+a.id.String(), doc{"enabled": false})
		}
	}
	w.cancelMost()
	until := w.machine.world().Add(endTime)
	for range longestEnd {
		if w.failure != nil || w.machine.world().After(until) || w.atRest() {
			break
		}
		w.step()
	}
	if w.failure == nil {
		w.over = true
		w.look(always)
		w.look(whenQuiet)
		w.look([]invariant{{"everything ends, or waits for a reason", everythingEnds}})
		w.look(nowAndThen)
	}
}

// left is how many scheduled runs a seed that ends still executes; the others are
// cancelled.
const left = 3

func (w *world) cancelMost() {
	w.examine()
	n := 0
	for _, r := range w.view.runs {
		if r.kind != "SCHEDULED" || r.deployment == nil || r.retries {
			continue
		}
		if n++; n > left {
			w.insist("POST", "/flow_runs/"+r.id.String()+"/set_state", doc{"state": doc{"type": "CANCELLED"}, "force": true})
		}
	}
}

// atRest reports whether nothing is left to happen but what happens for ever.
func (w *world) atRest() bool {
	return w.quiet() && everythingEnds(w) == ""
}

// everythingEnds: with workers that live, receivers that answer and nobody in the way,
// every run ends, and every action is done or given up. A scheduled run whose deployment
// was deleted waits for somebody to delete it too.
func everythingEnds(w *world) string {
	for _, r := range w.view.runs {
		if r.kind == "SCHEDULED" && r.deployment != nil && w.number(`SELECT count(*) FROM deployment WHERE id = ?`, *r.deployment) == 0 {
			continue
		}
		if !r.terminal() {
			return fmt.Sprintf("run %s is %s (%s) since %s, due %v", r.id, r.kind, r.name, r.since, r.due)
		}
	}
	if n := w.number(`SELECT count(*) FROM automation_delivery WHERE status NOT IN ('delivered', 'dead', 'dropped', 'gathered')`); n > 0 {
		return fmt.Sprintf("%d deliveries are not at an end", n)
	}
	for _, a := range w.actors {
		if l, ok := a.(*letter); ok {
			return fmt.Sprintf("an event of %s is not sent", l.who)
		}
	}
	if n := w.number(`SELECT count(*) FROM concurrency_lease`); n > 0 {
		return fmt.Sprintf("%d leases have not ended", n)
	}
	if n := w.number(`SELECT count(*) FROM automation_bucket AS b JOIN automation AS a ON a.id = b.automation_id WHERE a.enabled = 1 AND b.due IS NOT NULL`); n > 0 {
		return fmt.Sprintf("%d windows of triggers are open", n)
	}
	return ""
}
