package store

import (
	"encoding/json"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

const artifactCollectionColumns = `artifact_collection.id, artifact_collection.created, artifact_collection.updated,
	artifact_collection.key, artifact_collection.latest_id, artifact_collection.type, artifact_collection.description,
	artifact_collection.data, artifact_collection.metadata, artifact_collection.flow_run_id, artifact_collection.task_run_id`

func scanArtifactCollection(r Row) (*prefect.ArtifactCollection, error) {
	var c prefect.ArtifactCollection
	err := r.Scan(&c.ID, &c.Created, &c.Updated, &c.Key, &c.LatestID, &c.Type, &c.Description,
		&c.Data, (*json.RawMessage)(&c.Metadata), &c.FlowRunID, &c.TaskRunID)
	return &c, err
}

// ReadArtifactCollection returns the collection of a key, nil when there is none.
func (tx *Tx) ReadArtifactCollection(key string) (*prefect.ArtifactCollection, error) {
	c, _, err := first(tx, `SELECT `+artifactCollectionColumns+` FROM artifact_collection WHERE key = ?`, []any{key}, scanArtifactCollection)
	return c, err
}

// collectArtifact makes an artifact the latest of its collection.
func (tx *Tx) collectArtifact(a *prefect.Artifact) error {
	id := tx.IDs.V4()
	_, err := tx.conn.Exec(`INSERT INTO artifact_collection
			(id, created, updated, key, latest_id, type, description, data, metadata, flow_run_id, task_run_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET updated = excluded.updated, latest_id = excluded.latest_id, type = excluded.type,
			description = excluded.description, data = excluded.data, metadata = excluded.metadata,
			flow_run_id = excluded.flow_run_id, task_run_id = excluded.task_run_id`,
		id, a.Created, a.Updated, a.Key, a.ID, a.Type, a.Description, a.Data, json.RawMessage(a.Metadata), a.FlowRunID, a.TaskRunID)
	if err != nil {
		return err
	}
	c, err := tx.ReadArtifactCollection(*a.Key)
	if err != nil {
		return err
	}
	action := events.Updated
	if c.ID == id {
		action = events.Created
	}
	return tx.Emit(events.ArtifactCollection(action, c, tx.IDs.V7(), tx.Now))
}

// uncollectArtifact takes a deleted artifact out of its collection.
func (tx *Tx) uncollectArtifact(a *prefect.Artifact) error {
	c, err := tx.ReadArtifactCollection(*a.Key)
	if err != nil || c == nil || c.LatestID != a.ID {
		return err
	}
	next, found, err := first(tx, `SELECT `+artifactColumns+` FROM artifact WHERE key = ? ORDER BY created DESC LIMIT 1`, []any{a.Key}, scanArtifact)
	if err != nil {
		return err
	}
	if !found {
		if _, err := tx.conn.Exec(`DELETE FROM artifact_collection WHERE id = ?`, c.ID); err != nil {
			return err
		}
		return tx.Emit(events.ArtifactCollection(events.Deleted, c, tx.IDs.V7(), tx.Now))
	}
	_, err = tx.conn.Exec(`UPDATE artifact_collection SET latest_id = ?, created = ?, updated = ?, type = ?, description = ?, data = ?,
		metadata = ?, flow_run_id = ?, task_run_id = ? WHERE id = ?`,
		next.ID, next.Created, next.Updated, next.Type, next.Description, next.Data, json.RawMessage(next.Metadata),
		next.FlowRunID, next.TaskRunID, c.ID)
	if err != nil {
		return err
	}
	if c, err = tx.ReadArtifactCollection(*a.Key); err != nil {
		return err
	}
	return tx.Emit(events.ArtifactCollection(events.Updated, c, tx.IDs.V7(), tx.Now))
}
