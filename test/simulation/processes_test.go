package simulation

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// flowProcess is the process that executes a flow run, as the engine of the client
// does: it says that it runs, sends heartbeats, reports its task runs, renews its
// lease, takes slots, pauses, tries again, and reports its end. Or it dies.
type flowProcess struct {
	title  string
	run    uuid.UUID
	worker *worker // nil for the process of whoever made the run
	gone   bool
	// executing says that user code runs: the server has said that it may.
	executing bool
	phase     phase
	at        time.Time
	proposal  *proposal
	lease     string
	beat      time.Time
	finish    time.Time
	slot      *slot
	tasks     int
	last      uuid.UUID // the newest event of its task run
}

// phase is what a process does next.
type phase string

const (
	beginning phase = "begins"
	executing phase = "executes"
	waiting   phase = "waits" // while it is paused
	reporting phase = "reports"
)

func (w *world) newProcess(run uuid.UUID, k *worker) *flowProcess {
	w.estate.processes++
	p := &flowProcess{title: fmt.Sprintf("process-%d", w.estate.processes), run: run, worker: k, phase: beginning,
		at: w.machine.world().Add(w.draw.between(time.Second, 6*time.Second))}
	w.add(p)
	return p
}

func (p *flowProcess) name() string { return p.title }

func (p *flowProcess) next() (time.Time, bool) { return p.at, !p.gone }

// end ends the process.
func (p *flowProcess) end(w *world, how string) {
	if p.gone {
		return
	}
	p.gone, p.executing = true, false
	w.note("%s of %s %s", p.title, short(p.run), how)
	w.remove(p)
}

// crash ends the process without a word.
func (p *flowProcess) crash(w *world) {
	p.end(w, "dies")
	switch {
	case p.worker != nil && w.estate.restarts[p.worker.pool] && w.draw.chance(0.5):
		w.newProcess(p.run, p.worker) // by the infrastructure, which knows no better
	case p.worker != nil:
		p.worker.ended(w, p.run)
	}
}

func short(id uuid.UUID) string { return id.String()[24:] }

func (p *flowProcess) act(w *world) {
	now := w.machine.world()
	p.at, w.lively = now.Add(again), now
	if !w.ending && w.draw.chance(w.climate.deaths/2) {
		p.crash(w)
		return
	}
	switch p.phase {
	case beginning:
		p.begin(w)
	case executing:
		p.execute(w, now)
	case waiting:
		p.await(w)
	case reporting:
		p.report(w)
	}
}

// begin asks whether the run may run.
func (p *flowProcess) begin(w *world) {
	if p.proposal == nil {
		p.proposal = w.propose(p.run, "RUNNING", nil)
	}
	v := p.proposal.send(w, p.title)
	switch {
	case !v.heard:
		return
	case v.status == "WAIT":
		p.at = w.machine.world().Add(v.wait)
		return
	}
	p.proposal = nil
	if !v.has("RUNNING") {
		p.end(w, "may not run")
		return
	}
	p.lease = v.lease
	p.goOn(w)
	w.ledger.granted(w, p)
}

// goOn begins to execute, anew or after a pause.
func (p *flowProcess) goOn(w *world) {
	now := w.machine.world()
	p.phase, p.executing, p.at = executing, true, now
	p.beat, p.finish = now, now.Add(w.draw.between(time.Second, 4*time.Minute))
	if w.ending {
		p.finish = now.Add(time.Second)
	}
}

// execute does what is due while user code runs.
func (p *flowProcess) execute(w *world, now time.Time) {
	switch {
	case !p.finish.After(now) && p.slot == nil:
		p.stop(w)
		return
	case !p.finish.After(now):
		p.slot.giveBack(w, p)
		return
	case !p.beat.After(now):
		p.beat = now.Add(30 * time.Second)
		w.send(p.title, w.event("prefect.flow-run.heartbeat", "prefect.flow-run."+p.run.String()))
	case p.lease != "" && w.draw.chance(0.4):
		a := w.ask(p.title, "POST", "/v2/concurrency_limits/leases/"+p.lease+"/renew", doc{"lease_duration": 300})
		if a.status == 410 {
			p.lease = "" // it is lost; the client goes on unless it is strict
		}
	case p.slot == nil && w.draw.chance(0.2):
		p.takeSlot(w)
	case !w.ending && w.draw.chance(0.05):
		p.callFlow(w)
	case p.slot != nil:
		p.slot.renew(w, p)
	default:
		p.reportTask(w)
	}
	p.at = p.beat
	if p.finish.Before(p.at) {
		p.at = p.finish
	}
	if w.draw.chance(0.5) {
		p.at = now.Add(w.draw.between(0, 20*time.Second))
	}
}

// stop ends the execution in one of the ways that there are.
func (p *flowProcess) stop(w *world) {
	p.phase, p.at = reporting, w.machine.world()
	timeout := w.machine.look().Add(w.draw.between(time.Minute, 10*time.Minute))
	switch n := w.draw.IntN(100); {
	case n < 12 && !w.ending:
		p.proposal = w.propose(p.run, "PAUSED", doc{"pause_timeout": timeout, "pause_key": w.draw.id().String()})
	case n < 22 && p.worker != nil && !w.ending:
		p.proposal = w.propose(p.run, "PAUSED", doc{"pause_timeout": timeout, "pause_key": w.draw.id().String(), "pause_reschedule": true}).named("Suspended")
	case n < 45:
		p.proposal = w.propose(p.run, "FAILED", nil)
	default:
		p.proposal = w.propose(p.run, "COMPLETED", nil)
	}
	p.executing = false
}

// report proposes how the execution ended.
func (p *flowProcess) report(w *world) {
	v := p.proposal.send(w, p.title)
	if !v.heard {
		return
	}
	kind := p.proposal.state["type"].(string)
	suspended := p.proposal.state["name"] == "Suspended"
	p.proposal = nil
	switch {
	case v.has("PAUSED") && kind == "PAUSED" && !suspended:
		p.phase = waiting
	case v.state == "RUNNING" && kind == "PAUSED" && v.status == "REJECT": // it has paused before
		p.goOn(w)
		w.ledger.granted(w, p)
	case v.status == "REJECT" && v.state == "SCHEDULED" && v.name == "AwaitingRetry":
		p.phase, p.at = beginning, w.machine.world().Add(max(0, v.due.Sub(w.machine.look())))
	default:
		p.end(w, "has ended")
	}
}

// await looks whether a paused run was resumed.
func (p *flowProcess) await(w *world) {
	a := w.ask(p.title, "GET", "/flow_runs/"+p.run.String(), nil)
	p.at = w.machine.world().Add(10 * time.Second)
	if w.ending {
		p.at = p.at.Add(soon)
	}
	switch state := a.object().text("state.type"); {
	case a.lost(), state == "PAUSED":
	case state == "RUNNING":
		p.goOn(w)
		w.ledger.granted(w, p)
	default:
		p.end(w, "is not resumed")
	}
}

// tellSuspended ends the processes of runs that somebody else has suspended: the client
// hears of it by a websocket, at once.
func (w *world) tellSuspended() {
	for _, a := range slices.Clone(w.actors) {
		p, is := a.(*flowProcess)
		if !is || p.phase != executing {
			continue
		}
		if r := w.view.run[p.run]; r != nil && r.kind == "PAUSED" && r.name == "Suspended" {
			p.end(w, "hears that it is suspended")
		}
	}
}
