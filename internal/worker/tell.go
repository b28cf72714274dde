package worker

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// packageVersion is the version of the contract this worker keeps.
const packageVersion = "3.9.1"

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// resource is this worker in events.
func (w *Worker) resource() prefect.Resource {
	slug := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(w.config.Name), "-"), "-")
	return prefect.Resource{
		prefect.ResourceID:    "prefect.worker." + workerType + "." + slug,
		prefect.ResourceName:  w.config.Name,
		"prefect.version":     packageVersion,
		"prefect.worker-type": workerType,
	}
}

// tell sends an event about this worker and gives its id. An event that cannot
// be sent is lost, not the run it tells of.
func (w *Worker) tell(ctx context.Context, name string, related []prefect.Resource, follows *uuid.UUID) *uuid.UUID {
	if pool := w.currentPool(); pool != nil {
		related = append(related, relatedTo("work-pool", pool.ID, pool.Name))
	}
	return w.emit(ctx, name, w.resource(), related, follows)
}

func (w *Worker) emit(ctx context.Context, name string, resource prefect.Resource, related []prefect.Resource, follows *uuid.UUID) *uuid.UUID {
	event := prefect.Event{ID: w.ids.V7(), Occurred: prefect.At(w.clock.Now()), Event: name, Resource: resource,
		Related: related, Payload: []byte("{}"), Follows: follows}
	if event.Related == nil {
		event.Related = []prefect.Resource{}
	}
	if err := w.server.ask(ctx, http.MethodPost, "/events", []prefect.Event{event}, nil); err != nil {
		w.config.Log.Warn("event not sent", "event", name, "error", err)
		return nil
	}
	return &event.ID
}

func relatedTo(kind string, id uuid.UUID, name string) prefect.Resource {
	return prefect.Resource{
		prefect.ResourceID:   "prefect." + kind + "." + id.String(),
		prefect.ResourceName: name,
		prefect.ResourceRole: kind,
	}
}

// related are the objects that events of an attempt name, and their tags.
func (a *attempt) related() []prefect.Resource {
	var out []prefect.Resource
	tags := append([]string{}, a.run.Tags...)
	if a.deployment != nil {
		out = append(out, relatedTo("deployment", a.deployment.ID, a.deployment.Name))
		tags = append(tags, a.deployment.Tags...)
	}
	if a.flow != nil {
		out = append(out, relatedTo("flow", a.flow.ID, a.flow.Name))
		tags = append(tags, a.flow.Tags...)
	}
	out = append(out, relatedTo("flow-run", a.run.ID, a.run.Name))
	seen := map[string]bool{}
	for _, tag := range tags {
		if !seen[tag] {
			seen[tag] = true
			out = append(out, prefect.Resource{prefect.ResourceID: "prefect.tag." + tag, prefect.ResourceRole: "tag"})
		}
	}
	return out
}

// ended adds to an attempt's related run which process it was and how it ended.
func ended(related []prefect.Resource, pid, code int) []prefect.Resource {
	for _, r := range related {
		if r.Role() == "flow-run" {
			r["prefect.infrastructure.identifier"] = strconv.Itoa(pid)
			if code != unknownCode {
				r["prefect.infrastructure.status-code"] = strconv.Itoa(code)
			}
		}
	}
	return related
}
