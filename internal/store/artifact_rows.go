package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// ArtifactRow is what a table shows of an artifact: without its data, and with
// the beginning of its description.
type ArtifactRow struct {
	ID          uuid.UUID     `json:"id"`
	Key         *string       `json:"key"`
	Type        *string       `json:"type"`
	Description *string       `json:"description"`
	Created     *prefect.Time `json:"created"`
	FlowRunID   *uuid.UUID    `json:"flow_run_id"`
	FlowRunName *string       `json:"flow_run_name"`
	TaskRunID   *uuid.UUID    `json:"task_run_id"`
	TaskRunName *string       `json:"task_run_name"`
	// Versions is how many artifacts have the key; 0 where that is not counted.
	Versions int `json:"versions,omitempty"`
}

// artifactRowNames are what an artifact belongs to, joined to the query above.
const artifactRowNames = ` LEFT JOIN flow_run ON flow_run.id = artifact.flow_run_id
	LEFT JOIN task_run ON task_run.id = artifact.task_run_id`

const artifactRowColumns = `artifact.id, artifact.key, artifact.type, substr(artifact.description, 1, 300), artifact.created,
	artifact.flow_run_id, flow_run.name, artifact.task_run_id, task_run.name`

func (a *ArtifactRow) columns() []any {
	return []any{&a.ID, &a.Key, &a.Type, &a.Description, &a.Created, &a.FlowRunID, &a.FlowRunName, &a.TaskRunID, &a.TaskRunName}
}

// NewestArtifactRows returns the newest version of each key that meets the
// filter, those changed last first. It counts at most mostVersions of a key.
func (tx *Tx) NewestArtifactRows(f *prefect.ArtifactCollectionFilter, page prefect.Page, mostVersions int) ([]*ArtifactRow, error) {
	c := artifactCollectionsWhere(f, &prefect.Filters{})
	// The page is chosen before anything is read for its rows.
	return collect(tx, `SELECT `+artifactRowColumns+`,
			(SELECT count(*) FROM (SELECT 1 FROM artifact AS version WHERE version.key = artifact.key LIMIT ?))
		FROM (SELECT latest_id, updated FROM artifact_collection`+c.where()+`
			ORDER BY artifact_collection.updated DESC, artifact_collection.key LIMIT ? OFFSET ?) AS newest
			CROSS JOIN artifact ON artifact.id = newest.latest_id`+artifactRowNames+`
		ORDER BY newest.updated DESC, artifact.key`,
		append(append([]any{mostVersions}, c.args...), page.Limit, page.Offset), func(r Row) (*ArtifactRow, error) {
			var a ArtifactRow
			return &a, r.Scan(append(a.columns(), &a.Versions)...)
		})
}

// CountArtifactKeysUpTo counts the keys that meet the filter, and stops at most.
func (tx *Tx) CountArtifactKeysUpTo(f *prefect.ArtifactCollectionFilter, most int) (int, error) {
	c := artifactCollectionsWhere(f, &prefect.Filters{})
	return tx.countUpTo(condition{`SELECT 1 FROM artifact_collection` + c.where(), c.args}, most)
}

// ArtifactVersionRows returns the artifacts of a key, the newest first, at most limit.
func (tx *Tx) ArtifactVersionRows(key string, limit int) ([]*ArtifactRow, error) {
	return collect(tx, `SELECT `+artifactRowColumns+` FROM artifact`+artifactRowNames+`
		WHERE artifact.key = ? ORDER BY artifact.created DESC LIMIT ?`, []any{key, limit}, func(r Row) (*ArtifactRow, error) {
		var a ArtifactRow
		return &a, r.Scan(a.columns()...)
	})
}

// ReadArtifactRow returns the row of an artifact, nil when there is none with
// that id.
func (tx *Tx) ReadArtifactRow(id uuid.UUID) (*ArtifactRow, error) {
	a, _, err := first(tx, `SELECT `+artifactRowColumns+` FROM artifact`+artifactRowNames+` WHERE artifact.id = ?`, []any{id},
		func(r Row) (*ArtifactRow, error) {
			var a ArtifactRow
			return &a, r.Scan(a.columns()...)
		})
	return a, err
}
