package noise

import (
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// SubjectOf is what a firing is about, as far as its event and labels say so.
func SubjectOf(f *prefect.Firing) prefect.MessageSubject {
	var s prefect.MessageSubject
	note := func(r prefect.Resource) {
		of := named(r)
		switch kind, _, _ := strings.Cut(strings.TrimPrefix(r.ID(), "prefect."), "."); {
		case of == nil:
		case kind == "flow-run" && s.Run == nil:
			s.Run, s.State = of, prefect.StateType(r["prefect.state-type"])
			s.StateName = prefect.NamedObject{Name: r["prefect.state-name"]}.Shortened().Name
		case kind == "flow" && s.Flow == nil:
			s.Flow = of
		case kind == "deployment" && s.Deployment == nil:
			s.Deployment = of
		}
	}
	if f.Event != nil {
		s.Occurred = f.Event.Occurred
		note(f.Event.Resource)
		for _, r := range f.Event.Related {
			note(r)
		}
	} else {
		s.Occurred = f.Triggered
		note(prefect.Resource{prefect.ResourceID: f.Labels[prefect.ResourceID]})
	}
	return s
}

// named is a resource whose id ends with a UUID, nil when it does not.
func named(r prefect.Resource) *prefect.NamedObject {
	resource := r.ID()
	at := strings.LastIndexByte(resource, '.')
	if !strings.HasPrefix(resource, "prefect.") || at < 0 {
		return nil
	}
	id, err := uuid.Parse(resource[at+1:])
	if err != nil {
		return nil
	}
	return prefect.NamedObject{ID: id, Name: r[prefect.ResourceName]}.Shortened()
}

// Whole is the group of an automation as a whole, and the incident of its figure.
const Whole = "automation"

// GroupOf is what a message is gathered by with others of its action.
func GroupOf(s *prefect.Noise, about prefect.MessageSubject) string {
	if by := closest(s, about); by != "" {
		return by
	}
	return Whole
}

// NameOf is what the messages of a group are about, and what that is: a flow or a
// deployment; nil of an automation as a whole. about is what one of them is about.
func NameOf(group string, about prefect.MessageSubject) (kind string, named *prefect.NamedObject) {
	switch {
	case about.Flow != nil && group == FlowResource(about.Flow.ID):
		return "flow", about.Flow
	case about.Deployment != nil && group == DeploymentResource(about.Deployment.ID):
		return "deployment", about.Deployment
	}
	return "", nil
}

// closest is the flow or deployment that messages are gathered by, "" without any.
func closest(s *prefect.Noise, about prefect.MessageSubject) string {
	switch {
	case s.GroupBy == nil:
	case *s.GroupBy == prefect.ByFlow && about.Flow != nil:
		return FlowResource(about.Flow.ID)
	case *s.GroupBy == prefect.ByDeployment && about.Deployment != nil:
		return DeploymentResource(about.Deployment.ID)
	}
	return ""
}

// IncidentOf is what has to succeed for the message to be over: the group's flow or
// deployment, else the run, or, of what is about no run, the deployment or flow. It is ""
// when nothing could be.
func IncidentOf(s *prefect.Noise, about prefect.MessageSubject, f *prefect.Firing) string {
	switch {
	case !s.Resolved || about.State == prefect.Completed:
		return ""
	case f.Trigger.Metric != nil:
		return Whole
	case closest(s, about) != "":
		return closest(s, about)
	case about.Run != nil:
		return RunResource(about.Run.ID)
	case about.Deployment != nil:
		return DeploymentResource(about.Deployment.ID)
	case about.Flow != nil:
		return FlowResource(about.Flow.ID)
	}
	return ""
}

// run begins the incidents of runs.
const run = "prefect.flow-run."

// RunResource is a flow run as events name it.
func RunResource(id uuid.UUID) string { return run + id.String() }

// OfRun reports whether an incident is that of a run.
func OfRun(incident string) bool { return strings.HasPrefix(incident, run) }

// FlowResource is a flow as events name it.
func FlowResource(id uuid.UUID) string { return "prefect.flow." + id.String() }

// DeploymentResource is a deployment as events name it.
func DeploymentResource(id uuid.UUID) string { return "prefect.deployment." + id.String() }
