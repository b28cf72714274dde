package clock

import "time"

// Backoff is the pause before another try, which doubles with each failure in a row.
type Backoff struct {
	// Least is the pause after the first failure, Most bounds all of them.
	Least, Most time.Duration
}

// doublings is how often a pause is doubled at most, so that it cannot overflow.
const doublings = 30

// Pause returns the pause after some failures in a row; there has been at least one.
func (b Backoff) Pause(failures int) time.Duration {
	doubled := b.Least << min(max(failures-1, 0), doublings)
	if doubled < b.Least { // it overflowed
		return b.Most
	}
	return min(doubled, b.Most)
}

// Jittered returns the pause less a random fifth, so that those who failed
// together do not all come back at once.
func (b Backoff) Jittered(failures int, random interface{ Float() float64 }) time.Duration {
	p := b.Pause(failures)
	return p - time.Duration(random.Float()*float64(p)/5)
}
