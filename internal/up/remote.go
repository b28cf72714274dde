package up

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
)

const (
	// wakeTime is how long a server that sleeps has to answer.
	wakeTime = time.Minute
	// knock is the pause between two tries.
	knock = time.Second
)

// Deploy makes the pools, the deployments and the limits of a plan on the
// server whose API is at address, and makes no runs. It waits a minute for the
// server: it may sleep.
func Deploy(ctx context.Context, p Plan, address string) error {
	r := &running{Plan: p, clock: clock.System{}, api: client.New(address, p.Server.API.AuthString)}
	if err := r.awake(ctx); err != nil {
		return err
	}
	for _, pool := range r.Setup.Pools {
		if err := r.createPool(ctx, pool); err != nil {
			return err
		}
	}
	if _, err := r.deploy(ctx); err != nil {
		return err
	}
	for _, f := range r.Setup.Flows {
		if f.MaxConcurrent == nil {
			continue
		}
		if err := r.limitFlow(ctx, f.Name, *f.MaxConcurrent); err != nil {
			return err
		}
	}
	return nil
}

// awake waits until the server answers.
func (r *running) awake(ctx context.Context) error {
	deadline := r.clock.Now().Add(wakeTime)
	for {
		err := r.api.Ask(ctx, http.MethodGet, "/admin/version", nil, nil)
		if err == nil || !passing(err) || r.clock.Now().After(deadline) {
			return err
		}
		select {
		case <-r.clock.After(knock):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// passing tells of a failure that may go by itself: nobody answers yet, or the
// server is busy.
func passing(err error) bool {
	var status *client.Status
	if errors.As(err, &status) {
		return status.Code >= http.StatusInternalServerError
	}
	var known *fault.Error
	return errors.As(err, &known) && known.Kind == fault.Internal
}

// limitFlow bounds the runs of a flow, which is made when it is not there.
func (r *running) limitFlow(ctx context.Context, flow string, most int) error {
	var made struct {
		ID string `json:"id"`
	}
	var limit struct {
		Max *int `json:"max_concurrent"`
	}
	err := r.api.Ask(ctx, http.MethodPost, "/flows/", map[string]any{"name": flow}, &made)
	path := "/reeve/flows/" + url.PathEscape(made.ID) + "/limit"
	if err == nil {
		err = r.api.Ask(ctx, http.MethodGet, path, nil, &limit)
	}
	// One that is as it should be stays whose it is: the server's own file's, perhaps.
	if err == nil && (limit.Max == nil || *limit.Max != most) {
		err = r.api.Ask(ctx, http.MethodPut, path, map[string]any{"max_concurrent": most}, nil)
	}
	if err != nil {
		return fmt.Errorf("limit flow %s: %w", flow, err)
	}
	fmt.Fprintf(r.Out, "Flow %s: %d runs at once\n", flow, most)
	return nil
}
