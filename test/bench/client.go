package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// clients is how many ask at once.
var clients = 8

// api is what the clients of one server share, or of several on one database: then each
// request goes to the next of them, as a load balancer sends it.
type api struct {
	urls []string
	next atomic.Uint64
	http *http.Client
}

func newAPI(urls ...string) *api {
	return &api{urls: urls, http: &http.Client{
		Timeout: time.Minute,
		Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true,
			IdleConnTimeout: 3 * time.Second}, // the reference closes idle ones after 5 s
	}}
}

// url is that of the server whose turn it is.
func (a *api) url() string { return a.urls[a.next.Add(1)%uint64(len(a.urls))] }

// post sends a JSON body and gives the answer's. What is answered with 503, or
// finds its connection closed, is sent again.
func (a *api) post(path string, body any) ([]byte, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	for tries := 0; ; tries++ {
		answer, err := a.http.Post(a.url()+path, "application/json", bytes.NewReader(data))
		if err != nil && tries < 100 {
			continue // the reference closes connections that it has just offered to keep
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		switch {
		case err != nil:
			return nil, err
		case answer.StatusCode == http.StatusServiceUnavailable && tries < 100:
			time.Sleep(50 * time.Millisecond)
		case answer.StatusCode >= 300:
			return nil, fmt.Errorf("POST %s: %s: %.300s", path, answer.Status, text)
		default:
			return text, nil
		}
	}
}

// get gives what a path answers.
func (a *api) get(path string) ([]byte, error) {
	answer, err := a.http.Get(a.url() + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("GET %s: %s: %.300s", path, answer.Status, text)
	}
	return text, err
}

// create posts a body and gives the new object's id.
func (a *api) create(path string, body any) (string, error) {
	text, err := a.post(path, body)
	if err != nil {
		return "", err
	}
	var object struct{ ID string }
	return object.ID, json.Unmarshal(text, &object)
}

// number posts a body and gives the number that is the answer.
func (a *api) number(path string, body any) (int64, error) {
	text, err := a.post(path, body)
	if err != nil {
		return 0, err
	}
	var n int64
	return n, json.Unmarshal(text, &n)
}

// rated is what all clients did within a time.
type rated struct {
	calls int64
	took  time.Duration
	times []time.Duration // of each call, the shortest first
}

func (r rated) perSecond() float64 { return float64(r.calls) / r.took.Seconds() }

// quantile is the time within which so much of the calls ended, in milliseconds.
func (r rated) quantile(share float64) float64 {
	if len(r.times) == 0 {
		return 0
	}
	return float64(r.times[int(share*float64(len(r.times)-1))].Microseconds()) / 1000
}

// rate has all clients repeat work until the time is over.
func rate(length time.Duration, work func() error) (r rated, err error) {
	var all sync.WaitGroup
	times := make([][]time.Duration, clients)
	failed := make(chan error, clients)
	begin := time.Now()
	for i := range clients {
		all.Go(func() {
			for last := begin; last.Sub(begin) < length; {
				if err := work(); err != nil {
					failed <- err
					return
				}
				now := time.Now()
				times[i] = append(times[i], now.Sub(last))
				last = now
			}
		})
	}
	all.Wait()
	r.took = time.Since(begin)
	r.times = slices.Sorted(slices.Values(slices.Concat(times...)))
	r.calls = int64(len(r.times))
	select {
	case err = <-failed:
	default:
	}
	return r, err
}

// each has all clients share n calls of work.
func each(n int64, work func() error) error {
	var left atomic.Int64
	left.Store(n)
	var all sync.WaitGroup
	failed := make(chan error, clients)
	for range clients {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := work(); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}
