package clock

import "time"

// restShare is how much longer a rest is than the look before it.
const restShare = 10

// Rest returns how long to leave alone what was looked at, when looking took a while: ten times as
// long, so that whoever looks again and again does so for a tenth of the time at most, but no
// shorter than least, and no longer than most.
func Rest(took, least, most time.Duration) time.Duration {
	return max(least, min(restShare*took, most))
}
