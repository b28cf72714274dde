package simulation

// slot is a lease on slots of a global limit, as concurrency() of the client has it.
type slot struct {
	limit string
	lease string
}

// takeSlot asks for a slot. One whose answer was lost is nobody's, and is given back
// by its deadline.
func (p *flowProcess) takeSlot(w *world) {
	if len(w.estate.limits) == 0 {
		return
	}
	limit := pick(w.draw, w.estate.limits)
	a := w.ask(p.title, "POST", "/v2/concurrency_limits/increment-with-lease", doc{"slots": 1, "names": []string{limit}, "mode": "concurrency",
		"lease_duration": 60 + w.draw.IntN(240), "holder": doc{"type": "flow_run", "id": p.run}})
	if a.ok() {
		p.slot = &slot{limit, a.object().text("lease_id")}
	}
}

// renew puts the end of the lease off.
func (s *slot) renew(w *world, p *flowProcess) {
	if w.ask(p.title, "POST", "/v2/concurrency_limits/leases/"+s.lease+"/renew", doc{"lease_duration": 60 + w.draw.IntN(240)}).status == 410 {
		p.slot = nil
	}
}

// giveBack gives the slot back.
func (s *slot) giveBack(w *world, p *flowProcess) {
	if !w.ask(p.title, "POST", "/v2/concurrency_limits/decrement-with-lease", doc{"lease_id": s.lease}).lost() {
		p.slot = nil
	}
}
