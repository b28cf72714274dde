package actions

import (
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// kindOf splits the id of a resource, "prefect.flow-run.<id>", into what it is and
// which; the id is nil when it is no UUID.
func kindOf(resource string) (kind string, id *uuid.UUID) {
	at := strings.LastIndexByte(resource, '.')
	if at < 0 {
		return "", nil
	}
	if parsed, err := uuid.Parse(resource[at+1:]); err == nil {
		id = &parsed
	}
	return resource[:at], id
}

// firstOf is the first resource of an event that is of a kind, nil when there is none.
func firstOf(e *prefect.ReceivedEvent, kind string) prefect.Resource {
	if have, _ := kindOf(e.Resource.ID()); have == kind {
		return e.Resource
	}
	for _, r := range e.Related {
		if have, _ := kindOf(r.ID()); have == kind {
			return r
		}
	}
	return nil
}

// target is what the action is about: the one it names, or the first of a kind in
// the event. called is how people call it.
func (a *act) target(source prefect.TargetSource, selected *uuid.UUID, kind, called string) (string, error) {
	if source != prefect.Inferred {
		if selected == nil {
			return "", fail("No %s was selected", called)
		}
		return selected.String(), nil
	}
	if a.Event == nil {
		return "", fail("No event to infer the %s", called)
	}
	if r := firstOf(a.Event, kind); r != nil {
		if _, id := kindOf(r.ID()); id != nil {
			return id.String(), nil
		}
	}
	return "", fail("No %s could be inferred", called)
}

// flowRun is the flow run that the action is about. A proactive trigger may have no
// event, but be evaluated for each run: then the labels name it.
func (a *act) flowRun() (string, error) {
	if kind, id := kindOf(a.Labels[prefect.ResourceID]); kind == "prefect.flow-run" && id != nil {
		return id.String(), nil
	}
	if a.Event != nil {
		if r := firstOf(a.Event, "prefect.flow-run"); r != nil {
			if _, id := kindOf(r.ID()); id != nil {
				return id.String(), nil
			}
		}
	}
	return "", fail("No flow run could be inferred")
}
