// Package client asks a server's API over HTTP. It is for the commands that
// look at a server or set one up; it makes single requests and retries nothing.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/wire"
)

// patience bounds one request.
const patience = 15 * time.Second

// Client is a server's API. The zero value is of no use: take New. It may be
// used from several goroutines.
type Client struct {
	url, auth string
	gateway   string // the name in wire.GatewayHeader, "" for none
	csrf      *CSRF
	ids       clock.IDs
}

// New returns the client of the API at url ("http://127.0.0.1:4200/api"), which
// may ask for auth, "user:password". When the server wants a CSRF token with
// writes, the client asks for one.
func New(url, auth string) *Client {
	return &Client{url: strings.TrimSuffix(url, "/"), auth: auth, csrf: &CSRF{}, ids: clock.NewIDs(clock.System{})}
}

// Marked returns a client of the same API whose requests carry a gateway's name.
func (c *Client) Marked(gateway string) *Client {
	return &Client{url: c.url, auth: c.auth, gateway: gateway, csrf: c.csrf, ids: c.ids}
}

// URL is the API's address.
func (c *Client) URL() string { return c.url }

// Status is an answer that is no success.
type Status struct {
	Code   int
	Detail string // what the server said of it
	// RetryAfter is how long the server asked to wait, 0 when it did not.
	RetryAfter time.Duration
}

func (s *Status) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", s.Code, http.StatusText(s.Code), s.Detail))
}

// Final reports whether it is of no use to send the same request again: it is the
// request that is refused, not its moment or the password.
func (s *Status) Final() bool {
	switch s.Code {
	case http.StatusForbidden, http.StatusRequestTimeout, http.StatusLocked, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return s.Code >= http.StatusBadRequest && s.Code < http.StatusInternalServerError
}

// Ask sends one request, with body as JSON unless it is nil, and reads the
// answer into to, unless that is nil. Without a server or a password it fails
// with a fault that says what to do; any other answer than success has a
// *Status in its chain.
func (c *Client) Ask(ctx context.Context, method, path string, body, to any) error {
	err := c.once(ctx, method, path, body, to)
	if err == nil {
		return nil
	}
	if err = c.renew(ctx, err); err != nil {
		return err
	}
	return c.once(ctx, method, path, body, to)
}

func (c *Client) once(ctx context.Context, method, path string, body, to any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		if ctx.Err() == context.Canceled {
			return ctx.Err()
		}
		return fault.New(fault.Internal, "no server answers at %s", c.url).WithHint("start one with: reeve up, for a reeve.toml with pools or flows; reeve server start, for a server alone")
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return fmt.Errorf("%s %s%s: %w", method, c.url, path, err)
	case answer.StatusCode == http.StatusUnauthorized:
		return fault.New(fault.Unauthorised, "the server at %s asks for a password", c.url).
			WithHint("set PREFECT_API_AUTH_STRING to user:password")
	case answer.StatusCode >= http.StatusMultipleChoices:
		return fmt.Errorf("%s %s%s: %w", method, c.url, path, &Status{answer.StatusCode, strings.TrimSpace(string(text)), retryAfter(answer.Header)})
	case to == nil:
		return nil
	}
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("%s %s%s: read the answer: %w", method, c.url, path, err)
	}
	return nil
}

// retryAfter reads the seconds of a Retry-After.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseFloat(h.Get("Retry-After"), 64)
	if err != nil || seconds < 0 || seconds > 3600 {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

func (c *Client) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, content)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%s is no address of an API", c.url).
			WithHint("give one like http://127.0.0.1:4200/api")
	}
	request.Header.Set("Content-Type", "application/json")
	if user, password, ok := strings.Cut(c.auth, ":"); ok {
		request.SetBasicAuth(user, password)
	}
	if c.gateway != "" {
		request.Header.Set(wire.GatewayHeader, c.gateway)
	}
	c.csrf.Sign(request)
	return request, nil
}
