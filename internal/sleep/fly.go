package sleep

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Host suspends the machine that this process runs on.
type Host interface {
	// Suspend asks for it. It may return before the machine is frozen, or fail
	// because it was frozen and its connections are gone.
	Suspend(ctx context.Context) error
}

// Fly is the host fly.io, asked through the socket that it gives each machine.
type Fly struct {
	Socket       string // "/.fly/api"
	App, Machine string
}

// Suspend implements Host.
func (f Fly) Suspend(ctx context.Context) error {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", f.Socket)
	}}
	path := "/v1/apps/" + url.PathEscape(f.App) + "/machines/" + url.PathEscape(f.Machine) + "/suspend"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://machine"+path, nil)
	if err != nil {
		return fmt.Errorf("ask %s to suspend the machine: %w", f.Socket, err)
	}
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return fmt.Errorf("ask %s to suspend the machine: %w", f.Socket, err)
	}
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 500)) // for the error alone
	_ = answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s answered %d when asked to suspend the machine: %s", f.Socket, answer.StatusCode, strings.TrimSpace(string(said)))
	}
	return nil
}
