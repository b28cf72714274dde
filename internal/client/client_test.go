package client

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/uuid"
)

// csrfServer wants a token with writes, which it gives to each client once and
// takes away when forget is set.
type csrfServer struct {
	mu     sync.Mutex
	tokens map[string]string
	given  int
}

func (s *csrfServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	client := r.Header.Get("Prefect-Csrf-Client")
	switch {
	case r.URL.Path == "/api/csrf-token":
		s.given++
		token := uuid.NewString()
		s.tokens[r.URL.Query().Get("client")] = token
		_, _ = w.Write([]byte(`{"token": "` + token + `"}`))
	case r.Method != http.MethodGet && (client == "" || s.tokens[client] != r.Header.Get("Prefect-Csrf-Token")):
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"detail":"Missing CSRF token."}`))
	default:
		_, _ = w.Write([]byte("{}"))
	}
}

func TestAClientBringsTheTokenThatAServerWants(t *testing.T) {
	s := &csrfServer{tokens: map[string]string{}}
	server := httptest.NewServer(s)
	defer server.Close()
	c := New(server.URL+"/api", "")
	for _, step := range []struct {
		what   string
		method string
		forget bool
		given  int // tokens in all, afterwards
	}{
		{"a read", http.MethodGet, false, 0},
		{"a first write", http.MethodPost, false, 1},
		{"another", http.MethodPut, false, 1},
		{"one when the token has ended", http.MethodPost, true, 2},
	} {
		if step.forget {
			s.mu.Lock()
			clear(s.tokens)
			s.mu.Unlock()
		}
		if err := c.Ask(t.Context(), step.method, "/x", map[string]any{}, nil); err != nil || s.given != step.given {
			t.Errorf("%s: %v, %d tokens", step.what, err, s.given)
		}
	}
	if err := c.Marked("g").Ask(t.Context(), http.MethodPost, "/x", nil, nil); err != nil || s.given != 2 {
		t.Errorf("marked: %v, %d tokens", err, s.given)
	}
}
