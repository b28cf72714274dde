package prefect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// ActionType is one of the 17 kinds of actions of the contract.
type ActionType string

// The types of actions.
const (
	DoNothing          ActionType = "do-nothing"
	RunDeployment      ActionType = "run-deployment"
	PauseDeployment    ActionType = "pause-deployment"
	ResumeDeployment   ActionType = "resume-deployment"
	CancelFlowRun      ActionType = "cancel-flow-run"
	DeleteFlowRun      ActionType = "delete-flow-run"
	ChangeFlowRunState ActionType = "change-flow-run-state"
	SuspendFlowRun     ActionType = "suspend-flow-run"
	ResumeFlowRun      ActionType = "resume-flow-run"
	PauseWorkQueue     ActionType = "pause-work-queue"
	ResumeWorkQueue    ActionType = "resume-work-queue"
	PauseWorkPool      ActionType = "pause-work-pool"
	ResumeWorkPool     ActionType = "resume-work-pool"
	PauseAutomation    ActionType = "pause-automation"
	ResumeAutomation   ActionType = "resume-automation"
	SendNotification   ActionType = "send-notification"
	CallWebhook        ActionType = "call-webhook"
)

// Action is what an automation does. What it needs to know is in the one of its parts
// that its type asks for, see actionKinds.
type Action struct {
	Type ActionType

	Run          *RunDeploymentAction
	Deployment   *DeploymentTarget
	State        *ChangeFlowRunStateAction
	WorkQueue    *WorkQueueTarget
	WorkPool     *WorkPoolTarget
	Automation   *AutomationTarget
	Notification *SendNotificationAction
	Webhook      *CallWebhookAction
}

// TargetSource is where an action finds what it acts on.
type TargetSource string

// The sources: what the action names, or what the triggering event speaks of.
const (
	Selected TargetSource = "selected"
	Inferred TargetSource = "inferred"
)

// DeploymentTarget is the deployment that an action is about.
type DeploymentTarget struct {
	Source       TargetSource `json:"source"`
	DeploymentID *uuid.UUID   `json:"deployment_id"`
}

// RunDeploymentAction makes a run of a deployment.
type RunDeploymentAction struct {
	DeploymentTarget
	// Parameters may hold templates, nil for the deployment's own.
	Parameters    *Object `json:"parameters"`
	JobVariables  *Object `json:"job_variables"`
	ScheduleAfter Seconds `json:"schedule_after"`
}

// ChangeFlowRunStateAction proposes a state for the flow run of the event.
type ChangeFlowRunStateAction struct {
	Name    *string   `json:"name"`
	State   StateType `json:"state" rule:"required"`
	Message *string   `json:"message"`
	Force   bool      `json:"force"`
}

// WorkQueueTarget is the work queue that an action is about.
type WorkQueueTarget struct {
	Source      TargetSource `json:"source"`
	WorkQueueID *uuid.UUID   `json:"work_queue_id"`
}

// WorkPoolTarget is the work pool that an action is about.
type WorkPoolTarget struct {
	Source     TargetSource `json:"source"`
	WorkPoolID *uuid.UUID   `json:"work_pool_id"`
}

// AutomationTarget is the automation that an action is about.
type AutomationTarget struct {
	Source       TargetSource `json:"source"`
	AutomationID *uuid.UUID   `json:"automation_id"`
}

// SendNotificationAction sends a text through a block. Subject and Body are templates.
type SendNotificationAction struct {
	BlockDocumentID uuid.UUID `json:"block_document_id"`
	Subject         string    `json:"subject"`
	Body            string    `json:"body"`
}

// CallWebhookAction calls the webhook of a block. Payload is a template.
type CallWebhookAction struct {
	BlockDocumentID uuid.UUID `json:"block_document_id"`
	Payload         string    `json:"payload"`
}

// newAction returns an empty action of a type, and the part of it that says more, an
// empty struct for those that say no more; ok is false for a type that is none.
func newAction(t ActionType) (a Action, part any, ok bool) {
	a.Type = t
	for _, kind := range actionKinds {
		if kind.of == t {
			return a, kind.part(&a), true
		}
	}
	return a, nil, false
}

// part is the part of the action that its type asks for, nil when it asks for none.
func (a *Action) part() any {
	switch {
	case a.Run != nil:
		return a.Run
	case a.Deployment != nil:
		return a.Deployment
	case a.State != nil:
		return a.State
	case a.WorkQueue != nil:
		return a.WorkQueue
	case a.WorkPool != nil:
		return a.WorkPool
	case a.Automation != nil:
		return a.Automation
	case a.Notification != nil:
		return a.Notification
	case a.Webhook != nil:
		return a.Webhook
	}
	return nil
}

// MarshalJSON writes the type and what the action says more.
func (a Action) MarshalJSON() ([]byte, error) {
	if a.Type == "" {
		return nil, errors.New("an action of no type")
	}
	head, err := json.Marshal(struct {
		Type ActionType `json:"type"`
	}{a.Type})
	part := a.part()
	if err != nil || part == nil {
		return head, err
	}
	rest, err := json.Marshal(part)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{head[:len(head)-1], rest[1:]}, []byte(",")), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Action) UnmarshalJSON(data []byte) error {
	var head struct {
		Type ActionType `json:"type"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	made, part, ok := newAction(head.Type)
	if !ok {
		return fmt.Errorf("an action of type %q", head.Type)
	}
	*a = made
	return json.Unmarshal(data, part)
}
