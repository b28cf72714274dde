package prefect

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// Automation is a trigger and what is done when it fires.
type Automation struct {
	ID      uuid.UUID `json:"id"`
	Created Time      `json:"created"`
	Updated Time      `json:"updated"`
	AutomationCore
}

// AutomationCore is what a client says of an automation.
type AutomationCore struct {
	Name        string  `json:"name" rule:"required"`
	Description string  `json:"description"`
	Enabled     bool    `json:"enabled"`
	Tags        Tags    `json:"tags"`
	Trigger     Trigger `json:"trigger" rule:"required"`
	// Actions are done whenever the trigger fires, then those of the state that the
	// firing brought the automation to.
	Actions          []Action `json:"actions" rule:"required"`
	ActionsOnTrigger []Action `json:"actions_on_trigger"`
	ActionsOnResolve []Action `json:"actions_on_resolve"`
}

// Defaults implements decode.Defaulter.
func (a *AutomationCore) Defaults() {
	a.Enabled, a.Tags, a.ActionsOnTrigger, a.ActionsOnResolve = true, Tags{}, []Action{}, []Action{}
}

// AutomationCreate makes an automation.
type AutomationCreate struct {
	decode.Action
	AutomationCore
	// OwnerResource is the id of the resource that the automation belongs to, such as
	// "prefect.deployment.<id>"; a deploy deletes and makes anew those of its deployment.
	OwnerResource *string `json:"owner_resource"`
}

// AutomationUpdate replaces what is given of an automation.
type AutomationUpdate struct {
	decode.Action
	AutomationCore
}

// AutomationPartialUpdate pauses or resumes an automation.
type AutomationPartialUpdate struct {
	decode.Action
	Enabled bool `json:"enabled"`
}

// Defaults implements decode.Defaulter.
func (u *AutomationPartialUpdate) Defaults() { u.Enabled = true }

// AutomationFilter selects automations.
type AutomationFilter struct {
	decode.Forbid
	Operator Operator                 `json:"operator"`
	ID       *AnyID                   `json:"id"`
	Name     *AnyText                 `json:"name"`
	Created  *AutomationFilterCreated `json:"created"`
	Tags     *AllAnyTags              `json:"tags"`
}

// AutomationFilterCreated selects by when they were made.
type AutomationFilterCreated struct {
	decode.Forbid
	Before *Time `json:"before_"`
}

// AutomationSort is an order of automations.
type AutomationSort string

// AutomationNameAsc is the order when none is asked for.
const AutomationNameAsc AutomationSort = "NAME_ASC"

// Values implements decode.Enum.
func (AutomationSort) Values() []string {
	return []string{"CREATED_DESC", "UPDATED_DESC", "NAME_ASC", "NAME_DESC"}
}
