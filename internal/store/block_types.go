package store

import (
	"html"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

const blockTypeColumns = `block_type.id, block_type.created, block_type.updated, block_type.name, block_type.slug,
	block_type.logo_url, block_type.documentation_url, block_type.description, block_type.code_example, block_type.is_protected`

func blockTypeFields(t *prefect.BlockType) []any {
	return []any{&t.ID, &t.Created, &t.Updated, &t.Name, &t.Slug, &t.LogoURL, &t.DocumentationURL, &t.Description, &t.CodeExample, &t.IsProtected}
}

func scanBlockType(r Row) (*prefect.BlockType, error) {
	var t prefect.BlockType
	err := r.Scan(blockTypeFields(&t)...)
	return &t, err
}

// CreateBlockType makes a block type; fault.Conflict when its slug is taken.
func (tx *Tx) CreateBlockType(c *prefect.BlockTypeCreate) (*prefect.BlockType, error) {
	now := prefect.AtPointer(tx.Now)
	t := &prefect.BlockType{ID: tx.IDs.V4(), Created: now, Updated: now, Name: c.Name, Slug: string(c.Slug), LogoURL: c.LogoURL,
		DocumentationURL: c.DocumentationURL, Description: c.Description, CodeExample: c.CodeExample}
	n, err := tx.conn.Exec(`INSERT INTO block_type (id, created, updated, name, slug, logo_url, documentation_url, description, code_example)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (slug) DO NOTHING`,
		t.ID, t.Created, t.Updated, t.Name, t.Slug, t.LogoURL, t.DocumentationURL, t.Description, t.CodeExample)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault.New(fault.Conflict, `Block type with name "%s" already exists`, c.Name)
	}
	return t, tx.Emit(events.BlockType(events.Created, t, tx.IDs.V7(), tx.Now))
}

// ReadBlockType returns a block type, nil when there is none with that id.
func (tx *Tx) ReadBlockType(id uuid.UUID) (*prefect.BlockType, error) {
	t, _, err := first(tx, `SELECT `+blockTypeColumns+` FROM block_type WHERE id = ?`, []any{id}, scanBlockType)
	return t, err
}

// ReadBlockTypeBySlug returns a block type, nil when there is none with that slug.
func (tx *Tx) ReadBlockTypeBySlug(slug string) (*prefect.BlockType, error) {
	t, _, err := first(tx, `SELECT `+blockTypeColumns+` FROM block_type WHERE slug = ?`, []any{slug}, scanBlockType)
	return t, err
}

// FilterBlockTypes lists block types by name: those that pass types and have a
// schema that passes schemas.
func (tx *Tx) FilterBlockTypes(types *prefect.BlockTypeFilter, schemas *prefect.BlockSchemaFilter, page prefect.Page) ([]*prefect.BlockType, error) {
	all := criteria{blockTypeCondition(types)}
	if schemas != nil {
		all.add(having("block_schema", "block_schema.block_type_id = block_type.id", blockSchemaCondition(schemas)))
	}
	c := all.join(prefect.And)
	return collect(tx, `SELECT `+blockTypeColumns+` FROM block_type`+c.where()+` ORDER BY block_type.name LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset), scanBlockType)
}

// UpdateBlockType changes what was given. Nothing is done, and no event told,
// when that is how the type is already, whether its markup is escaped or not.
func (tx *Tx) UpdateBlockType(t *prefect.BlockType, u *prefect.BlockTypeUpdate) error {
	set := assignments{}
	differs := false
	change := func(column string, now, wanted *string, markup bool) {
		if !u.Has(column) {
			return
		}
		set.add(column, wanted)
		differs = differs || !sameText(now, wanted, markup)
	}
	change("logo_url", t.LogoURL, u.LogoURL, false)
	change("documentation_url", t.DocumentationURL, u.DocumentationURL, false)
	change("description", t.Description, u.Description, true)
	change("code_example", t.CodeExample, u.CodeExample, true)
	// The reference compares all it was given with all there is: an update that
	// gives less than everything always counts as a change.
	if !differs && len(set.columns) == 4 {
		return nil
	}
	if _, err := tx.update("block_type", t.ID, set); err != nil {
		return err
	}
	changed, err := tx.ReadBlockType(t.ID)
	if err != nil {
		return err
	}
	return tx.Emit(events.BlockType(events.Updated, changed, tx.IDs.V7(), tx.Now))
}

func sameText(a, b *string, markup bool) bool {
	if a == nil || b == nil {
		return a == b
	}
	if markup {
		return html.UnescapeString(*a) == html.UnescapeString(*b)
	}
	return *a == *b
}

// DeleteBlockType deletes a block type with its schemas and documents.
func (tx *Tx) DeleteBlockType(t *prefect.BlockType) error {
	done, err := tx.clearOut(deletableBlockType, t.ID, func() (bool, error) {
		return tx.clearDocuments(`SELECT id FROM block_document WHERE block_type_id = ?`, t.ID)
	})
	if err != nil || !done {
		return err
	}
	if _, err := tx.conn.Exec(`DELETE FROM block_type WHERE id = ?`, t.ID); err != nil {
		return err
	}
	if err := tx.forgetDeletedResultStorage(); err != nil {
		return err
	}
	return tx.Emit(events.BlockType(events.Deleted, t, tx.IDs.V7(), tx.Now))
}

// forgetDeletedResultStorage takes back the server's default result storage when
// its block document is no more.
func (tx *Tx) forgetDeletedResultStorage() error {
	_, err := tx.conn.Exec(`DELETE FROM configuration WHERE key = ? AND NOT EXISTS (
		SELECT 1 FROM block_document
		WHERE id = unhex(replace(json_extract(configuration.value, '$.default_result_storage_block_id'), '-', '')))`, resultStorageKey)
	return err
}
