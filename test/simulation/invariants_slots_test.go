package simulation

import (
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"
)

// slotsAreCounted: what a limit counts as taken is what leases hold of it, and what
// was taken without one. Slots that decay are counted by time, and left out.
func slotsAreCounted(w *world) string {
	held := map[uuid.UUID]int{}
	for _, l := range w.view.leases {
		if l.released {
			continue
		}
		for _, id := range l.limits {
			held[id] += l.slots
		}
	}
	for _, l := range w.view.limits {
		if l.decay > 0 || w.ledger.unsure[l.name] {
			continue
		}
		if want := held[l.id] + w.ledger.taken[l.name]; math.Abs(l.taken-float64(want)) > 1e-9 {
			return fmt.Sprintf("limit %s counts %v slots as taken; leases and increments hold %d", l.name, l.taken, want)
		}
	}
	return ""
}

// slotsHaveHolders: no run that has ended holds a slot, but one that its process took
// afterwards, which the end of its lease gives back.
func slotsHaveHolders(w *world) string {
	for _, l := range w.view.leases {
		if l.released || l.holder == nil || l.holderType == nil || *l.holderType != "flow_run" {
			continue
		}
		r := w.view.run[*l.holder]
		if r == nil && (w.before == nil || w.before.run[*l.holder] != nil) {
			return fmt.Sprintf("lease %s is held by run %s, which is deleted", l.id, l.holder)
		}
		if r != nil && r.terminal() && l.created.Before(r.since) {
			return fmt.Sprintf("lease %s is held by run %s, which is %s", l.id, l.holder, r.name)
		}
	}
	return ""
}

// limitsHold: no slot is taken of a limit that is full. One that was lowered may have
// more slots taken than it has, until they are given back.
func limitsHold(w *world) string {
	for _, l := range w.view.limits {
		if l.decay > 0 || l.taken <= float64(l.most) {
			continue
		}
		if w.before != nil {
			for _, b := range w.before.limits {
				if b.id == l.id && l.taken <= b.taken {
					l = nil
					break
				}
			}
		}
		if l != nil {
			return fmt.Sprintf("limit %s of %d has %v slots taken", l.name, l.most, l.taken)
		}
	}
	return ""
}

// claimsHold: a run that becomes pending finds room within the limits of its pool and
// of its flow.
func claimsHold(w *world) string {
	if w.before == nil {
		return ""
	}
	for _, r := range w.view.runs {
		b := w.before.run[r.id]
		if r.kind != "PENDING" || b == nil || b.active() || b.retries || r.deployment == nil || r.queue == nil || w.ledger.forced[r.id] {
			continue
		}
		if p := w.view.pools[*r.queue]; p != nil && p.most != nil {
			n := w.view.count(func(o *flowRun) bool {
				return o.active() && o.queue != nil && w.view.pools[*o.queue] != nil && w.view.pools[*o.queue].id == p.id
			})
			if n > *p.most {
				return fmt.Sprintf("run %s was claimed, and pool %s of %d has %d active runs", r.id, p.name, *p.most, n)
			}
		}
		if most, limited := w.view.flows[r.flow]; limited {
			n := w.view.count(func(o *flowRun) bool { return o.flow == r.flow && o.deployment != nil && (o.active() || o.retries) })
			if n > most {
				return fmt.Sprintf("run %s was claimed, and its flow of %d has %d active runs", r.id, most, n)
			}
		}
	}
	return ""
}

func (v *view) count(is func(*flowRun) bool) (n int) {
	for _, r := range v.runs {
		if is(r) {
			n++
		}
	}
	return n
}

// mercy is how long after a start, or an absence, leases and silence are not judged.
const mercy = 90 * time.Second

// freeSlotsAreGiven: while a deployment's limit has a free slot, whoever waits first
// for one is due. When the clock was set, times at which runs were due may be to come.
func freeSlotsAreGiven(w *world) string {
	now := w.machine.look()
	if w.jumps > 0 {
		return ""
	}
	for _, l := range w.view.limits {
		if l.deployment == nil || !l.active || l.taken >= float64(l.most) {
			continue
		}
		var first *flowRun
		due := false
		for _, r := range w.view.runs {
			if r.deployment != nil && *r.deployment == *l.deployment && r.kind == "SCHEDULED" && r.name == "AwaitingConcurrencySlot" && r.expected != nil && r.expected.Before(now) {
				first, due = r, due || r.due != nil && !r.due.After(now)
			}
		}
		if first != nil && !due {
			return fmt.Sprintf("limit %s of %d has %v slots taken, and %s is put off until %v", l.name, l.most, l.taken, first.id, first.due)
		}
	}
	return ""
}
