package simulation

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// automation is one that was set up.
type automation struct {
	id uuid.UUID
	// judged says that a model knows when it is to fire; nobody pauses or changes it.
	judged bool
	// posture, threshold and within are those of a judged one.
	posture   string
	threshold int
	within    time.Duration
}

// setUpAutomations sets up automations of every kind of trigger, those that a model
// knows and others.
func (w *world) setUpAutomations() {
	d := w.draw
	if d.chance(0.7) {
		a := &automation{judged: true, posture: "Reactive", threshold: 1 + d.IntN(3), within: pick(d, []time.Duration{0, 10 * time.Second, time.Minute, 10 * time.Minute})}
		if a.within == 0 {
			a.threshold = 1
		}
		w.automate(a, w.actions(2, true), doc{"type": "event", "posture": a.posture, "expect": []string{"sim.ping"}, "for_each": []string{"prefect.resource.id"},
			"threshold": a.threshold, "within": a.within.Seconds()})
	}
	if d.chance(0.7) {
		a := &automation{judged: true, posture: "Proactive", threshold: 1, within: pick(d, []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute})}
		w.automate(a, w.actions(1, true), doc{"type": "event", "posture": a.posture, "after": []string{"sim.start"}, "expect": []string{"sim.done"},
			"for_each": []string{"prefect.resource.id"}, "threshold": 1, "within": a.within.Seconds()})
	}
	for range d.IntN(4) {
		w.automate(&automation{}, w.actions(1+d.IntN(2), false), w.trigger(2))
	}
}

func (w *world) automate(a *automation, actions []doc, trigger doc) {
	name := fmt.Sprintf("automation-%d", len(w.estate.automations))
	made := w.insist("POST", "/automations/", doc{"name": name, "trigger": trigger, "actions": actions})
	a.id, _ = uuid.Parse(made.object().text("id"))
	w.estate.automations = append(w.estate.automations, a)
	if w.draw.chance(0.4) {
		w.insist("PUT", "/reeve/automations/"+a.id.String()+"/noise", w.noise())
	}
}

// noise is which of an automation's messages are sent, and when.
func (w *world) noise() doc {
	d := w.draw
	settings := doc{"resolved": d.chance(0.5)}
	if d.chance(0.5) {
		settings["repeat"] = 60 + d.IntN(1200)
	}
	if d.chance(0.5) {
		settings["settle"] = 1 + d.IntN(120)
	}
	if d.chance(0.3) {
		settings["quiet"], settings["timezone"] = []string{"09:02-09:20", "11:00-12:00"}, "Etc/UTC"
	}
	if settings["repeat"] != nil && d.chance(0.5) {
		settings["group_by"] = pick(d, []string{"flow", "deployment"})
	}
	return settings
}

// trigger is any trigger, composite ones at most so deep.
func (w *world) trigger(deep int) doc {
	d := w.draw
	within := 10 + d.IntN(300)
	n := d.IntN(7)
	if deep == 0 {
		n = d.IntN(4)
	}
	switch n {
	case 0:
		return doc{"type": "event", "posture": "Reactive", "expect": []string{"prefect.flow-run.Failed", "prefect.flow-run.Crashed"},
			"match": doc{"prefect.resource.id": "prefect.flow-run.*"}, "threshold": 1, "within": 0}
	case 1:
		return doc{"type": "event", "posture": "Reactive", "expect": []string{"prefect.flow-run.Late", "prefect.flow-run.Pending", "prefect.sla.violation"},
			"threshold": 1 + d.IntN(3), "within": within}
	case 2:
		return doc{"type": "event", "posture": "Proactive", "after": []string{"prefect.flow-run.Running"}, "expect": []string{"prefect.flow-run.Completed", "prefect.flow-run.heartbeat"},
			"match": doc{"prefect.resource.id": "prefect.flow-run.*"}, "for_each": []string{"prefect.resource.id"}, "threshold": 1, "within": within}
	case 3:
		return doc{"type": "event", "posture": "Proactive", "expect": []string{"sim.ping"}, "threshold": 1 + d.IntN(2), "within": within}
	case 4:
		return doc{"type": "compound", "require": pick(d, []any{"all", "any", 1}), "within": within, "triggers": []doc{w.trigger(deep - 1), w.trigger(deep - 1)}}
	case 5:
		return doc{"type": "sequence", "within": within, "triggers": []doc{w.trigger(deep - 1), w.trigger(deep - 1)}}
	}
	if deep < 2 {
		return w.trigger(0)
	}
	return doc{"type": "metric", "posture": "Metric", "metric": doc{"name": pick(d, []string{"lateness", "duration", "successes"}), "operator": pick(d, []string{">", "<"}),
		"threshold": d.Float64() * 2, "range": 300 + d.IntN(600), "firing_for": 300}}
}

// actions are some, of every kind that acts on what there is. Those that make runs are
// refused where it is runs that a trigger is about.
func (w *world) actions(n int, make bool) (all []doc) {
	d := w.draw
	deployment := pick(d, w.estate.deployments[w.climate.steady:]).id
	for range n {
		kinds := []doc{
			{"type": "do-nothing"},
			{"type": "call-webhook", "block_document_id": world0.webhook, "payload": "{{ event.id }}"},
			{"type": "call-webhook", "block_document_id": world0.webhook, "payload": "{{ event.id }}"},
			{"type": "send-notification", "block_document_id": world0.custom, "subject": "s", "body": "{{ automation.name }}"},
			{"type": "pause-deployment", "source": "selected", "deployment_id": deployment},
			{"type": "resume-deployment", "source": "selected", "deployment_id": deployment},
			{"type": "cancel-flow-run"},
			{"type": "suspend-flow-run"},
			{"type": "resume-flow-run"},
		}
		if make {
			kinds = append(kinds, doc{"type": "run-deployment", "source": "selected", "deployment_id": deployment})
		}
		all = append(all, pick(d, kinds))
	}
	return all
}

// emitter sends events that nothing else is about: pings of a few things, and works
// that begin and are done, in time, late, or never.
type emitter struct {
	at    time.Time
	works int
}

func (*emitter) name() string              { return "emitter" }
func (e *emitter) next() (time.Time, bool) { return e.at, true }

func (e *emitter) act(w *world) {
	e.at = w.machine.world().Add(w.draw.between(0, 30*time.Second))
	if w.ending {
		e.at = w.machine.world().Add(365 * 24 * time.Hour)
		return
	}
	if w.draw.chance(0.6) {
		w.send("emitter", w.event("sim.ping", fmt.Sprintf("thing.%d", w.draw.IntN(3))))
		return
	}
	e.works++
	work := fmt.Sprintf("work.%d", e.works)
	start := w.event("sim.start", work)
	if w.draw.chance(0.7) {
		done := w.event("sim.done", work)
		took := w.draw.between(time.Second, pick(w.draw, []time.Duration{9 * time.Second, time.Minute, 15 * time.Minute}))
		done["occurred"] = w.machine.world().Add(took)
		w.add(&letter{"emitter", []doc{done}, w.machine.world().Add(took)})
	}
	w.send("emitter", start)
}
