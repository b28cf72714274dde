package up

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/reevehq/reeve/internal/config"
)

// plannedSchedule is a schedule as deploy.py reads it: the fields of the client's own.
type plannedSchedule struct {
	Cron       string         `json:"cron,omitempty"`
	Interval   float64        `json:"interval,omitempty"` // in seconds
	RRule      string         `json:"rrule,omitempty"`
	Timezone   string         `json:"timezone,omitempty"`
	Slug       string         `json:"slug"`
	Parameters map[string]any `json:"parameters,omitempty"`
}

func plannedSchedules(of []config.Schedule) []plannedSchedule {
	all := []plannedSchedule{}
	for _, s := range of {
		all = append(all, plannedSchedule{s.Cron, time.Duration(s.Interval).Seconds(), s.RRule, s.Timezone, s.Slug, s.Parameters})
	}
	return all
}

// agree sets what the client's deploy does not: what becomes of runs beyond the limit,
// what schedules do about times that they missed, and the agreements about runs.
func (r *running) agree(ctx context.Context, f config.Flow, id string) error {
	deployment := "/reeve/deployments/" + url.PathEscape(id)
	if f.CollisionStrategy != "" {
		err := r.api.Ask(ctx, http.MethodPut, deployment+"/collisions", map[string]any{"collision_strategy": f.CollisionStrategy}, nil)
		if err != nil {
			return fmt.Errorf("set the collision strategy of %s: %w", f.Name, err)
		}
	}
	if err := r.catchUp(ctx, f, deployment+"/schedules"); err != nil {
		return fmt.Errorf("set what schedules of %s catch up: %w", f.Name, err)
	}
	if f.SLAs != nil {
		err := r.api.Ask(ctx, http.MethodPost, "/slas/apply-resource-slas/prefect.deployment."+url.PathEscape(id), agreements(f.SLAs), nil)
		if err != nil {
			return fmt.Errorf("set the slas of %s: %w", f.Name, err)
		}
	}
	return nil
}

// catchUp sets what the schedules of a deployment, which are at path, do about times that
// they missed, where the file says so.
func (r *running) catchUp(ctx context.Context, f config.Flow, path string) error {
	wanted := map[string]string{}
	for _, s := range f.Schedules {
		if s.CatchUp != "" {
			wanted[s.Slug] = s.CatchUp
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	var have []struct {
		ID      string  `json:"id"`
		Slug    *string `json:"slug"`
		CatchUp *string `json:"catch_up"`
	}
	if err := r.api.Ask(ctx, http.MethodGet, path, nil, &have); err != nil {
		return err
	}
	for _, s := range have {
		if s.Slug == nil || wanted[*s.Slug] == "" {
			continue
		}
		which := wanted[*s.Slug]
		delete(wanted, *s.Slug)
		if s.CatchUp != nil && *s.CatchUp == which {
			continue
		}
		if err := r.api.Ask(ctx, http.MethodPatch, path+"/"+s.ID, map[string]any{"catch_up": which}, nil); err != nil {
			return err
		}
	}
	for slug := range wanted {
		return fmt.Errorf("the deployment has no schedule %q", slug)
	}
	return nil
}

// agreements are those of a file as the API takes them.
func agreements(of []config.SLA) []map[string]any {
	all := []map[string]any{}
	for _, s := range of {
		agreement := map[string]any{"name": s.Name}
		for name, bound := range map[string]config.Span{"duration": s.Duration, "stale_after": s.StaleAfter, "within": s.Within} {
			if bound != 0 {
				agreement[name] = time.Duration(bound).Seconds()
			}
		}
		if s.Severity != "" {
			agreement["severity"] = s.Severity
		}
		all = append(all, agreement)
	}
	return all
}
