package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// How long each rate is held, at least so many runs; how many clients give a
// burst; how long an engine rests before its memory is read; for how long runs
// arrive before the kill; and after what time without progress a run counts as
// lost.
const (
	held     = 20 * time.Second
	least    = 20
	clients  = 16
	rest     = 5 * time.Second
	untilHit = 15 * time.Second
	patience = 90 * time.Second
)

// column is what was measured of one peer.
type column struct {
	peer
	atRates                  []atRate
	perSecond                float64 // runs of a burst, to the end of the last
	idle, loaded             float64 // MB
	toKept, toDone           float64 // ms from exec
	acknowledged, lost, told int     // of the runs around the kill
	again                    int     // steps that were done more than once
	recovered                float64 // s from exec to the end of the last run that was not lost
}

// atRate is what runs took at a rate of arrival, in ms.
type atRate struct {
	rate              float64
	kept, begun, done []float64 // from being asked for
	step              []float64 // between steps
	open              int       // not done in time
}

// measure has a peer do all of it, in a folder of its own.
func measure(p peer) (c column, err error) {
	folder, err := os.MkdirTemp("", "peers-"+p.name+"-")
	if err != nil {
		return c, err
	}
	defer os.RemoveAll(folder)
	e, err := newEngine(p, folder)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, e.kill()) }()
	if err := e.begin(); err != nil {
		return c, err
	}
	c.peer = p
	time.Sleep(rest)
	c.idle = memory()
	for _, rate := range p.rates {
		at, err := e.atRate(rate)
		if err != nil {
			return c, err
		}
		c.atRates = append(c.atRates, at)
	}
	if err := e.burst(&c); err != nil {
		return c, err
	}
	if err := e.cold(&c); err != nil {
		return c, err
	}
	return c, e.hit(&c)
}

// begin starts the engine and has it do a run, so that what is loaded once is.
func (e *engine) begin() error {
	if err := e.start(); err != nil {
		return err
	}
	if e.prepare != nil {
		if err := e.prepare(e); err != nil {
			return err
		}
	}
	return e.one("first")
}

// one has a run done.
func (e *engine) one(run string) error {
	if err := e.give(e, run); err != nil {
		return err
	}
	seen, err := e.finished([]string{run}, patience)
	if err == nil && !seen[run].complete() {
		err = fmt.Errorf("run %s is not done\n%s", run, e.said())
	}
	return err
}

// said is the end of what each program has written.
func (e *engine) said() (text string) {
	for _, p := range e.running {
		text += p.said() + "\n"
	}
	return text
}

func (e *engine) atRate(rate float64) (atRate, error) {
	at := atRate{rate: rate}
	length := max(held, time.Duration(least/rate*float64(time.Second)))
	all := e.arrive(fmt.Sprintf("rate-%g-", rate), "", rate, after(length))
	var names []string
	for _, g := range all {
		if g.err != nil {
			return at, g.err
		}
		names = append(names, g.run)
	}
	seen, err := e.finished(names, patience)
	for _, g := range all {
		d := seen[g.run]
		at.kept = append(at.kept, ms(g.kept.Sub(g.asked)))
		if !d.complete() {
			at.open++
			continue
		}
		at.begun = append(at.begun, ms(d.at[1].Sub(g.asked)))
		at.done = append(at.done, ms(d.at[stepsOfRun].Sub(g.asked)))
		at.step = append(at.step, ms(d.at[stepsOfRun].Sub(d.at[1]))/(stepsOfRun-1))
	}
	return at, err
}

// burst gives many runs at once and reads the memory meanwhile.
func (e *engine) burst(c *column) error {
	stop, most := make(chan struct{}), make(chan float64)
	go func() {
		highest := 0.0
		for {
			highest = max(highest, memory())
			select {
			case <-stop:
				most <- highest
				return
			case <-time.After(time.Second):
			}
		}
	}()
	begin := time.Now()
	names, err := e.atOnce("burst-", e.peer.burst, clients)
	var seen map[string]done
	if err == nil {
		seen, err = e.finished(names, patience)
	}
	close(stop)
	c.loaded = <-most
	if err != nil {
		return err
	}
	last, complete := begin, 0
	for _, run := range names {
		if d := seen[run]; d.complete() {
			complete++
			if d.at[stepsOfRun].After(last) {
				last = d.at[stepsOfRun]
			}
		}
	}
	if complete < len(names) {
		fmt.Fprintf(os.Stderr, "%s: %d of a burst of %d are done\n", e.name, complete, len(names))
	}
	c.perSecond = float64(complete) / last.Sub(begin).Seconds()
	return nil
}

// cold kills the engine at rest and measures its start, on what it has kept, until
// it keeps a run, and until that is done.
func (e *engine) cold(c *column) error {
	time.Sleep(rest)
	if err := e.kill(); err != nil {
		return err
	}
	began := time.Now()
	started := make(chan error, 1)
	go func() { started <- e.start() }()
	for number := 0; ; number++ {
		if err := e.give(e, fmt.Sprintf("cold-%d", number)); err == nil {
			break
		}
		if time.Since(began) > 2*time.Minute {
			return errors.New("it keeps nothing 2 minutes after its start")
		}
		time.Sleep(2 * time.Millisecond)
	}
	c.toKept = ms(time.Since(began))
	if err := <-started; err != nil {
		return err
	}
	for {
		seen, err := e.read()
		if err != nil {
			return err
		}
		for run, d := range seen {
			if len(run) > 5 && run[:5] == "cold-" && d.complete() {
				c.toDone = ms(d.at[stepsOfRun].Sub(began))
				return nil
			}
		}
		if time.Since(began) > 3*time.Minute {
			return errors.New("the first run after its start is not done in 3 minutes\n" + e.said())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// hit kills all processes of the engine while runs of three seconds arrive, starts
// it again a second later, and counts what becomes of those that it said it kept.
func (e *engine) hit(c *column) error {
	stop, arrived := make(chan struct{}), make(chan []given)
	go func() { arrived <- e.arrive("hit-", "~1", e.crash, stop) }()
	time.Sleep(untilHit)
	if err := e.kill(); err != nil {
		return err
	}
	killed := time.Now()
	close(stop)
	var kept []string
	for _, g := range <-arrived {
		if g.err == nil && g.kept.Before(killed) {
			kept = append(kept, g.run)
		}
	}
	time.Sleep(time.Second)
	began := time.Now()
	if err := e.start(); err != nil {
		return err
	}
	seen, err := e.finished(kept, patience)
	if err != nil {
		return err
	}
	c.acknowledged = len(kept)
	for _, run := range kept {
		d := seen[run]
		c.again += d.again
		if d.complete() {
			c.recovered = max(c.recovered, d.at[stepsOfRun].Sub(began).Seconds())
			continue
		}
		c.lost++
		if e.peer.told == nil {
			continue
		}
		told, err := e.peer.told(e, run)
		if err != nil {
			return err
		}
		if told {
			c.told++
		}
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// at is the value below which a share of all is; 0 of none.
func at(values []float64, share float64) float64 {
	if len(values) == 0 {
		return 0
	}
	values = slices.Sorted(slices.Values(values))
	return values[min(len(values)-1, int(share*float64(len(values))))]
}
