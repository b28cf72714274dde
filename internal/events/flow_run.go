package events

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const (
	// longestMessage is how many characters of a state's message events carry.
	longestMessage = 100_000
	// tight is within what time of the last state an event says that it follows
	// that state's event. Further apart the order is plain without it.
	tight = 5 * time.Minute
)

// FlowRun is what the events of a flow run tell of it.
type FlowRun struct {
	ID        uuid.UUID
	Name      string
	RunCount  int
	Tags      prefect.Tags
	CreatedBy *prefect.Author
}

// Named is something that a flow run's events name beside it.
type Named struct {
	ID   uuid.UUID
	Name string
	// Type is a work pool's.
	Type string
	Tags prefect.Tags
}

// FlowRunRelated are the things that a flow run's events name; nil for those it
// has not.
type FlowRunRelated struct {
	Flow, Deployment, WorkQueue, WorkPool, TaskRun *Named
}

// FlowRunState is the event of a flow run's new state. Its id is the state's, so
// that each state has one event however often it is sent. initial is nil for a
// first state.
func FlowRunState(run FlowRun, related *FlowRunRelated, initial, validated *prefect.State) *prefect.Event {
	e := &prefect.Event{
		ID:       validated.ID,
		Occurred: validated.Timestamp,
		Event:    "prefect.flow-run." + validated.Name,
		Resource: prefect.Resource{
			prefect.ResourceID:        "prefect.flow-run." + run.ID.String(),
			prefect.ResourceName:      run.Name,
			"prefect.run-count":       strconv.Itoa(run.RunCount),
			"prefect.state-message":   message(validated),
			"prefect.state-name":      validated.Name,
			"prefect.state-timestamp": isoFormat(validated.Timestamp),
			"prefect.state-type":      string(validated.Type),
		},
		Related: append(related.resources(run.Tags), creator(run.CreatedBy)...),
		Payload: statePayload(initial, validated),
	}
	if initial != nil {
		if d := validated.Timestamp.Sub(initial.Timestamp.Time); -tight < d && d < tight {
			e.Follows = &initial.ID
		}
	}
	return e
}

// FlowRunResources are a flow run and what is beside it as its events name them, but for
// what they say of a state.
func FlowRunResources(run FlowRun, related *FlowRunRelated) (prefect.Resource, []prefect.Resource) {
	return prefect.Resource{prefect.ResourceID: "prefect.flow-run." + run.ID.String(), prefect.ResourceName: run.Name},
		append(related.resources(run.Tags), creator(run.CreatedBy)...)
}

// isoFormat writes a moment with its offset in digits, as these labels have it.
func isoFormat(t prefect.Time) string {
	if t.Nanosecond() < 1000 {
		return t.UTC().Format("2006-01-02T15:04:05+00:00")
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000+00:00")
}

func (r *FlowRunRelated) resources(tags prefect.Tags) []prefect.Resource {
	all := map[string]struct{}{}
	note := func(tags prefect.Tags) {
		for _, tag := range tags {
			all[tag] = struct{}{}
		}
	}
	note(tags)
	related := []prefect.Resource{}
	add := func(kind string, n *Named) {
		if n == nil {
			return
		}
		note(n.Tags)
		resource := prefect.Resource{
			prefect.ResourceID:   "prefect." + kind + "." + n.ID.String(),
			prefect.ResourceRole: kind,
			prefect.ResourceName: n.Name,
		}
		if kind == "work-pool" {
			resource["prefect.work-pool.type"] = n.Type
		}
		related = append(related, resource)
	}
	add("flow", r.Flow)
	add("deployment", r.Deployment)
	add("work-queue", r.WorkQueue)
	add("work-pool", r.WorkPool)
	add("task-run", r.TaskRun)
	sorted := make([]string, 0, len(all))
	for tag := range all {
		sorted = append(sorted, tag)
	}
	sort.Strings(sorted)
	for _, tag := range sorted {
		related = append(related, prefect.Resource{
			prefect.ResourceID: "prefect.tag." + tag, prefect.ResourceRole: "tag",
		})
	}
	return related
}

// creator names what made a run, when it was a deployment or an automation.
func creator(by *prefect.Author) []prefect.Resource {
	if by == nil || by.Type == nil || by.ID == nil {
		return nil
	}
	var kind string
	switch *by.Type {
	case "DEPLOYMENT":
		kind = "deployment"
	case "AUTOMATION":
		kind = "automation"
	default:
		return nil
	}
	resource := prefect.Resource{
		prefect.ResourceID:   "prefect." + kind + "." + by.ID.String(),
		prefect.ResourceRole: "creator",
	}
	if by.DisplayValue != nil && *by.DisplayValue != "" {
		resource[prefect.ResourceName] = *by.DisplayValue
	}
	return []prefect.Resource{resource}
}

// stateFacts are what a state event's payload holds of a state.
type stateFacts struct {
	Type            prefect.StateType `json:"type"`
	Name            string            `json:"name,omitempty"`
	Message         string            `json:"message,omitempty"`
	PauseReschedule string            `json:"pause_reschedule,omitempty"`
}

func factsOf(s *prefect.State) *stateFacts {
	if s == nil {
		return nil
	}
	f := &stateFacts{Type: s.Type, Name: s.Name, Message: message(s)}
	if s.Type == prefect.Paused {
		f.PauseReschedule = strconv.FormatBool(s.StateDetails.PauseReschedule)
	}
	return f
}

func statePayload(initial, validated *prefect.State) json.RawMessage {
	type intended struct {
		From *prefect.StateType `json:"from"`
		To   prefect.StateType  `json:"to"`
	}
	payload := struct {
		Intended  intended    `json:"intended"`
		Initial   *stateFacts `json:"initial_state"`
		Validated *stateFacts `json:"validated_state"`
	}{intended{nil, validated.Type}, factsOf(initial), factsOf(validated)}
	if initial != nil {
		payload.Intended.From = &initial.Type
	}
	b, _ := json.Marshal(payload) // strings always marshal
	return b
}

// message is a state's message, its middle cut out when it is too long. The
// contract's server cuts twice, so the note of a first cut may be cut out too.
func message(s *prefect.State) string {
	if s.Message == nil {
		return ""
	}
	return cut(cut(*s.Message))
}

func cut(message string) string {
	if len(message) <= longestMessage {
		return message
	}
	text := []rune(message)
	if len(text) <= longestMessage {
		return message
	}
	half := longestMessage / 2
	note := fmt.Sprintf("...%d additional characters...", len(text)-2*half)
	if 2*half+len(note) >= len(text) {
		return message // cutting would not make it shorter
	}
	return string(text[:half]) + note + string(text[len(text)-half:])
}
