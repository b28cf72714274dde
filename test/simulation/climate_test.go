package simulation

import (
	"fmt"
	"time"
)

// climate is what a seed is like: seeds differ in what goes wrong, and how often, so
// that what one fault hides another seed shows.
type climate struct {
	steps int
	// crashes, stops, losses, jumps and suspends are the probabilities that a step has one.
	crashes, stops, losses, jumps, suspends float64
	// farthest is how far the clock is set, longest how long the server is away.
	farthest, longest time.Duration
	// deaths are those of processes and workers when they act; repeats, that a client
	// asks twice; late, that an event is sent later than it occurred.
	deaths, repeats, late float64
	workers, deployments  int
	// steady is how many deployments there are that nobody touches.
	steady int
}

func newClimate(d draws) climate {
	rate := func(p float64) float64 {
		if d.chance(0.4) {
			return 0
		}
		return p * d.Float64()
	}
	return climate{
		steps: 200 + d.IntN(200), crashes: rate(0.06), losses: rate(0.1), jumps: rate(0.015), suspends: rate(0.01),
		farthest: pick(d, []time.Duration{time.Minute, 20 * time.Minute, 3 * time.Hour}),
		longest:  pick(d, []time.Duration{10 * time.Second, 10 * time.Minute, 3 * time.Hour}),
		deaths:   rate(0.08), repeats: rate(0.15), late: rate(0.5),
		stops: rate(0.01), steady: d.IntN(2), workers: 1 + d.IntN(3), deployments: 1 + d.IntN(4),
	}
}

// String implements fmt.Stringer.
func (c climate) String() string {
	return fmt.Sprintf("%d steps, %d workers, %d deployments, %d steady, crashes %.3f, stops %.3f, losses %.3f, jumps %.3f of %s, suspends %.3f of %s, deaths %.3f, repeats %.3f, late %.3f",
		c.steps, c.workers, c.deployments, c.steady, c.crashes, c.stops, c.losses, c.jumps, c.farthest, c.suspends, c.longest, c.deaths, c.repeats, c.late)
}
