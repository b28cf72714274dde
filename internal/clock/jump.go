package clock

import "time"

// Jumper is a Clock that tells when wall time moves otherwise than by passing:
// the clock was set, or the machine was suspended and goes on.
type Jumper interface {
	// Jumps returns a channel that receives how far wall time jumped (backwards when
	// negative), and a function that ends it. Jumps that follow each other closely
	// may be told as one.
	Jumps() (<-chan time.Duration, func())
}

// Jumps tells of the jumps of a clock; a clock that does not know of them has a
// channel that never receives.
func Jumps(c Clock) (<-chan time.Duration, func()) {
	if j, ok := c.(Jumper); ok {
		return j.Jumps()
	}
	return nil, func() {}
}

// offer sends without waiting; what was not taken yet is added up.
func offer(c chan time.Duration, d time.Duration) {
	for {
		select {
		case c <- d:
			return
		case earlier := <-c:
			d += earlier
		}
	}
}
