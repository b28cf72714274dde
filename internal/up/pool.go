package up

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/config"
)

// createPool makes a work pool of type process, or sets the limit of the one
// that is there.
func (r *running) createPool(ctx context.Context, p config.Pool) error {
	err := r.api.Ask(ctx, http.MethodPost, "/work_pools/", map[string]any{
		"name": p.Name, "type": "process", "description": p.Description, "concurrency_limit": p.Concurrency,
	}, nil)
	var status *client.Status
	if errors.As(err, &status) && status.Code == http.StatusConflict {
		err = r.api.Ask(ctx, http.MethodPatch, "/work_pools/"+url.PathEscape(p.Name), map[string]any{"concurrency_limit": p.Concurrency}, nil)
	}
	if err != nil {
		return fmt.Errorf("make work pool %s: %w", p.Name, err)
	}
	limit := "any number of runs"
	if p.Concurrency != nil {
		limit = fmt.Sprintf("%d runs", *p.Concurrency)
	}
	fmt.Fprintf(r.Out, "Work pool %s: %s at once\n", p.Name, limit)
	return nil
}
