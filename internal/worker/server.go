package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/clock"
)

// delays is how long a request waits for a server that does not answer.
var delays = clock.Backoff{Least: 500 * time.Millisecond, Most: 30 * time.Second}

// patience bounds one request.
const patience = 60 * time.Second

// refusal is an answer that is no success.
type refusal struct {
	status int
	body   string
}

func (r *refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.status, http.StatusText(r.status), r.body))
}

// refused reports whether err is an answer with this status.
func refused(err error, status int) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == status
}

// server is the API of the server, reached with patience.
type server struct {
	url, auth string
	clock     clock.Clock
	ids       clock.IDs
	log       *slog.Logger
	http      *http.Client
	away      atomic.Bool
	csrf      client.CSRF
}

// ask sends a request with body as JSON, unless it is nil, and reads the answer
// into to, unless that is nil. It repeats it while the server is away or asks to
// wait. Any other answer than success is a *refusal.
func (s *server) ask(ctx context.Context, method, path string, body, to any) error {
	_, err := s.askFor(ctx, nil, method, path, body, to)
	return err
}

// askFor is ask with headers of its own, and gives the header of the answer too.
func (s *server) askFor(ctx context.Context, own http.Header, method, path string, body, to any) (http.Header, error) {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	for try := 0; ; try++ {
		header, wait, err := s.once(ctx, own, method, path, content, to)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if wait < 0 {
			if s.away.CompareAndSwap(true, false) {
				s.log.Info("the server answers again", "url", s.url)
			}
			return header, err
		}
		if s.away.CompareAndSwap(false, true) {
			s.log.Warn("the server does not answer; the worker goes on and keeps trying", "url", s.url, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.clock.After(max(wait, delays.Jittered(try+1, s.ids))):
		}
	}
}

// once sends a request once. wait is negative when the answer stands; otherwise
// the request is to be repeated, after wait at the earliest.
func (s *server) once(ctx context.Context, own http.Header, method, path string, content []byte, to any) (header http.Header, wait time.Duration, err error) {
	answer, text, err := s.exchange(ctx, own, method, path, content)
	if err == nil && client.WantsToken(answer.StatusCode, string(text)) {
		err = s.csrf.Renew(s.ids.V4(), func(path string, to any) error {
			_, _, err := s.once(ctx, nil, http.MethodGet, path, nil, to)
			return err
		})
		if err == nil {
			answer, text, err = s.exchange(ctx, own, method, path, content)
		}
	}
	var malformed *url.Error
	switch {
	case errors.As(err, &malformed) && malformed.Op == "parse":
		return nil, -1, err
	case err != nil:
		return nil, 0, err
	}
	switch answer.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusInsufficientStorage:
		return nil, retryAfter(answer), &refusal{answer.StatusCode, string(text)}
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		return nil, -1, &refusal{answer.StatusCode, string(text)}
	}
	if to == nil {
		return answer.Header, -1, nil
	}
	if raw, ok := to.(*json.RawMessage); ok {
		*raw = text
		return answer.Header, -1, nil
	}
	return answer.Header, -1, json.Unmarshal(text, to)
}

// exchange sends a request and reads the whole answer.
func (s *server) exchange(ctx context.Context, own http.Header, method, path string, content []byte) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, s.url+path, bytes.NewReader(content))
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(request.Header, own)
	s.sign(request.Header)
	s.csrf.Sign(request)
	answer, err := s.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return answer, text, err
}

func retryAfter(answer *http.Response) time.Duration {
	seconds, err := strconv.ParseFloat(answer.Header.Get("Retry-After"), 64)
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds*float64(time.Second)), 5*time.Minute)
}

func (s *server) sign(h http.Header) {
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "reeve-worker")
	if user, password, ok := strings.Cut(s.auth, ":"); ok {
		r := http.Request{Header: h}
		r.SetBasicAuth(user, password)
	}
}
