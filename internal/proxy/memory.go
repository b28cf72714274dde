package proxy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/reevehq/reeve/internal/traffic"
	"github.com/reevehq/reeve/internal/wire"
)

const (
	// maxRemembered bounds what is remembered of each kind; when there is more,
	// all of the kind is forgotten, and asked for again.
	maxRemembered = 1000
	// keptAnswer bounds the bytes of an answer that is remembered.
	keptAnswer = 256 << 10
)

// memory is what the server answered before. It answers nobody who was not
// answered the same by the server: keys are made of what was asked and of the
// password shown.
type memory struct {
	mu       sync.Mutex
	accepted map[string]struct{}
	answers  map[string]keptResponse
}

type keptResponse struct {
	header http.Header
	body   []byte
}

func newMemory() *memory {
	return &memory{accepted: map[string]struct{}{}, answers: map[string]keptResponse{}}
}

// key makes a key of texts. It is a sum, so that no password is kept.
func key(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// accept notes that the server took what has this key.
func (m *memory) accept(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.accepted) >= maxRemembered {
		clear(m.accepted)
	}
	m.accepted[key] = struct{}{}
}

func (m *memory) accepts(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.accepted[key]
	return ok
}

func (m *memory) keep(key string, r keptResponse) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.answers) >= maxRemembered/10 {
		clear(m.answers)
	}
	m.answers[key] = r
}

func (m *memory) answer(key string) (keptResponse, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.answers[key]
	return r, ok
}

// keyOf is the key of a request that waits; of a poll also gives its body.
func keyOf(r *http.Request, a asked) (string, poll) {
	auth := r.Header.Get("Authorization")
	switch a.kind {
	case pollKind:
		var body poll
		read(r, &body)
		queues := append([]string{}, body.Queues...)
		sort.Strings(queues)
		return key("poll", a.pool, strings.Join(queues, "\x01"), auth), body
	case heartbeatKind:
		return key("heartbeat", a.pool, auth), poll{}
	}
	return key("pool", a.pool, auth, r.Header.Get("Accept-Encoding"), r.URL.RawQuery), poll{}
}

// remembered answers a request without the server, if it may: because the server
// sleeps, nothing is due before what is asked for, and the server answered the
// like before.
func (p *Proxy) remembered(w http.ResponseWriter, r *http.Request, a asked) bool {
	if !p.view.sleeping() {
		return false
	}
	key, body := keyOf(r, a)
	switch a.kind {
	case pollKind:
		due, known := p.view.due(a.pool)
		if !known || !p.memory.accepts(key) || due != nil && (body.Before == nil || !body.Before.Before(due.Time)) {
			return false
		}
		w.Header().Set(wire.NextDueHeader, wire.NextDue(due))
		traffic.Answer(w, http.StatusOK, []any{})
	case heartbeatKind:
		var b beat
		if !p.memory.accepts(key) || !read(r, &b) {
			return false
		}
		p.beats.note(a.pool, b, p.clock.Now())
		w.WriteHeader(http.StatusNoContent)
	case poolKind:
		kept, ok := p.memory.answer(key)
		if !ok {
			return false
		}
		for name, values := range kept.header {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(kept.body)))
		_, _ = w.Write(kept.body)
	}
	p.count.remembered[a.kind].Add(1)
	return true
}

// learn remembers what the server answers to those who wait.
func (p *Proxy) learn(res *http.Response) error {
	r := res.Request
	a := askedOf(r.Context())
	if !a.waits() || res.StatusCode >= http.StatusMultipleChoices {
		return nil
	}
	p.pools.add(a.pool)
	key, _ := keyOf(r, a)
	switch a.kind {
	case heartbeatKind:
		var b beat
		if read(r, &b) {
			p.beats.note(a.pool, b, p.clock.Now())
		}
		p.memory.accept(key)
	case pollKind:
		p.memory.accept(key)
	case poolKind:
		body, err := io.ReadAll(io.LimitReader(res.Body, keptAnswer+1))
		if err != nil {
			return err
		}
		rest := res.Body
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(body), rest), rest}
		if len(body) <= keptAnswer {
			kept := http.Header{}
			for _, name := range []string{"Content-Type", "Content-Encoding", "Vary"} {
				if values := res.Header.Values(name); len(values) > 0 {
					kept[name] = values
				}
			}
			p.memory.keep(key, keptResponse{kept, body})
		}
	}
	return nil
}
