package store

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// BlockUser is something that makes use of a saved block.
type BlockUser struct {
	Kind  string    `json:"kind"` // automation, deployment, work-pool or block-document
	ID    uuid.UUID `json:"id"`
	Title string    `json:"title"`
}

// BlockUsers lists what makes use of a saved block, at most limit of each kind: by its
// id, or by the reference {{ prefect.blocks.TYPE.NAME }} in a text.
func (tx *Tx) BlockUsers(d *prefect.BlockDocument, limit int) ([]BlockUser, error) {
	needles := []string{d.ID.String()}
	if d.BlockType != nil && d.Name != nil {
		reference := "prefect.blocks." + string(d.BlockType.Slug) + "." + *d.Name
		for _, end := range []string{" ", "}", "."} { // longer names begin with the same letters
			needles = append(needles, reference+end)
		}
	}
	wanted, err := json.Marshal(needles)
	if err != nil {
		return nil, err
	}
	const within = `EXISTS (SELECT 1 FROM json_each(?1) AS needle WHERE instr(text, needle.value) > 0)`
	return collect(tx, `SELECT * FROM (SELECT 'automation', id, name AS title FROM (SELECT id, name,
				actions || actions_on_trigger || actions_on_resolve AS text FROM automation) WHERE `+within+` ORDER BY title LIMIT ?3)
		UNION ALL SELECT * FROM (SELECT 'deployment', id, title FROM (SELECT deployment.id, flow.name || '/' || deployment.name AS title,
				storage_document_id, infrastructure_document_id, coalesce(pull_steps, '') || job_variables || parameters AS text
				FROM deployment JOIN flow ON flow.id = deployment.flow_id)
			WHERE storage_document_id = ?2 OR infrastructure_document_id = ?2 OR `+within+` ORDER BY title LIMIT ?3)
		UNION ALL SELECT * FROM (SELECT 'work-pool', id, name AS title FROM (SELECT id, name, base_job_template AS text FROM work_pool)
			WHERE `+within+` ORDER BY title LIMIT ?3)
		UNION ALL SELECT * FROM (SELECT DISTINCT 'block-document', parent.id, type.slug || '/' || parent.name AS title FROM block_document_reference AS reference
			JOIN block_document AS parent ON parent.id = reference.parent_block_document_id JOIN block_type AS type ON type.id = parent.block_type_id
			WHERE reference.reference_block_document_id = ?2 ORDER BY title LIMIT ?3)`,
		[]any{string(wanted), d.ID, limit}, func(r Row) (u BlockUser, err error) {
			err = r.Scan(&u.Kind, &u.ID, &u.Title)
			return u, err
		})
}

// NewestBlockSchema returns the schema of a type of blocks that was made last, nil when
// it has none.
func (tx *Tx) NewestBlockSchema(of uuid.UUID) (*prefect.BlockSchema, error) {
	found, err := tx.FilterBlockSchemas(&prefect.BlockSchemaFilter{BlockTypeID: &prefect.AnyID{Any: []uuid.UUID{of}}}, prefect.Page{Limit: 1})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}
