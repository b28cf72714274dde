package simulation

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// network is the world outside: receivers of webhooks and notifications, which answer,
// fail, are slow, lie, or are not there. What they have heard they keep.
type network struct {
	w *world
	// heard counts the messages that were received, by their key.
	heard map[string]int
	// mood is how a receiver is at present, by host.
	mood map[string]string
	// gone is a host that does not come back in the end, "" for none.
	gone string
}

func newNetwork(w *world) *network {
	return &network{w: w, heard: map[string]int{}, mood: map[string]string{}}
}

var errAway = errors.New("connection refused")

// moods are how a receiver may be. One that is deaf hears, and its answer is lost.
var moods = []string{"fine", "fine", "fine", "failing", "away", "deaf", "throttling", "slow", "refusing"}

// RoundTrip implements http.RoundTripper.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	w, host := n.w, r.URL.Hostname()
	mood := n.mood[host]
	switch {
	case w.ending && host == n.gone:
		mood = "away"
	case w.ending:
		mood = "fine"
	case mood == "" || w.draw.chance(0.3):
		mood = pick(w.draw, moods)
	}
	n.mood[host] = mood
	key := r.Header.Get("Webhook-Id")
	w.note("%s (%s) is called with key %s", host, mood, key)
	answer := func(status int, header http.Header) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("told")), Request: r}, nil
	}
	switch mood {
	case "away":
		return nil, errAway
	case "failing":
		return answer(500+w.draw.IntN(5), nil)
	case "throttling":
		return answer(http.StatusTooManyRequests, http.Header{"Retry-After": {"120"}})
	case "refusing":
		return answer(http.StatusGone, nil)
	}
	n.heard[key]++
	switch mood {
	case "deaf":
		return nil, errAway
	case "slow":
		w.machine.Advance(w.draw.between(0, 9*time.Second))
	}
	return answer(http.StatusOK, nil)
}
