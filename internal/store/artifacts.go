package store

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const artifactColumns = `artifact.id, artifact.created, artifact.updated, artifact.key, artifact.type, artifact.description,
	artifact.data, artifact.metadata, artifact.flow_run_id, artifact.task_run_id`

func scanArtifact(r Row) (*prefect.Artifact, error) {
	var a prefect.Artifact
	err := r.Scan(&a.ID, &a.Created, &a.Updated, &a.Key, &a.Type, &a.Description,
		&a.Data, (*json.RawMessage)(&a.Metadata), &a.FlowRunID, &a.TaskRunID)
	return &a, err
}

// CreateArtifact adds an artifact; with a key it becomes the latest of its collection.
func (tx *Tx) CreateArtifact(c *prefect.ArtifactCreate) (*prefect.Artifact, error) {
	now := prefect.AtPointer(tx.Now)
	a := &prefect.Artifact{ID: tx.IDs.V4(), Created: now, Updated: now, Key: (*string)(c.Key), Type: c.Type, Description: c.Description,
		Data: c.Data, Metadata: c.Metadata, FlowRunID: c.FlowRunID, TaskRunID: c.TaskRunID}
	_, err := tx.conn.Exec(`INSERT INTO artifact (id, created, updated, key, type, description, data, metadata, flow_run_id, task_run_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, tx.Now, tx.Now, a.Key, a.Type, a.Description, a.Data, json.RawMessage(a.Metadata), a.FlowRunID, a.TaskRunID)
	if err != nil || a.Key == nil {
		return a, err
	}
	return a, tx.collectArtifact(a)
}

// ReadArtifact returns an artifact, nil when there is none with that id.
func (tx *Tx) ReadArtifact(id uuid.UUID) (*prefect.Artifact, error) {
	a, _, err := first(tx, `SELECT `+artifactColumns+` FROM artifact WHERE id = ?`, []any{id}, scanArtifact)
	return a, err
}

// UpdateArtifact changes what was given, in the artifact and in the collection
// whose latest it is; false when there is no such artifact.
func (tx *Tx) UpdateArtifact(id uuid.UUID, u *prefect.ArtifactUpdate) (bool, error) {
	set := assignments{}
	if u.Has("data") {
		set.add("data", u.Data)
	}
	if u.Has("description") {
		set.add("description", u.Description)
	}
	if u.Has("metadata_") {
		set.add("metadata", json.RawMessage(u.Metadata))
	}
	found, err := tx.update("artifact", id, set)
	if err != nil {
		return false, err
	}
	collections, err := column[uuid.UUID](tx, `SELECT id FROM artifact_collection WHERE latest_id = ?`, id)
	if err != nil {
		return false, err
	}
	for _, collection := range collections {
		if _, err := tx.update("artifact_collection", collection, set); err != nil {
			return false, err
		}
	}
	return found || len(collections) > 0, nil
}

// DeleteArtifact deletes an artifact; the version before it becomes the latest
// of its collection, which goes with its last version. False when there is no
// such artifact.
func (tx *Tx) DeleteArtifact(id uuid.UUID) (bool, error) {
	a, err := tx.ReadArtifact(id)
	if err != nil || a == nil {
		return false, err
	}
	if _, err := tx.conn.Exec(`DELETE FROM artifact WHERE id = ?`, id); err != nil {
		return false, err
	}
	if a.Key == nil {
		return true, nil
	}
	return true, tx.uncollectArtifact(a)
}
