package prefect

import "github.com/reevehq/reeve/internal/prefect/decode"

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
