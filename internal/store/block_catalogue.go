package store

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/blocks"
)

// catalogueKey is the row of configuration that tells which edition of the block
// catalogue the database has.
const catalogueKey = "block-catalogue"

// HasBlockCatalogue reports whether the database has this program's edition of the
// block catalogue.
func (tx *Tx) HasBlockCatalogue() (bool, error) {
	edition := blocks.CatalogueEdition()
	return tx.exists(`SELECT 1 FROM configuration WHERE key = ? AND value = ?`, catalogueKey, JSON(edition))
}

// InstallBlockCatalogue registers the system's block types and schemas; those
// that are there already keep their ids, and types are brought up to date.
// Nothing is done when the database has this edition already.
func (tx *Tx) InstallBlockCatalogue() error {
	there, err := tx.HasBlockCatalogue()
	if err != nil || there {
		return err
	}
	if err := tx.installBlocks(func(*blocks.CatalogueType) bool { return true }); err != nil {
		return err
	}
	edition := blocks.CatalogueEdition()
	_, err = tx.conn.Exec(`INSERT INTO configuration (key, value, updated) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated = excluded.updated`, catalogueKey, JSON(edition), tx.Now)
	return err
}

// InstallProtectedBlocks registers the block types that the system needs, and
// their schemas, whatever edition the database has.
func (tx *Tx) InstallProtectedBlocks() error {
	return tx.installBlocks(func(t *blocks.CatalogueType) bool { return t.IsProtected })
}

func (tx *Tx) installBlocks(wanted func(*blocks.CatalogueType) bool) error {
	catalogue, err := blocks.ReadCatalogue()
	if err != nil {
		return err
	}
	types := map[string]uuid.UUID{}
	for i := range catalogue.Types {
		t := &catalogue.Types[i]
		if !wanted(t) {
			continue
		}
		if types[t.Slug], err = tx.installBlockType(t); err != nil {
			return err
		}
	}
	ids := make([]uuid.UUID, len(catalogue.Schemas))
	for i := range catalogue.Schemas {
		s := &catalogue.Schemas[i]
		typeID, ok := types[s.Type]
		if !ok {
			continue
		}
		// Schemas are shown newest first: each is a moment younger than the one before.
		if ids[i], err = tx.installBlockSchema(s, typeID, tx.Now.Add(time.Duration(i)*time.Microsecond)); err != nil {
			return err
		}
	}
	for i, s := range catalogue.Schemas {
		for _, reference := range s.References {
			child := catalogue.Referenced(i, reference[1])
			if ids[i] == uuid.Nil || child < 0 || ids[child] == uuid.Nil {
				continue
			}
			if err := tx.createBlockSchemaReference(ids[i], reference[0], ids[child]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *Tx) installBlockType(t *blocks.CatalogueType) (uuid.UUID, error) {
	var id uuid.UUID
	err := tx.one(`INSERT INTO block_type
			(id, created, updated, name, slug, logo_url, documentation_url, description, code_example, is_protected)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (slug) DO UPDATE SET updated = excluded.updated, logo_url = excluded.logo_url, documentation_url = excluded.documentation_url,
			description = excluded.description, code_example = excluded.code_example, is_protected = excluded.is_protected
		RETURNING id`, []any{tx.IDs.V4(), tx.Now, tx.Now, t.Name, t.Slug, t.LogoURL, t.DocumentationURL, t.Description,
		t.CodeExample, t.IsProtected}, &id)
	return id, err
}

func (tx *Tx) installBlockSchema(s *blocks.CatalogueSchema, typeID uuid.UUID, created time.Time) (uuid.UUID, error) {
	there, err := column[uuid.UUID](tx, `SELECT id FROM block_schema WHERE checksum = ? AND version = ?`, s.Checksum, s.Version)
	if err != nil {
		return uuid.Nil, err
	}
	if len(there) > 0 {
		return there[0], nil
	}
	id := tx.IDs.V4()
	_, err = tx.conn.Exec(`INSERT INTO block_schema (id, created, updated, checksum, fields, capabilities, version, block_type_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, id, created, created, s.Checksum, json.RawMessage(s.Fields), JSON(s.Capabilities), s.Version, typeID)
	return id, err
}
