package simulation

import "time"

// disturb lets something go wrong, if the seed has it so now.
func (w *world) disturb() bool {
	switch {
	case w.draw.chance(w.climate.jumps):
		w.jump()
	case w.draw.chance(w.climate.suspends):
		w.suspend()
	case w.server != nil && w.draw.chance(w.climate.stops):
		w.server.hands.Stopped()
		w.crash()
	default:
		return false
	}
	return true
}

// crash throws the server's process away. The database stays.
func (w *world) crash() {
	w.server.hold.dead = true
	w.server = nil
	w.up = w.machine.world()
	if w.draw.chance(0.3) {
		w.up = w.up.Add(w.draw.between(0, w.climate.longest))
	}
	w.note("the server crashes, and is back at %s", w.up.Format("15:04:05"))
}

// jump sets the clock of the server's machine: by itself, or back to the world's time.
func (w *world) jump() {
	d := w.draw.between(-w.climate.farthest, w.climate.farthest)
	if w.machine.ahead != 0 && w.draw.chance(0.5) {
		d = -w.machine.ahead
	}
	w.setClock(d)
}

func (w *world) setClock(d time.Duration) {
	d = d.Truncate(time.Microsecond)
	w.jumps++
	w.machine.set(d)
	w.note("the clock is set by %s", d)
	if w.server != nil {
		for _, p := range w.server.parts {
			if p.told == nil { // timers do not follow the clock
				p.until = p.until.Add(d)
			}
		}
		w.server.hands.Jumped(w.ctx, d)
		w.wake()
	}
}

// suspend takes the server's machine away for a while: nobody reaches it, and it does
// not know but by its clock.
func (w *world) suspend() {
	d := w.draw.between(0, w.climate.longest).Truncate(time.Microsecond)
	w.machine.Advance(d)
	w.note("the machine was suspended for %s", d)
	if w.server != nil && d > 10*time.Millisecond {
		w.server.hands.Jumped(w.ctx, d)
		w.wake()
	}
}

// wake has the parts look again that look at the clock.
func (w *world) wake() {
	w.settled = w.machine.world().Add(mercy)
	for _, p := range w.server.parts {
		if p.name == "services" || p.name == "deliveries" {
			p.idle = false
		}
	}
}
