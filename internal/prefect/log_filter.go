package prefect

import (
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// LogFilter selects logs.
type LogFilter struct {
	decode.Forbid
	Operator  Operator       `json:"operator"`
	Level     *AtLeastAtMost `json:"level"`
	Timestamp *Between       `json:"timestamp"`
	FlowRunID *AnyID         `json:"flow_run_id"`
	TaskRunID *LogFilterTask `json:"task_run_id"`
	Text      *TextQuery     `json:"text"`
}

// LogFilterTask selects by task run.
type LogFilterTask struct {
	decode.Forbid
	Any    []uuid.UUID `json:"any_" rule:"null"`
	IsNull *bool       `json:"is_null_"`
}

// TextQuery selects by words; see ParseTextSearch.
type TextQuery struct {
	decode.Forbid
	Query string `json:"query" rule:"required,max=200"`
}

// Matches reports whether the log passes the filter. Unlike a query for stored
// logs it takes no notice of operator and text: so does the reference's stream.
func (f *LogFilter) Matches(l *Log) bool {
	switch {
	case f.Level != nil && (f.Level.Ge != nil && l.Level < *f.Level.Ge || f.Level.Le != nil && l.Level > *f.Level.Le):
	case f.Timestamp != nil && (f.Timestamp.Before != nil && l.Timestamp.After(f.Timestamp.Before.Time) ||
		f.Timestamp.After != nil && l.Timestamp.Before(f.Timestamp.After.Time)):
	case f.FlowRunID != nil && !isAny(f.FlowRunID.Any, l.FlowRunID):
	case f.TaskRunID != nil && !isAny(f.TaskRunID.Any, l.TaskRunID):
	case f.TaskRunID != nil && f.TaskRunID.IsNull != nil && *f.TaskRunID.IsNull != (l.TaskRunID == nil):
	default:
		return true
	}
	return false
}

// isAny reports whether the id is among those asked for; nil asks for all.
func isAny(wanted []uuid.UUID, id *uuid.UUID) bool {
	return wanted == nil || id != nil && slices.Contains(wanted, *id)
}
