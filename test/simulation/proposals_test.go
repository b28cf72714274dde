package simulation

import (
	"time"

	"github.com/google/uuid"
)

// proposal is a state that a client proposes, again and again until it is answered.
type proposal struct {
	run   uuid.UUID
	state doc
	force bool
}

// propose makes a proposal; details are those of the state, nil for none. Repeats of
// it bear the same id, as the client's do.
func (w *world) propose(run uuid.UUID, kind string, details doc) *proposal {
	all := doc{"transition_id": w.draw.id()}
	for name, value := range details {
		all[name] = value
	}
	return &proposal{run: run, state: doc{"type": kind, "state_details": all}}
}

// named gives the proposed state a name.
func (p *proposal) named(name string) *proposal {
	p.state["name"] = name
	return p
}

// verdict is the answer to a proposal.
type verdict struct {
	// heard is false when nothing was.
	heard bool
	// status is ACCEPT, REJECT, ABORT or WAIT, "" when there is no such run.
	status string
	// state is the type of the state that the run has then, name its name.
	state, name string
	// lease is that on a slot of the deployment's limit, "" for none.
	lease string
	// due is when a scheduled run is due.
	due  time.Time
	wait time.Duration
}

// has reports whether the run has the state that was proposed, now or since before.
func (v verdict) has(kind string) bool {
	return v.state == kind && (v.status == "ACCEPT" || v.status == "REJECT")
}

// sends a proposal once.
func (p *proposal) send(w *world, who string, headers ...string) verdict {
	a := w.ask(who, "POST", "/flow_runs/"+p.run.String()+"/set_state", doc{"state": p.state, "force": p.force}, headers...)
	if a.lost() {
		return verdict{}
	}
	o := a.object()
	v := verdict{heard: true, status: o.text("status"), state: o.text("state.type"), name: o.text("state.name"),
		lease: o.text("state.state_details.deployment_concurrency_lease_id")}
	v.due, _ = time.Parse(time.RFC3339, o.text("state.state_details.scheduled_time"))
	if delay, ok := o.at("details.delay_seconds").(float64); ok {
		v.wait = time.Duration(delay * float64(time.Second))
	}
	return v
}
