package prefect

import (
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// Log is one line that a run wrote. Level is as in Python's logging: 10 debug,
// 20 info, 30 warning, 40 error, 50 critical.
type Log struct {
	ID        uuid.UUID  `json:"id"`
	Created   *Time      `json:"created"`
	Updated   *Time      `json:"updated"`
	Name      string     `json:"name"`
	Level     int        `json:"level"`
	Message   string     `json:"message"`
	Timestamp Time       `json:"timestamp"`
	FlowRunID *uuid.UUID `json:"flow_run_id"`
	TaskRunID *uuid.UUID `json:"task_run_id"`

	// Sequence is the row's place in the order of insertion; it is not on the wire.
	Sequence int64 `json:"-"`
}

// LogCreate is one item of the body of POST /logs/.
type LogCreate struct {
	decode.Action
	Name      string     `json:"name" rule:"required"`
	Level     int        `json:"level" rule:"required"`
	Message   string     `json:"message" rule:"required"`
	Timestamp Time       `json:"timestamp" rule:"required"`
	FlowRunID *uuid.UUID `json:"flow_run_id"`
	TaskRunID *uuid.UUID `json:"task_run_id"`
}

// Check drops null characters, which PostgreSQL cannot store.
func (l *LogCreate) Check(pyjson.Value, *decode.At) {
	l.Name = strings.ReplaceAll(l.Name, "\x00", "")
	l.Message = strings.ReplaceAll(l.Message, "\x00", "")
}

// LogCreates is the body of POST /logs/.
type LogCreates []LogCreate

// DecodeWire implements decode.Wire.
func (l *LogCreates) DecodeWire(in pyjson.Value, at *decode.At) {
	switch in.Kind() {
	case pyjson.Array:
	case pyjson.String:
		at.Fail("sequence_str", "'str' instances are not allowed as a Sequence value", in, map[string]any{"type_name": "str"})
		return
	default:
		at.Fail("is_instance_of", "Input should be an instance of Sequence", in, map[string]any{"class": "Sequence"})
		return
	}
	list := make(LogCreates, len(in.Items()))
	for i, item := range in.Items() {
		at.Key(i).Decode(item, &list[i])
	}
	*l = list
}

// LogSort is an order of logs.
type LogSort string

// The orders of logs.
const (
	LogTimestampAsc  LogSort = "TIMESTAMP_ASC"
	LogTimestampDesc LogSort = "TIMESTAMP_DESC"
)

// Values implements decode.Enum.
func (LogSort) Values() []string { return []string{"TIMESTAMP_ASC", "TIMESTAMP_DESC"} }
