package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// CSRF is the token that a server with CSRF protection gave a client. The zero
// value has none. It may be used from several goroutines.
type CSRF struct {
	mu            sync.Mutex
	client, token string
}

// Sign puts the token on a write, if there is one.
func (t *CSRF) Sign(r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && r.Method != http.MethodGet {
		r.Header.Set(prefect.CSRFTokenHeader, t.token)
		r.Header.Set(prefect.CSRFClientHeader, t.client)
	}
}

// WantsToken reports whether an answer refuses a write for want of a valid token.
// It is the way to learn of it: most servers want none, and need not be asked.
// Tokens last an hour, unless set otherwise; one that has ended is refused too.
func WantsToken(status int, body string) bool {
	return status == http.StatusForbidden && strings.Contains(body, "CSRF token")
}

// Renew asks for a token for the client named id. get reads the path of the API
// into to.
func (t *CSRF) Renew(id uuid.UUID, get func(path string, to any) error) error {
	var given struct {
		Token string `json:"token"`
	}
	if err := get("/csrf-token?client="+url.QueryEscape(id.String()), &given); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.client, t.token = id.String(), given.Token
	return nil
}

// renew asks for a token if an error says that one is wanted; else it gives the
// error back.
func (c *Client) renew(ctx context.Context, failed error) error {
	var status *Status
	if !errors.As(failed, &status) || !WantsToken(status.Code, status.Detail) {
		return failed
	}
	return c.csrf.Renew(c.ids.V4(), func(path string, to any) error { return c.once(ctx, http.MethodGet, path, nil, to) })
}
