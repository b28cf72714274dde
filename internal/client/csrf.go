package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
)

// csrf is the token that a server with CSRF protection gave this client.
type csrf struct {
	mu            sync.Mutex
	client, token string
}

// sign puts the token on a write, if there is one.
func (t *csrf) sign(r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && r.Method != http.MethodGet {
		r.Header.Set("Prefect-Csrf-Token", t.token)
		r.Header.Set("Prefect-Csrf-Client", t.client)
	}
}

// wantsToken tells whether a write was refused for want of a valid token. It is
// the way to learn of it: most servers want none, and need not be asked.
func wantsToken(err error) bool {
	var status *Status
	return errors.As(err, &status) && status.Code == http.StatusForbidden && strings.Contains(status.Detail, "CSRF token")
}

// newToken asks for a token. Tokens last an hour unless set otherwise; one that
// has ended is refused, which leads here again.
func (c *Client) newToken(ctx context.Context) error {
	var given struct {
		Token string `json:"token"`
	}
	name := clientID().String()
	if err := c.once(ctx, http.MethodGet, "/csrf-token?client="+url.QueryEscape(name), nil, &given); err != nil {
		return err
	}
	c.csrf.mu.Lock()
	defer c.csrf.mu.Unlock()
	c.csrf.client, c.csrf.token = name, given.Token
	return nil
}

// clientID draws the id by which the server knows a token's owner. It stands for
// nothing that would have to be repeatable.
func clientID() uuid.UUID { return clock.NewIDs(clock.System{}).V4() }
