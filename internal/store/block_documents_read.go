package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/blocks"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
)

// ReadBlockDocument returns a document, nil when there is none with that id.
func (tx *Tx) ReadBlockDocument(id uuid.UUID, secrets bool) (*prefect.BlockDocument, error) {
	return tx.oneBlockDocument([]uuid.UUID{id}, secrets)
}

// ReadBlockDocumentByName returns the document of a type by its name, nil when
// there is none.
func (tx *Tx) ReadBlockDocumentByName(slug, name string, secrets bool) (*prefect.BlockDocument, error) {
	ids, err := column[uuid.UUID](tx, `SELECT block_document.id FROM block_type
		JOIN block_document ON block_document.block_type_id = block_type.id AND block_document.name = ? WHERE block_type.slug = ?`, name, slug)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return tx.oneBlockDocument(ids, secrets)
}

func (tx *Tx) oneBlockDocument(ids []uuid.UUID, secrets bool) (*prefect.BlockDocument, error) {
	set, err := tx.blockDocuments(ids)
	if err != nil || set.documents[ids[0]] == nil {
		return nil, err
	}
	return set.full(ids[0], secrets)
}

// FilterBlockDocuments lists documents.
func (tx *Tx) FilterBlockDocuments(q *BlockDocumentQuery) ([]*prefect.BlockDocument, error) {
	c := blockDocumentsWhere(q)
	ids, err := column[uuid.UUID](tx, `SELECT block_document.id FROM block_document`+c.where()+` ORDER BY `+blockDocumentOrder[q.Sort]+
		` LIMIT ? OFFSET ?`, append(c.args, q.Page.Limit, q.Page.Offset)...)
	if err != nil {
		return nil, err
	}
	set, err := tx.blockDocuments(ids)
	if err != nil {
		return nil, err
	}
	list := make([]*prefect.BlockDocument, len(ids))
	for i, id := range ids {
		if list[i], err = set.full(id, q.Secrets); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// CountBlockDocuments counts documents.
func (tx *Tx) CountBlockDocuments(q *BlockDocumentQuery) (int, error) {
	c := blockDocumentsWhere(q)
	return tx.count(`SELECT count(*) FROM block_document`+c.where(), c.args...)
}

// blockDocumentSet are documents with all that they refer to, and their schemas.
type blockDocumentSet struct {
	documents map[uuid.UUID]*storedBlockDocument
	schemas   blockSchemaSet

	made    map[uuid.UUID]*madeDocument // those that were put together, with secrets or without
	secrets bool
}

// storedBlockDocument is a document with its own, decrypted data.
type storedBlockDocument struct {
	document prefect.BlockDocument
	children []blocks.DocumentReference
}

// full puts a document together.
func (s *blockDocumentSet) full(id uuid.UUID, secrets bool) (*prefect.BlockDocument, error) {
	if s.made == nil || s.secrets != secrets {
		s.made, s.secrets = map[uuid.UUID]*madeDocument{}, secrets
	}
	d, err := s.nested(id, secrets, 0)
	if err != nil {
		return nil, err
	}
	whole := *d.document
	whole.BlockSchema = s.schemas.full(whole.BlockSchemaID)
	return &whole, nil
}

// madeDocument is a document that was put together: with how many there are in it,
// each counted as often as it is there.
type madeDocument struct {
	document *prefect.BlockDocument
	parts    int
}

// The bounds of a document with all that is in it: documents may be in each other
// many times over.
const (
	mostDocumentParts = 1000
	longestDocument   = 16 << 20 // bytes of data
	tooLargeADocument = "The block document %s holds more than %d documents, or %d bytes, with all that it refers to."
)

// nested is a document with the data of those it refers to, without its schema.
func (s *blockDocumentSet) nested(id uuid.UUID, secrets bool, depth int) (*madeDocument, error) {
	if made := s.made[id]; made != nil {
		return made, nil
	}
	if depth > blocks.MostDepth {
		return nil, fault.New(fault.Invalid, "The block document %s is nested more than %d deep.", id, blocks.MostDepth)
	}
	stored := s.documents[id]
	d := stored.document
	if !secrets {
		d.Data = blocks.Hide(d.Data, s.schemas.secrets(d.BlockSchemaID))
	}
	d.References = prefect.BlockDocumentReferences{}
	made := &madeDocument{&d, 1}
	size := len(d.Data.Raw())
	var members []pyjson.Member
	for _, child := range stored.children {
		part, err := s.nested(child.ID, secrets, depth+1)
		if err != nil {
			return nil, err
		}
		inner := part.document
		made.parts += part.parts
		if size += len(inner.Data.Raw()); made.parts > mostDocumentParts || size > longestDocument {
			return nil, fault.New(fault.Invalid, tooLargeADocument, id, mostDocumentParts, longestDocument)
		}
		members = append(members, pyjson.Member{Key: child.Field, Value: inner.Data})
		var reference prefect.BlockDocumentReference
		to := &reference.BlockDocument
		to.ID, to.Name, to.BlockType, to.IsAnonymous, to.References = inner.ID, inner.Name, inner.BlockType, inner.IsAnonymous, inner.References
		d.References[child.Field] = reference
	}
	d.Data = d.Data.Merge(members)
	s.made[id] = made
	return made, nil
}

// blockDocuments reads documents and, level by level, those they refer to.
func (tx *Tx) blockDocuments(ids []uuid.UUID) (*blockDocumentSet, error) {
	set := &blockDocumentSet{documents: map[uuid.UUID]*storedBlockDocument{}}
	cipher, err := tx.blockCipher(false)
	if err != nil {
		return nil, err
	}
	most := len(ids) * (1 + blocks.MostNested)
	for len(ids) > 0 {
		if len(set.documents)+len(ids) > most {
			return nil, fault.New(fault.Invalid, "A block document refers to more than %d others.", blocks.MostNested)
		}
		if err := tx.readBlockDocuments(ids, cipher, set.documents); err != nil {
			return nil, err
		}
		var next []uuid.UUID
		found := map[uuid.UUID]bool{}
		err := tx.conn.Query(`SELECT parent_block_document_id, reference_block_document_id, name FROM block_document_reference
			WHERE parent_block_document_id IN (SELECT unhex(value) FROM json_each(?)) ORDER BY sequence`, []any{idList(ids)}, func(r Row) error {
			var parent uuid.UUID
			var child blocks.DocumentReference
			if err := r.Scan(&parent, &child.ID, &child.Field); err != nil {
				return err
			}
			set.documents[parent].children = append(set.documents[parent].children, child)
			if set.documents[child.ID] == nil && !found[child.ID] {
				found[child.ID] = true
				next = append(next, child.ID)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		ids = next
	}
	schemas := make([]uuid.UUID, 0, len(set.documents))
	for _, d := range set.documents {
		schemas = append(schemas, d.document.BlockSchemaID)
	}
	set.schemas, err = tx.blockSchemas(schemas)
	return set, err
}

func (tx *Tx) readBlockDocuments(ids []uuid.UUID, cipher *blocks.Cipher, into map[uuid.UUID]*storedBlockDocument) error {
	return tx.conn.Query(`SELECT block_document.id, block_document.created, block_document.updated, block_document.name, block_document.data,
		block_document.is_anonymous, block_document.block_type_id, block_document.block_type_name, block_document.block_schema_id, `+blockTypeColumns+`
		FROM block_document JOIN block_type ON block_type.id = block_document.block_type_id
		WHERE block_document.id IN (SELECT unhex(value) FROM json_each(?))`, []any{idList(ids)}, func(r Row) error {
		var s storedBlockDocument
		var token string
		d := &s.document
		d.BlockType = &prefect.BlockType{}
		err := r.Scan(append([]any{&d.ID, &d.Created, &d.Updated, &d.Name, &token, &d.IsAnonymous, &d.BlockTypeID, &d.BlockTypeName,
			&d.BlockSchemaID}, blockTypeFields(d.BlockType)...)...)
		if err != nil {
			return err
		}
		if d.Data, err = decryptBlock(cipher, token); err != nil {
			return fmt.Errorf("read block document %s: %w", d.ID, err)
		}
		into[d.ID] = &s
		return nil
	})
}

func decryptBlock(cipher *blocks.Cipher, token string) (pyjson.Value, error) {
	if cipher == nil {
		return pyjson.Value{}, fault.New(fault.Internal, "the key that block documents are encrypted with is missing")
	}
	return cipher.Decrypt(token)
}
