package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// writer is the store's group commit: all that wait share a transaction, each
// in a savepoint of its own.
type writer struct {
	queue chan job
	ended chan error
}

type job struct {
	args []any
	done chan error
}

func startWriter(c conn) *writer {
	w := &writer{make(chan job, 1024), make(chan error, 1)}
	go func() {
		for first := range w.queue {
			if err := w.commit(c, w.gather(first)); err != nil {
				w.ended <- err
				return
			}
		}
		w.ended <- nil
	}()
	return w
}

func (w *writer) gather(first job) []job {
	group := []job{first}
	for len(group) < 128 {
		select {
		case next, ok := <-w.queue:
			if !ok {
				return group
			}
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}

func (w *writer) commit(c conn, group []job) error {
	if err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, j := range group {
		for _, step := range []func() error{
			func() error { return c.exec("SAVEPOINT write") },
			func() error { return c.exec(insertRun, j.args...) },
			func() error { return c.exec("RELEASE write") },
		} {
			if err := step(); err != nil {
				return err
			}
		}
	}
	err := c.exec("COMMIT")
	for _, j := range group {
		j.done <- err
	}
	return err
}

func (w *writer) insert() (id []byte, err error) {
	id, args := newRun()
	done := make(chan error, 1)
	w.queue <- job{args, done}
	return id, <-done
}

// rate runs work in n goroutines until the time is over and gives calls per second.
func rate(n int, length time.Duration, work func(worker int) error) (float64, error) {
	var calls atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	start := time.Now()
	for worker := range n {
		all.Go(func() {
			for time.Since(start) < length && failed.Load() == nil {
				if err := work(worker); err != nil {
					failed.Store(err)
				}
				calls.Add(1)
			}
		})
	}
	all.Wait()
	err, _ := failed.Load().(error)
	return float64(calls.Load()) / time.Since(start).Seconds(), err
}

// readers opens n reading connections.
func readers(path string, n int) ([]conn, error) {
	var all []conn
	for range n {
		c, err := prepared(path, false)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// readAll touches every column, as a handler would.
func readAll(r row) {
	_ = r.blob(0)
	_ = r.blob(3)
	for _, i := range []int{1, 2, 9, 10, 11} {
		_ = r.integer(i)
	}
	for _, i := range []int{4, 5, 6, 7, 8} {
		_ = r.text(i)
	}
}
