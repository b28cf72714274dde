package actions

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/templating/jinja"
)

// pages are where the interface shows the objects of the server, by the kind of
// resource.
var pages = map[string]string{
	"flow": "flows/flow/", "flow-run": "runs/flow-run/", "task-run": "runs/task-run/", "block-document": "blocks/block/",
	"work-pool": "work-pools/work-pool/", "work-queue": "work-queues/work-queue/", "deployment": "deployments/deployment/",
	"concurrency-limit": "concurrency-limits/concurrency-limit/", "automation": "automations/automation/",
}

// kinds are the kinds of resource of the classes that templates see.
var kinds = map[string]string{
	"DeploymentResponse": "deployment", "Flow": "flow", "FlowRunResponse": "flow-run", "TaskRun": "task-run",
	"WorkPool": "work-pool", "WorkQueueWithStatus": "work-queue", "ConcurrencyLimitV2": "concurrency-limit", "Automation": "automation",
}

// options are those of the templates of actions.
func (a *act) options() jinja.Options {
	return jinja.Options{Now: a.Clock.Now(), Filters: map[string]jinja.Filter{
		"ui_url":                 func(v any, _ []any) (any, error) { return a.pageOf(v), nil },
		"ui_resource_events_url": func(v any, _ []any) (any, error) { return a.eventsOf(v), nil },
		"flow_run_id":            func(v any, _ []any) (any, error) { return flowRunID(v), nil },
	}}
}

// pageOf is where the interface shows an object, nil when it does not, or is not served.
func (a *act) pageOf(v any) any {
	o, ok := v.(*jinja.Object)
	if !ok || a.Pages == "" {
		return nil
	}
	if o.Class == "ReceivedEvent" {
		return o.Properties["url"]
	}
	kind, id := subject(o)
	if kind == "work-pool" { // its page is by name
		if name, ok := o.Fields.Values["name"].(string); ok {
			id = url.PathEscape(name)
		}
	}
	page, shown := pages[kind]
	if !shown {
		return nil
	}
	return a.Pages + "/" + page + id
}

// eventsOf is where the interface lists the events of an object.
func (a *act) eventsOf(v any) any {
	o, ok := v.(*jinja.Object)
	if !ok || a.Pages == "" {
		return nil
	}
	if id, ok := o.Properties["id"].(string); ok {
		return a.Pages + "/events?resource=" + id
	}
	kind, id := subject(o)
	if kind == "" {
		return nil
	}
	return a.Pages + "/events?resource=prefect." + kind + "." + id
}

// subject is what an object or resource is, "flow-run", and its id; "" for another value.
func subject(o *jinja.Object) (kind, id string) {
	if kind := kinds[o.Class]; kind != "" {
		id, _ = o.Fields.Values["id"].(string)
		return kind, id
	}
	resource, _ := o.Properties["id"].(string)
	of, ours := strings.CutPrefix(resource, "prefect.")
	kind, id, _ = strings.Cut(of, ".")
	if !ours {
		return "", ""
	}
	return kind, id
}

// eventURL is where the interface shows an event, nil when it is not served.
func (a *act) eventURL(e *prefect.ReceivedEvent) any {
	if a.Pages == "" {
		return nil
	}
	return a.Pages + "/events/event/" + e.Occurred.UTC().Format(time.DateOnly) + "/" + e.ID.String()
}

var runLink = regexp.MustCompile(`flow-run/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})`)

// flowRunID finds the id of a flow run in a text that has a link to it.
func flowRunID(v any) any {
	text, ok := v.(string)
	if !ok {
		return nil
	}
	if found := runLink.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return nil
}
