package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/blocks"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

// BlockDocumentQuery asks for block documents. A page with a negative limit has
// no end.
type BlockDocumentQuery struct {
	Documents *prefect.BlockDocumentFilter
	Types     *prefect.BlockTypeFilter
	Schemas   *prefect.BlockSchemaFilter
	Sort      prefect.BlockDocumentSort
	Page      prefect.Page
	// Secrets shows secret values; they are asterisks otherwise.
	Secrets bool
}

// CreateBlockDocument makes a document and returns it with its secrets hidden. It
// fails with fault.Conflict when its type has one of that name, or a document or
// schema it refers to does not exist, and with fault.BadRequest when a reference
// is malformed.
func (tx *Tx) CreateBlockDocument(c *prefect.BlockDocumentCreate) (*prefect.BlockDocument, error) {
	t, err := tx.ReadBlockType(c.BlockTypeID)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, fault.New(fault.NotFound, "Block type %s not found.", c.BlockTypeID)
	}
	id := tx.IDs.V4()
	name := "anonymous-" + tx.IDs.V4().String()
	if c.Name != nil && *c.Name != "" {
		name = string(*c.Name)
	}
	data, references, err := blocks.TakeApart(c.Data.Value)
	if err != nil {
		return nil, err
	}
	cipher, err := tx.blockCipher(true)
	if err != nil {
		return nil, err
	}
	token, err := cipher.Encrypt(data, tx.Now)
	if err != nil {
		return nil, err
	}
	n, err := tx.conn.Exec(`INSERT INTO block_document (id, created, updated, name, data, is_anonymous, block_type_id, block_type_name, block_schema_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (block_type_id, name) DO NOTHING`,
		id, tx.Now, tx.Now, name, token, c.IsAnonymous, t.ID, t.Name, c.BlockSchemaID)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault.New(fault.Conflict, "Block already exists")
	}
	for _, reference := range references {
		if err := tx.createBlockDocumentReference(id, reference); err != nil {
			return nil, err
		}
	}
	return tx.tellOfBlockDocument(events.Created, id)
}

func (tx *Tx) createBlockDocumentReference(parent uuid.UUID, r blocks.DocumentReference) error {
	ring, err := blocks.WouldFormRing(parent, r.ID, func(id uuid.UUID) ([]uuid.UUID, error) {
		return column[uuid.UUID](tx, `SELECT reference_block_document_id FROM block_document_reference WHERE parent_block_document_id = ?`, id)
	})
	if err != nil {
		return err
	}
	if ring {
		return fault.New(fault.BadRequest, "Cannot create block document reference: it would introduce a cycle into the block_document_reference graph (parent=%s, reference=%s).", parent, r.ID)
	}
	_, err = tx.conn.Exec(`INSERT INTO block_document_reference (id, created, updated, name, parent_block_document_id, reference_block_document_id)
		VALUES (?, ?, ?, ?, ?, ?)`, tx.IDs.V4(), tx.Now, tx.Now, r.Field, parent, r.ID)
	return err
}

// tellOfBlockDocument emits the event of a change and returns the document.
func (tx *Tx) tellOfBlockDocument(action events.Action, id uuid.UUID) (*prefect.BlockDocument, error) {
	d, err := tx.ReadBlockDocument(id, false)
	if err != nil || d == nil {
		return nil, err
	}
	if e := events.BlockDocument(action, d, tx.IDs.V7(), tx.Now); e != nil {
		err = tx.Emit(e)
	}
	return d, err
}

// UpdateBlockDocument changes what was given; false when there is no such
// document. Without data nothing changes, as in the reference.
func (tx *Tx) UpdateBlockDocument(id uuid.UUID, u *prefect.BlockDocumentUpdate) (bool, error) {
	set, err := tx.blockDocuments([]uuid.UUID{id})
	if err != nil {
		return false, err
	}
	current := set.documents[id]
	if current == nil {
		return false, nil
	}
	if u.Has("data") || !u.MergeExistingData {
		if err := tx.updateBlockDocumentData(&current.document, set, u); err != nil {
			return false, err
		}
	}
	_, err = tx.tellOfBlockDocument(events.Updated, id)
	return true, err
}

func (tx *Tx) updateBlockDocumentData(d *prefect.BlockDocument, set *blockDocumentSet, u *prefect.BlockDocumentUpdate) error {
	data := blocks.Reveal(u.Data.Value, d.Data, set.schemas.secrets(d.BlockSchemaID))
	if u.MergeExistingData {
		data = blocks.Merge(d.Data, data)
	}
	data, references, err := blocks.TakeApart(data)
	if err != nil {
		return err
	}
	cipher, err := tx.blockCipher(true)
	if err != nil {
		return err
	}
	token, err := cipher.Encrypt(data, tx.Now)
	if err != nil {
		return err
	}
	schema, err := tx.proposedBlockSchema(d, u.BlockSchemaID)
	if err != nil {
		return err
	}
	_, err = tx.conn.Exec(`UPDATE block_document SET updated = ?, data = ?, block_schema_id = ? WHERE id = ?`, tx.Now, token, schema, d.ID)
	if err != nil {
		return err
	}
	if _, err := tx.conn.Exec(`DELETE FROM block_document_reference WHERE parent_block_document_id = ?`, d.ID); err != nil {
		return err
	}
	for _, reference := range references {
		if err := tx.createBlockDocumentReference(d.ID, reference); err != nil {
			return err
		}
	}
	return nil
}

// proposedBlockSchema is the schema a document is to have: its own unless
// another of its type is named.
func (tx *Tx) proposedBlockSchema(d *prefect.BlockDocument, proposed *uuid.UUID) (uuid.UUID, error) {
	if proposed == nil || *proposed == d.BlockSchemaID {
		return d.BlockSchemaID, nil
	}
	types, err := column[uuid.UUID](tx, `SELECT block_type_id FROM block_schema WHERE id = ?`, *proposed)
	switch {
	case err != nil:
		return d.BlockSchemaID, err
	case len(types) == 0:
		return d.BlockSchemaID, fault.New(fault.NotFound, "Block schema %s not found.", *proposed)
	case types[0] != d.BlockTypeID:
		return d.BlockSchemaID, fault.New(fault.BadRequest, "Must migrate block document to a block schema of the same block type.")
	}
	return *proposed, nil
}

// DeleteBlockDocument deletes a document; false when there is no such.
func (tx *Tx) DeleteBlockDocument(id uuid.UUID) (bool, error) {
	done, err := tx.clearOut(deletableDocument, id, func() (bool, error) { return tx.clearDocument(id) })
	if err != nil || !done {
		return true, err
	}
	d, err := tx.tellOfBlockDocument(events.Deleted, id)
	if err != nil || d == nil {
		return false, err
	}
	if _, err := tx.conn.Exec(`DELETE FROM block_document WHERE id = ?`, id); err != nil {
		return false, err
	}
	return true, tx.forgetDeletedResultStorage()
}
