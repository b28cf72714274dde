package store

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
)

// createResult keeps the data of a state as an artifact and returns the
// artifact's id, nil when there is nothing to keep: no data, or data that says
// of itself that it is unpersisted. The keys of an object that name the
// artifact's key, type and description are taken out of it.
func (tx *Tx) createResult(s *prefect.State, flowRunID, taskRunID *uuid.UUID) (*uuid.UUID, error) {
	if len(s.Data) == 0 || string(s.Data) == "null" {
		return nil, nil
	}
	data, err := pyjson.Parse(s.Data)
	if err != nil {
		return nil, err
	}
	result := resultOf(data)
	if result.unpersisted {
		return nil, nil
	}
	s.Data = result.data
	id := tx.IDs.V4()
	_, err = tx.conn.Exec(`INSERT INTO artifact (id, created, updated, key, type, description, data, flow_run_id, task_run_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, tx.Now, tx.Now, result.key, result.typ, result.description, result.data, flowRunID, taskRunID)
	if err != nil || result.key == nil {
		return &id, err
	}
	_, err = tx.conn.Exec(`INSERT INTO artifact_collection (id, created, updated, key, latest_id, type, description, data, flow_run_id, task_run_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET updated = excluded.updated, latest_id = excluded.latest_id, type = excluded.type,
			description = excluded.description, data = excluded.data, metadata = NULL,
			flow_run_id = excluded.flow_run_id, task_run_id = excluded.task_run_id`,
		tx.IDs.V4(), tx.Now, tx.Now, result.key, id, result.typ, result.description, result.data, flowRunID, taskRunID)
	return &id, err
}

// result is a state's data, apart from what describes its artifact.
type result struct {
	unpersisted           bool
	key, typ, description *string
	data                  json.RawMessage
}

func resultOf(data pyjson.Value) result {
	if data.Kind() != pyjson.Object {
		return result{data: data.Raw()}
	}
	if t, ok := data.Get("type"); ok && t.Kind() == pyjson.String && t.Text() == "unpersisted" {
		return result{unpersisted: true, data: data.Raw()}
	}
	var r result
	described := false
	for key, place := range map[string]**string{
		"artifact_key": &r.key, "artifact_type": &r.typ, "artifact_description": &r.description,
	} {
		if v, ok := data.Get(key); ok {
			described = true
			if text := v.Text(); text != "" {
				*place = &text
			}
		}
	}
	if !described {
		r.data = data.Raw()
		return r
	}
	out := []byte{'{'}
	for _, m := range data.Members() {
		switch m.Key {
		case "artifact_key", "artifact_type", "artifact_description":
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		key, _ := json.Marshal(m.Key) // a string always marshals
		out = append(append(append(out, key...), ':'), m.Value.Raw()...)
	}
	r.data = append(out, '}')
	return r
}
