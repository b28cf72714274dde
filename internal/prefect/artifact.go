package prefect

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// Artifact is something a run leaves for people to look at: a table, a text, a
// progress bar. Artifacts with the same key are versions of one collection.
type Artifact struct {
	ID          uuid.UUID       `json:"id"`
	Created     *Time           `json:"created"`
	Updated     *Time           `json:"updated"`
	Key         *string         `json:"key"`
	Type        *string         `json:"type"`
	Description *string         `json:"description"`
	Data        json.RawMessage `json:"data"`
	Metadata    Metadata        `json:"metadata_"`
	FlowRunID   *uuid.UUID      `json:"flow_run_id"`
	TaskRunID   *uuid.UUID      `json:"task_run_id"`
}

// ArtifactCollection is the newest version of the artifacts with one key.
type ArtifactCollection struct {
	ID          uuid.UUID       `json:"id"`
	Created     *Time           `json:"created"`
	Updated     *Time           `json:"updated"`
	Key         string          `json:"key"`
	LatestID    uuid.UUID       `json:"latest_id"`
	Type        *string         `json:"type"`
	Description *string         `json:"description"`
	Data        json.RawMessage `json:"data"`
	Metadata    Metadata        `json:"metadata_"`
	FlowRunID   *uuid.UUID      `json:"flow_run_id"`
	TaskRunID   *uuid.UUID      `json:"task_run_id"`
}

// Artifact is the collection in the form of an artifact, with the collection's id.
func (c *ArtifactCollection) Artifact() *Artifact {
	return &Artifact{ID: c.ID, Created: c.Created, Updated: c.Updated, Key: &c.Key, Type: c.Type, Description: c.Description,
		Data: c.Data, Metadata: c.Metadata, FlowRunID: c.FlowRunID, TaskRunID: c.TaskRunID}
}

// maxMetadata is the most characters of a metadata value; longer ones are cut.
const maxMetadata = 500

// Metadata are a user's notes on an artifact, in the order they were given: a
// JSON object of strings, nil for null. Values longer than 500 characters are
// cut and end with "...".
type Metadata json.RawMessage

// MarshalJSON implements json.Marshaler.
func (m Metadata) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("null"), nil
	}
	return m, nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *Metadata) UnmarshalJSON(data []byte) error {
	*m = nil
	if string(data) != "null" {
		*m = append(Metadata{}, data...)
	}
	return nil
}

// DecodeWire implements decode.Wire.
func (m *Metadata) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.IsNull() {
		*m = nil
		return
	}
	if in.Kind() != pyjson.Object {
		at.Fail("dict_type", "Input should be a valid dictionary", in, nil)
		return
	}
	out := Metadata{'{'}
	for i, member := range in.Members() {
		if member.Value.Kind() != pyjson.String {
			at.Key(member.Key).Fail("string_type", "Input should be a valid string", member.Value, nil)
			continue
		}
		text := []rune(member.Value.Text())
		if len(text) > maxMetadata {
			text = append(text[:maxMetadata], '.', '.', '.')
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, Text(member.Key)...), ':')
		out = append(out, Text(string(text))...)
	}
	*m = append(out, '}')
}

// ArtifactCreate is the body of POST /artifacts/.
type ArtifactCreate struct {
	decode.Action
	Key         *ArtifactKey    `json:"key"`
	Type        *string         `json:"type"`
	Description *string         `json:"description"`
	Data        json.RawMessage `json:"data"`
	Metadata    Metadata        `json:"metadata_"`
	FlowRunID   *uuid.UUID      `json:"flow_run_id"`
	TaskRunID   *uuid.UUID      `json:"task_run_id"`
}

// ArtifactUpdate is the body of PATCH /artifacts/{id}.
type ArtifactUpdate struct {
	decode.Action
	Data        json.RawMessage `json:"data"`
	Description *string         `json:"description"`
	Metadata    Metadata        `json:"metadata_"`
}

// ArtifactSort is an order of artifacts and of artifact collections.
type ArtifactSort string

// ArtifactIDDesc is the default order of artifacts.
const ArtifactIDDesc ArtifactSort = "ID_DESC"

// Values implements decode.Enum.
func (ArtifactSort) Values() []string {
	return []string{"CREATED_DESC", "UPDATED_DESC", "ID_DESC", "KEY_DESC", "KEY_ASC"}
}

// ArtifactFilter selects artifacts.
type ArtifactFilter struct {
	decode.Forbid
	Operator Operator `json:"operator"`
	ID       *AnyID   `json:"id"`
	ArtifactFilterFields
}

// ArtifactCollectionFilter selects artifact collections.
type ArtifactCollectionFilter struct {
	decode.Forbid
	Operator Operator `json:"operator"`
	LatestID *AnyID   `json:"latest_id"`
	ArtifactFilterFields
}

// ArtifactFilterFields are the criteria that artifacts and collections have in common.
type ArtifactFilterFields struct {
	Key       *ArtifactFilterKey `json:"key"`
	FlowRunID *AnyID             `json:"flow_run_id"`
	TaskRunID *AnyID             `json:"task_run_id"`
	Type      *AnyNotAnyText     `json:"type"`
}

// ArtifactFilterKey selects by key.
type ArtifactFilterKey struct {
	decode.Forbid
	Any    []string `json:"any_" rule:"null"`
	Like   *string  `json:"like_"`
	Exists *bool    `json:"exists_"`
}
