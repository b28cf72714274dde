package cli

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/backup"
	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

type status struct {
	apiFlags `embed:""`
	JSON     bool `name:"json" help:"Print JSON."`
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
	Backup   *backupStatus  `json:"backup"` // nil from a server that is not Reeve
}

// backupStatus is what the server says of the copies of its databases.
type backupStatus struct {
	Databases []backup.Status `json:"databases"`
	Restored  *store.Healing  `json:"restored"`
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
	_, api, err := s.api(p)
	if err != nil {
		return err
	}
	found, err := askStatus(p.ctx, api)
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
		return fault.New(fault.Internal, "the server at %s is not ready", api.URL())
	}
	return nil
}

var openStates = []string{"SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING"}

func askStatus(ctx context.Context, c *client.Client) (*serverStatus, error) {
	found := &serverStatus{URL: c.URL(), FlowRuns: map[string]int{}, Pools: []poolStatus{}}
	if err := c.Ask(ctx, http.MethodGet, "/health", nil, nil); err != nil {
		return nil, err
	}
	found.Ready = c.Ask(ctx, http.MethodGet, "/ready", nil, nil) == nil
	if err := c.Ask(ctx, http.MethodGet, "/admin/version", nil, &found.Version); err != nil {
		return nil, err
	}
	for _, state := range openStates {
		var n int
		filter := map[string]any{"flow_runs": map[string]any{"state": map[string]any{"type": map[string]any{"any_": []string{state}}}}}
		if err := c.Ask(ctx, http.MethodPost, "/flow_runs/count", filter, &n); err != nil {
			return nil, err
		}
		found.FlowRuns[strings.ToLower(state)] = n
	}
	if err := c.Ask(ctx, http.MethodPost, "/work_pools/filter", map[string]any{}, &found.Pools); err != nil {
		return nil, err
	}
	var said backupStatus
	if c.Ask(ctx, http.MethodGet, "/reeve/backup", nil, &said) == nil {
		found.Backup = &said
	}
	return found, nil
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
	printBackup(p, s.Backup)
}

// printBackup says how the copies of the databases stand, a line each.
func printBackup(p *process, b *backupStatus) {
	if b == nil {
		return
	}
	for _, d := range b.Databases {
		until := "nothing has arrived yet"
		if d.Until != nil {
			until = "has all until " + d.Until.Format(time.RFC3339)
			if !d.Pending {
				until = "up to date, last change " + d.Until.Format(time.RFC3339)
			}
		}
		if d.Error != nil {
			until += fmt.Sprintf(", FAILING since %s: %s", d.Since.Format(time.RFC3339), *d.Error)
		}
		fmt.Fprintf(p.out, "backup of %s in %s: %s\n", d.Database, d.URL, until)
	}
	if r := b.Restored; r != nil {
		fmt.Fprintf(p.out, "database restored at %s, since it %s: it has what was written until %s, from %s\n",
			r.At.Format(time.RFC3339), r.Why, r.Until.Format(time.RFC3339), r.From)
	}
}
