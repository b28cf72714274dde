package prefect

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// Operator says how the criteria of one filter are combined.
type Operator string

// The operators. A filter that names none combines with And.
const (
	And Operator = "and_"
	Or  Operator = "or_"
)

// Values implements decode.Enum.
func (Operator) Values() []string { return []string{"and_", "or_"} }

// The criteria that several filters share. In all of them a nil list or pointer
// stands for a criterion that was not given, and a list that is empty but not
// nil for one that was: any_ of nothing matches nothing, not_any_ and all_ of
// nothing restrict nothing. Unknown keys are refused.
type (
	// AnyID is a list of ids to include.
	AnyID struct {
		decode.Forbid
		Any []uuid.UUID `json:"any_" rule:"null"`
	}

	// AnyNotAnyID are lists of ids to include and to exclude.
	AnyNotAnyID struct {
		decode.Forbid
		Any    []uuid.UUID `json:"any_" rule:"null"`
		NotAny []uuid.UUID `json:"not_any_" rule:"null"`
	}

	// AnyIDOrNull is a list of ids to include, or the lack of one.
	AnyIDOrNull struct {
		decode.Forbid
		Operator Operator    `json:"operator"`
		Any      []uuid.UUID `json:"any_" rule:"null"`
		IsNull   *bool       `json:"is_null_"`
	}

	// AnyText is a list of texts to include.
	AnyText struct {
		decode.Forbid
		Any []string `json:"any_" rule:"null"`
	}

	// AnyNotAnyText are lists of texts to include and to exclude.
	AnyNotAnyText struct {
		decode.Forbid
		Any    []string `json:"any_" rule:"null"`
		NotAny []string `json:"not_any_" rule:"null"`
	}

	// AnyTextOrNull is a list of texts to include, or the lack of one.
	AnyTextOrNull struct {
		decode.Forbid
		Operator Operator `json:"operator"`
		Any      []string `json:"any_" rule:"null"`
		IsNull   *bool    `json:"is_null_"`
	}

	// AnyLike is a list of texts to include and a case-insensitive part, in
	// which % and _ are wildcards. An empty part restricts nothing.
	AnyLike struct {
		decode.Forbid
		Any  []string `json:"any_" rule:"null"`
		Like *string  `json:"like_"`
	}

	// AnyStartsWith is a list of texts to include and a list of
	// case-insensitive beginnings.
	AnyStartsWith struct {
		decode.Forbid
		Any        []string `json:"any_" rule:"null"`
		StartsWith []string `json:"startswith_" rule:"null,max=1000"`
	}

	// Like is a case-insensitive part.
	Like struct {
		decode.Forbid
		Like *string `json:"like_"`
	}

	// AllTags are tags that must all be there, or the lack of any.
	AllTags struct {
		decode.Forbid
		Operator Operator `json:"operator"`
		All      []string `json:"all_" rule:"null"`
		IsNull   *bool    `json:"is_null_"`
	}

	// AllAnyTags are tags that must all be there, tags of which one must be
	// there, or the lack of any.
	AllAnyTags struct {
		decode.Forbid
		Operator Operator `json:"operator"`
		All      []string `json:"all_" rule:"null"`
		Any      []string `json:"any_" rule:"null"`
		IsNull   *bool    `json:"is_null_"`
	}

	// Between are moments at or after one, at or before another.
	Between struct {
		decode.Forbid
		Before *Time `json:"before_"`
		After  *Time `json:"after_"`
	}

	// BetweenOrNull is Between, or the lack of a moment.
	BetweenOrNull struct {
		decode.Forbid
		Before *Time `json:"before_"`
		After  *Time `json:"after_"`
		IsNull *bool `json:"is_null_"`
	}

	// Equal is a boolean that must be met.
	Equal struct {
		decode.Forbid
		Eq *bool `json:"eq_"`
	}

	// Exists asks for the presence or lack of a relation.
	Exists struct {
		decode.Forbid
		Exists *bool `json:"exists_"`
	}

	// AtLeastAtMost bounds a number.
	AtLeastAtMost struct {
		decode.Forbid
		Ge *int `json:"ge_"`
		Le *int `json:"le_"`
	}

	// AnyState is a list of state types to include.
	AnyState struct {
		decode.Forbid
		Any []StateType `json:"any_" rule:"null"`
	}

	// AnyNotAnyState are lists of state types to include and to exclude.
	AnyNotAnyState struct {
		decode.Forbid
		Any    []StateType `json:"any_" rule:"null"`
		NotAny []StateType `json:"not_any_" rule:"null"`
	}
)

// Filters are the criteria of a query over several resources. A nil one was not
// given; an empty one still asks for the related object to be there.
type Filters struct {
	Flows       *FlowFilter
	FlowRuns    *FlowRunFilter
	TaskRuns    *TaskRunFilter
	Deployments *DeploymentFilter
	WorkPools   *WorkPoolFilter
	WorkQueues  *WorkQueueFilter
}

// Page is a part of a sorted result.
type Page struct {
	Limit  int
	Offset int
}
