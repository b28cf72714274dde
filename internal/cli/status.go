package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
)

// statusTime bounds one request of `reeve status`.
const statusTime = 5 * time.Second

type status struct {
	settingFlags `embed:""`
	URL          string `name:"url" help:"Address of the API; PREFECT_API_URL, else that of the settings." placeholder:"URL" env:"PREFECT_API_URL"`
	JSON         bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*status) Help() string {
	return "Example:\n\n  reeve status --url http://127.0.0.1:4200/api --json\n\nExit code 1 when the server does not answer or is not ready."
}

// serverStatus is what a running server says of itself.
type serverStatus struct {
	URL      string         `json:"url"`
	Ready    bool           `json:"ready"`
	Version  string         `json:"version"`
	FlowRuns map[string]int `json:"flow_runs"` // counts of the states that are not final
	Pools    []poolStatus   `json:"work_pools"`
}

type poolStatus struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Status string `json:"status"`
	Paused bool   `json:"is_paused"`
	Limit  *int   `json:"concurrency_limit"`
}

// Run asks and prints.
func (s *status) Run(p *process) error {
	c, err := s.load(p, nil)
	if err != nil {
		return config.First(err)
	}
	url := s.URL
	if url == "" {
		url = c.Text("server.ui.api_url")
	}
	auth := c.Text("api.auth_string")
	if auth == "" {
		auth = c.Text("server.api.auth_string")
	}
	found, err := askStatus(p.ctx, &client{strings.TrimSuffix(url, "/"), auth})
	if err != nil {
		return err
	}
	if s.JSON {
		if err := printJSON(p, found); err != nil {
			return err
		}
	} else {
		printStatus(p, found)
	}
	if !found.Ready {
		return fault.New(fault.Internal, "the server at %s is not ready", url)
	}
	return nil
}

var openStates = []string{"SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING"}

func askStatus(ctx context.Context, c *client) (*serverStatus, error) {
	found := &serverStatus{URL: c.url, FlowRuns: map[string]int{}, Pools: []poolStatus{}}
	if err := c.ask(ctx, http.MethodGet, "/health", nil, nil); err != nil {
		return nil, err
	}
	found.Ready = c.ask(ctx, http.MethodGet, "/ready", nil, nil) == nil
	if err := c.ask(ctx, http.MethodGet, "/admin/version", nil, &found.Version); err != nil {
		return nil, err
	}
	for _, state := range openStates {
		var n int
		filter := map[string]any{"flow_runs": map[string]any{"state": map[string]any{"type": map[string]any{"any_": []string{state}}}}}
		if err := c.ask(ctx, http.MethodPost, "/flow_runs/count", filter, &n); err != nil {
			return nil, err
		}
		found.FlowRuns[strings.ToLower(state)] = n
	}
	return found, c.ask(ctx, http.MethodPost, "/work_pools/filter", map[string]any{}, &found.Pools)
}

func printStatus(p *process, s *serverStatus) {
	ready := "ready"
	if !s.Ready {
		ready = "not ready"
	}
	fmt.Fprintf(p.out, "%s is %s (Prefect %s)\n", s.URL, ready, s.Version)
	fmt.Fprint(p.out, "flow runs:")
	for _, state := range openStates {
		fmt.Fprintf(p.out, " %d %s", s.FlowRuns[strings.ToLower(state)], strings.ToLower(state))
	}
	fmt.Fprintln(p.out)
	for _, pool := range s.Pools {
		limit := "any number of runs"
		if pool.Limit != nil {
			limit = fmt.Sprintf("%d runs", *pool.Limit)
		}
		fmt.Fprintf(p.out, "work pool %s (%s): %s, %s at once\n", pool.Name, pool.Type, strings.ToLower(strings.ReplaceAll(pool.Status, "_", " ")), limit)
	}
}

// client asks a server's API.
type client struct{ url, auth string }

// ask sends one request and reads the answer into to, unless that is nil.
func (c *client) ask(ctx context.Context, method, path string, body, to any) error {
	ctx, cancel := context.WithTimeout(ctx, statusTime)
	defer cancel()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, content)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "%s is no address of an API", c.url).WithHint("give one like http://127.0.0.1:4200/api with --url")
	}
	request.Header.Set("Content-Type", "application/json")
	if user, password, ok := strings.Cut(c.auth, ":"); ok {
		request.SetBasicAuth(user, password)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fault.New(fault.Internal, "no server answers at %s", c.url).WithHint("start one with: reeve server start")
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode == http.StatusUnauthorized {
		return fault.New(fault.Unauthorised, "the server at %s asks for a password", c.url).WithHint("set PREFECT_API_AUTH_STRING=user:password")
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		return fault.New(fault.Internal, "%s %s%s answered %s", method, c.url, path, answer.Status)
	}
	if to == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(to)
}
