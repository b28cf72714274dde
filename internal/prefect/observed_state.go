package prefect

// ObservedState is a type and name of state that flow runs or task runs have
// had, with the first and last time that one of those still kept entered it.
type ObservedState struct {
	StateType StateType `json:"state_type"`
	StateName string    `json:"state_name"`
	FirstSeen Time      `json:"first_seen"`
	LastSeen  Time      `json:"last_seen"`
}

// ObservedStateQuery are the parameters of GET /observed-states.
type ObservedStateQuery struct {
	// Query is the beginning of a type or name, without regard to the case of
	// ASCII letters and to the space around it.
	Query   *string           `json:"query" rule:"max=100"`
	OrderBy ObservedStateSort `json:"order_by"`
	Limit   int               `json:"limit" rule:"ge=1,le=200"`
}

// Defaults implements decode.Defaulter.
func (q *ObservedStateQuery) Defaults() { q.OrderBy, q.Limit = ObservedLastFirst, 200 }

// ObservedStateSort is an order of observed states; ties are in the order of
// types, then names.
type ObservedStateSort string

// ObservedLastFirst begins with what was seen last.
const ObservedLastFirst ObservedStateSort = "LAST_SEEN_DESC"

// Values implements decode.Enum.
func (ObservedStateSort) Values() []string { return []string{"NAME_ASC", string(ObservedLastFirst)} }
