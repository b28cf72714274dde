package actions

import (
	"encoding/json"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// suspension is how long a run that an automation suspends waits to be resumed.
const suspension = time.Hour

// proposal is a state that an action proposes.
type proposal struct {
	Type    prefect.StateType `json:"type"`
	Name    *string           `json:"name"`
	Message string            `json:"message"`
	Details any               `json:"state_details,omitempty"`
}

func (a *act) changeState() error {
	id, err := a.flowRun()
	if err != nil {
		return err
	}
	a.about("prefect.flow-run", id, "target", "")
	state, force := a.proposal()
	body := map[string]any{"state": state, "force": force}
	answer, err := a.command("POST", "/flow_runs/"+id+"/set_state", body)
	if err != nil {
		return err
	}
	refusal, err := refusalIn(answer)
	if err != nil || refusal == "" {
		return err
	}
	if a.again && a.isAlready(id, state.Type) {
		return nil // the attempt before has done it
	}
	return fail("Failed to set state: %s", refusal)
}

// proposal is the state that the action asks for.
func (a *act) proposal() (state proposal, force bool) {
	by := "Automation " + a.Automation.ID.String()
	switch a.Action.Type {
	case prefect.CancelFlowRun:
		return proposal{Type: prefect.Cancelling, Message: "Cancelled by " + by}, false
	case prefect.SuspendFlowRun:
		name := "Suspended"
		return proposal{Type: prefect.Paused, Name: &name, Message: "Suspended by " + by, Details: map[string]any{
			"pause_reschedule": true, "pause_timeout": prefect.At(a.Clock.Now().Add(suspension)),
		}}, false
	}
	s := a.Action.State
	message := "State changed by " + by
	if s.Message != nil && *s.Message != "" {
		message = *s.Message
	}
	return proposal{Type: s.State, Name: s.Name, Message: message}, s.Force
}

// isAlready reports whether the run has a state of a type.
func (a *act) isAlready(id string, wanted prefect.StateType) bool {
	answer, err := a.ask("GET", "/flow_runs/"+id, nil)
	if err != nil || answer.Status >= 300 {
		return false
	}
	var run struct {
		Type prefect.StateType `json:"state_type"`
	}
	return json.Unmarshal(answer.Body, &run) == nil && run.Type == wanted
}

func (a *act) resumeFlowRun() error {
	id, err := a.flowRun()
	if err != nil {
		return err
	}
	a.about("prefect.flow-run", id, "target", "")
	answer, err := a.ask("POST", "/flow_runs/"+id+"/resume", nil)
	if err != nil {
		return err
	}
	if answer.Status >= 300 {
		return &failed{a.reason(answer)}
	}
	refusal, err := refusalIn(answer)
	if err != nil || refusal == "" {
		return err
	}
	if a.again && a.isAlready(id, prefect.Scheduled) {
		return nil
	}
	return fail("Failed to resume flow run: %s", refusal)
}

func (a *act) deleteFlowRun() error {
	id, err := a.flowRun()
	if err != nil {
		return err
	}
	a.about("prefect.flow-run", id, "target", "")
	answer, err := a.command("DELETE", "/flow_runs/"+id, nil)
	if answer.Status == 404 && a.again {
		return nil // the attempt before has deleted it
	}
	return err
}

// refusalIn is why a state was not accepted, "" when it was.
func refusalIn(answer Answer) (string, error) {
	var result struct {
		Status  string `json:"status"`
		Details struct {
			Reason *string `json:"reason"`
		} `json:"details"`
	}
	if err := json.Unmarshal(answer.Body, &result); err != nil {
		return "", fail("The answer could not be read: %v", err)
	}
	switch {
	case result.Status == "ACCEPT":
		return "", nil
	case result.Details.Reason == nil:
		return "None", nil
	}
	return *result.Details.Reason, nil
}
