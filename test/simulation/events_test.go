package simulation

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// event is one that occurs now.
func (w *world) event(name, resource string) doc {
	return doc{"id": w.draw.id(), "occurred": w.machine.world(), "event": name, "resource": doc{"prefect.resource.id": resource},
		"related": []doc{}, "payload": doc{}}
}

// send sends events as clients do: mostly at once, some late, twice or in another
// order. What is not answered is sent again.
func (w *world) send(who string, events ...doc) {
	d := w.draw
	for i := range events {
		if d.chance(w.climate.late) {
			w.add(&letter{who, events[i : i+1], w.machine.world().Add(d.between(0, 3*time.Minute))})
			continue
		}
		if !w.post(who, events[i:i+1]) || d.chance(w.climate.repeats) {
			w.add(&letter{who, events[i : i+1], w.machine.world().Add(d.between(0, time.Minute))})
		}
	}
}

func (w *world) post(who string, events []doc) bool {
	return !w.ask(who, "POST", "/events", events).lost()
}

// letter is events that are sent later.
type letter struct {
	who    string
	events []doc
	at     time.Time
}

func (l *letter) name() string            { return l.who }
func (l *letter) next() (time.Time, bool) { return l.at, len(l.events) > 0 }

func (l *letter) act(w *world) {
	if l.at = w.machine.world().Add(again); w.post(l.who, l.events) {
		l.events = nil
	}
}

// reportTask reports the next state of a task run of a process: each task run is
// pending, runs and completes.
func (p *flowProcess) reportTask(w *world) {
	states := []string{"PENDING", "RUNNING", "COMPLETED"}
	n := p.tasks
	p.tasks++
	id := uuid.NewSHA1(p.run, []byte{byte(n / len(states))})
	kind := states[n%len(states)]
	e := w.event("prefect.task-run."+title(kind), "prefect.task-run."+id.String())
	e["resource"].(doc)["prefect.orchestration"] = "client"
	e["related"] = []doc{{"prefect.resource.id": "prefect.flow-run." + p.run.String(), "prefect.resource.role": "flow-run"}}
	e["payload"] = doc{"validated_state": doc{"type": kind}, "task_run": doc{"task_key": "task", "dynamic_key": id.String(), "flow_run_id": p.run}}
	if p.last != uuid.Nil && n%len(states) > 0 {
		e["follows"] = p.last
	}
	p.last = e["id"].(uuid.UUID)
	w.ledger.tasks[id] = reported{p.run, kind}
	w.send(p.title, e)
}

// title is how events name a type of state.
func title(kind string) string { return kind[:1] + strings.ToLower(kind[1:]) }
