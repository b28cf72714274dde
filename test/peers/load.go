package main

import (
	"fmt"
	"sync"
	"time"
)

// given is a run that was handed over, and when.
type given struct {
	run         string
	asked, kept time.Time
	err         error
}

// arrive hands runs over at a rate, each at its time whether or not those before
// it are kept or done, until stop is closed; it returns when all are answered.
// Their names are the prefix, a number, and the suffix.
func (e *engine) arrive(prefix, suffix string, rate float64, stop <-chan struct{}) []given {
	var mu sync.Mutex
	var all []given
	var open sync.WaitGroup
	begin := time.Now()
	for n := 0; ; n++ {
		select {
		case <-stop:
			open.Wait()
			return all
		case <-time.After(time.Until(begin.Add(time.Duration(float64(n) / rate * float64(time.Second))))):
		}
		open.Go(func() {
			g := given{run: fmt.Sprintf("%s%d%s", prefix, n, suffix), asked: time.Now()}
			g.err = e.give(e, g.run)
			g.kept = time.Now()
			mu.Lock()
			defer mu.Unlock()
			all = append(all, g)
		})
	}
}

// after is a channel that is closed then.
func after(length time.Duration) <-chan struct{} {
	stop := make(chan struct{})
	time.AfterFunc(length, func() { close(stop) })
	return stop
}

// atOnce hands over n runs from as many clients as it says and returns their names.
func (e *engine) atOnce(prefix string, n, clients int) ([]string, error) {
	names, next, failed := make([]string, n), make(chan string, n), make(chan error, clients)
	for i := range names {
		names[i] = fmt.Sprintf("%s%d", prefix, i)
		next <- names[i]
	}
	close(next)
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for run := range next {
				if err := e.give(e, run); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-failed:
		return nil, err
	default:
		return names, nil
	}
}
