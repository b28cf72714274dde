package actions

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/templating"
	"github.com/reevehq/reeve/internal/templating/jinja"
)

// render renders the templates of the action.
func (a *act) render(templates ...string) ([]string, error) {
	b := budget.New(a.ctx, "rendering the action's templates", templating.Limits)
	defer b.Close()
	texts := make([]string, len(templates))
	for i, template := range templates {
		values, err := a.values(template)
		if err != nil {
			return nil, err
		}
		if texts[i], err = templating.Render(b, template, values, a.options()); err != nil {
			if a.ctx.Err() != nil {
				return nil, err
			}
			a.out.Details["template_error"], a.out.Details["template_source"] = err.Error(), template
			return nil, fail("Template rendering failed: %s", templating.RenderCause(err))
		}
	}
	return texts, nil
}

// values are what a template may speak of. Only what its text names is made, since
// some of it has to be asked for and events are large.
func (a *act) values(template string) (map[string]any, error) {
	values := map[string]any{}
	if !templating.IsTemplate(template) {
		return values, nil
	}
	for name, of := range map[string]func() any{
		"automation": func() any { return a.automationValue() },
		"event":      func() any { return a.eventValue(a.Event) },
		"labels":     func() any { return diver(a.Labels, "") },
		"firing":     func() any { return a.firingValue(a.Firing) },
		"firings":    a.firingValues,
		"events":     a.eventValues,
	} {
		if strings.Contains(template, name) {
			values[name] = of()
		}
	}
	if a.Event == nil {
		return values, nil
	}
	for _, name := range slices.Sorted(maps.Keys(models)) {
		if !strings.Contains(template, name) {
			continue
		}
		value, err := a.object(firstOf(a.Event, "prefect."+strings.ReplaceAll(name, "_", "-")), name)
		if err != nil {
			return nil, err
		}
		values[name] = value
	}
	if strings.Contains(template, "variables") {
		variables, err := a.variables()
		if err != nil {
			return nil, err
		}
		values["variables"] = variables
	}
	return values, nil
}

func (a *act) automationValue() any {
	text, err := json.Marshal(a.Automation)
	if err != nil {
		return nil
	}
	return model("Automation", text)
}

// firingValue is a firing as templates see it.
func (a *act) firingValue(f *prefect.Firing) any {
	if f == nil {
		return nil
	}
	trigger, err := json.Marshal(f.Trigger)
	if err != nil {
		return nil
	}
	children := make([]any, len(f.Firings))
	for i := range f.Firings {
		children[i] = a.firingValue(&f.Firings[i])
	}
	states := make([]any, len(f.States))
	for i, s := range f.States {
		states[i] = string(s)
	}
	var value any
	if f.Value != nil {
		value = float64(*f.Value)
	}
	return &jinja.Object{Class: "Firing", Fields: ordered(
		"id", f.ID.String(), "trigger", model("Trigger", trigger), "trigger_states", states, "triggered", f.Triggered.Time,
		"triggering_labels", f.Labels, "triggering_firings", children, "triggering_event", a.eventValue(f.Event), "triggering_value", value,
	)}
}

func (a *act) firingValues() any {
	if a.Firing == nil {
		return []any{}
	}
	all := []any{}
	for _, f := range a.Firing.All() {
		all = append(all, a.firingValue(f))
	}
	return all
}

func (a *act) eventValues() any {
	all := []any{}
	if a.Firing != nil {
		for _, e := range a.Firing.Events() {
			all = append(all, a.eventValue(e))
		}
	}
	return all
}

// eventValue is an event as templates see it.
func (a *act) eventValue(e *prefect.ReceivedEvent) any {
	if e == nil {
		return nil
	}
	related := make([]any, len(e.Related))
	roles, all := map[string]any{}, map[string]any{}
	for i := len(e.Related) - 1; i >= 0; i-- {
		related[i] = resourceValue("RelatedResource", e.Related[i])
		role := e.Related[i].Role()
		roles[role] = related[i]
		same, _ := all[role].([]any)
		all[role] = append([]any{related[i]}, same...)
	}
	var follows any
	if e.Follows != nil {
		follows = e.Follows.String()
	}
	resource := resourceValue("Resource", e.Resource)
	return &jinja.Object{Class: "ReceivedEvent",
		Fields: ordered("occurred", e.Occurred.Time, "event", e.Event.Event, "resource", resource, "related", related,
			"payload", fromJSON(e.Payload), "id", e.ID.String(), "follows", follows, "received", e.Received.Time),
		Properties: map[string]any{"url": a.eventURL(e), "involved_resources": append([]any{resource}, related...),
			"resource_in_role": roles, "resources_in_role": all},
	}
}

// resourceValue is a resource as templates see it: its labels, and the names that
// some of them have.
func resourceValue(class string, r prefect.Resource) any {
	properties := map[string]any{"id": r.ID(), "name": nil, "labels": diver(r, ""), "root": map[string]string(r)}
	if name, named := r[prefect.ResourceName]; named {
		properties["name"] = name
	}
	if role := r.Role(); role != "" {
		properties["role"] = role
	}
	return &jinja.Object{Class: class, Properties: properties, Items: labels(r)}
}

func labels(of map[string]string) jinja.Ordered {
	o := jinja.Ordered{Keys: slices.Sorted(maps.Keys(of)), Values: make(map[string]any, len(of))}
	for key, value := range of {
		o.Values[key] = value
	}
	return o
}

// diver shows labels as a tree: labels.prefect.resource.id is the label
// "prefect.resource.id".
func diver(of map[string]string, value string) any {
	below := map[string]map[string]string{}
	own := map[string]string{}
	for label, text := range of {
		head, tail, deeper := strings.Cut(label, ".")
		if !deeper || tail == "" {
			own[head] = text
			continue
		}
		if below[head] == nil {
			below[head] = map[string]string{}
		}
		below[head][tail] = text
	}
	properties := map[string]any{}
	for name, text := range own {
		properties[name] = diver(below[name], text)
	}
	for name, rest := range below {
		if _, done := properties[name]; !done {
			properties[name] = diver(rest, "")
		}
	}
	return &jinja.Object{Class: "LabelDiver", Text: &value, Properties: properties, Items: labels(of), Counted: true}
}
