package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/blocks"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
)

// CreateBlockSchema makes a schema, and those nested in it that there are not
// yet, unless one with its checksum and version exists; it returns the schema and
// whether it was made. It fails with fault.NotFound when the block type does not
// exist and fault.Conflict when that of a nested schema does not. schema is what
// c's fields are, taken apart.
func (tx *Tx) CreateBlockSchema(c *prefect.BlockSchemaCreate, schema *blocks.Schema) (*prefect.BlockSchema, bool, error) {
	t, err := tx.ReadBlockType(c.BlockTypeID)
	if err != nil {
		return nil, false, err
	}
	if t == nil {
		return nil, false, fault.New(fault.NotFound, "Block type %s not found.", c.BlockTypeID)
	}
	existing, err := tx.ReadBlockSchemaByChecksum(schema.Checksum, &c.Version)
	if err != nil || existing != nil {
		return existing, false, err
	}
	id, err := tx.createBlockSchema(schema, t.ID, c.Version, c.Capabilities)
	if err != nil {
		return nil, false, err
	}
	made, err := tx.ReadBlockSchema(id)
	if err != nil {
		return nil, false, err
	}
	made.Fields = schema.Registered()
	return made, true, nil
}

func (tx *Tx) createBlockSchema(s *blocks.Schema, typeID uuid.UUID, version string, capabilities []string) (uuid.UUID, error) {
	existing, err := column[uuid.UUID](tx, `SELECT id FROM block_schema WHERE checksum = ? AND version = ?`, s.Checksum, version)
	if err != nil {
		return uuid.UUID{}, err
	}
	if len(existing) > 0 {
		return existing[0], nil
	}
	id := tx.IDs.V4()
	_, err = tx.conn.Exec(`INSERT INTO block_schema (id, created, updated, checksum, fields, capabilities, version, block_type_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, id, tx.Now, tx.Now, s.Checksum, s.Fields.Raw(), JSON(capabilities), version, typeID)
	if err != nil {
		return id, err
	}
	for _, reference := range s.References {
		nested, err := tx.nestedBlockSchema(s, reference)
		if err != nil {
			return id, err
		}
		if err := tx.createBlockSchemaReference(id, reference.Field, nested); err != nil {
			return id, err
		}
	}
	return id, nil
}

// nestedBlockSchema finds the schema that a reference names, or makes it from
// the definition that came with the outer one.
func (tx *Tx) nestedBlockSchema(outer *blocks.Schema, r blocks.SchemaReference) (uuid.UUID, error) {
	t, err := tx.ReadBlockTypeBySlug(r.Slug)
	if err != nil {
		return uuid.UUID{}, err
	}
	if t == nil {
		return uuid.UUID{}, fault.New(fault.Conflict,
			"Cannot create block schema because block type '%s' was not found.Did you forget to register the block type?", r.Slug)
	}
	known, err := column[uuid.UUID](tx, `SELECT id FROM block_schema WHERE checksum = ? ORDER BY created DESC, sequence DESC LIMIT 1`, r.Checksum)
	if err != nil {
		return uuid.UUID{}, err
	}
	if len(known) > 0 {
		return known[0], nil
	}
	nested, err := outer.Nested(r)
	if err != nil {
		return uuid.UUID{}, err
	}
	return tx.createBlockSchema(nested, t.ID, prefect.DefaultBlockSchemaVersion, []string{})
}

func (tx *Tx) createBlockSchemaReference(parent uuid.UUID, field string, target uuid.UUID) error {
	there, err := tx.exists(`SELECT 1 FROM block_schema_reference WHERE parent_block_schema_id = ? AND name = ? AND reference_block_schema_id = ?`,
		parent, field, target)
	if err != nil || there {
		return err
	}
	_, err = tx.conn.Exec(`INSERT INTO block_schema_reference (id, created, updated, name, parent_block_schema_id, reference_block_schema_id)
		VALUES (?, ?, ?, ?, ?, ?)`, tx.IDs.V4(), tx.Now, tx.Now, field, parent, target)
	return err
}

// ReadBlockSchema returns a schema, nil when there is none with that id.
func (tx *Tx) ReadBlockSchema(id uuid.UUID) (*prefect.BlockSchema, error) {
	found, err := tx.blockSchemas([]uuid.UUID{id})
	if err != nil {
		return nil, err
	}
	return found.full(id), nil
}

// ReadBlockSchemaByChecksum returns the newest schema with a checksum, of one
// version when one is given; nil when there is none.
func (tx *Tx) ReadBlockSchemaByChecksum(checksum string, version *string) (*prefect.BlockSchema, error) {
	c := criteria{when("checksum = ?", checksum)}
	if version != nil {
		c.add(when("version = ?", *version))
	}
	where := c.join(prefect.And)
	ids, err := column[uuid.UUID](tx, `SELECT id FROM block_schema`+where.where()+` ORDER BY created DESC, sequence DESC LIMIT 1`, where.args...)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return tx.ReadBlockSchema(ids[0])
}

// FilterBlockSchemas lists schemas, newest first.
func (tx *Tx) FilterBlockSchemas(f *prefect.BlockSchemaFilter, page prefect.Page) ([]*prefect.BlockSchema, error) {
	c := blockSchemaCondition(f)
	ids, err := column[uuid.UUID](tx, `SELECT block_schema.id FROM block_schema`+c.where()+
		` ORDER BY block_schema.created DESC, block_schema.sequence DESC LIMIT ? OFFSET ?`, append(c.args, page.Limit, page.Offset)...)
	if err != nil {
		return nil, err
	}
	found, err := tx.blockSchemas(ids)
	if err != nil {
		return nil, err
	}
	list := make([]*prefect.BlockSchema, len(ids))
	for i, id := range ids {
		list[i] = found.full(id)
	}
	return list, nil
}

// DeleteBlockSchema deletes a schema with its documents.
func (tx *Tx) DeleteBlockSchema(id uuid.UUID) error {
	done, err := tx.clearOut(deletableSchema, id, func() (bool, error) {
		return tx.clearDocuments(`SELECT id FROM block_document WHERE block_schema_id = ?`, id)
	})
	if err != nil || !done {
		return err
	}
	if _, err := tx.conn.Exec(`DELETE FROM block_schema WHERE id = ?`, id); err != nil {
		return err
	}
	return tx.forgetDeletedResultStorage()
}

// BlockCapabilities lists what the known schemas' blocks can do, each once.
func (tx *Tx) BlockCapabilities() ([]string, error) {
	list, err := column[string](tx, `SELECT DISTINCT value FROM block_schema, json_each(block_schema.capabilities) ORDER BY value`)
	if list == nil {
		list = []string{}
	}
	return list, err
}

// blockSchemaSet are schemas with all that are nested in them.
type blockSchemaSet map[uuid.UUID]*storedBlockSchema

type storedBlockSchema struct {
	schema prefect.BlockSchema
	node   blocks.SchemaNode
}

// full is a schema of the set with its fields put together; nil when absent.
func (s blockSchemaSet) full(id uuid.UUID) *prefect.BlockSchema {
	stored := s[id]
	if stored == nil {
		return nil
	}
	schema := stored.schema
	schema.Fields = stored.node.Full()
	return &schema
}

// secrets are the secret fields of a schema of the set.
func (s blockSchemaSet) secrets(id uuid.UUID) []string {
	if stored := s[id]; stored != nil {
		return blocks.SecretFields(stored.node.Fields)
	}
	return nil
}

// blockSchemas reads schemas and, level by level, those nested in them.
func (tx *Tx) blockSchemas(ids []uuid.UUID) (blockSchemaSet, error) {
	set := blockSchemaSet{}
	type edge struct {
		parent, child uuid.UUID
		field         string
	}
	var edges []edge
	most := len(ids) * (1 + blocks.MostNested)
	for len(ids) > 0 {
		if len(set)+len(ids) > most {
			return nil, fault.New(fault.Invalid, "A block schema refers to more than %d others.", blocks.MostNested)
		}
		if err := tx.readBlockSchemas(ids, set); err != nil {
			return nil, err
		}
		var next []uuid.UUID
		found := map[uuid.UUID]bool{}
		err := tx.conn.Query(`SELECT parent_block_schema_id, reference_block_schema_id, name FROM block_schema_reference
			JOIN block_schema ON block_schema.id = reference_block_schema_id
			WHERE parent_block_schema_id IN (SELECT unhex(value) FROM json_each(?))
			ORDER BY block_schema.created, block_schema.sequence, block_schema_reference.sequence`, []any{idList(ids)}, func(r Row) error {
			var e edge
			if err := r.Scan(&e.parent, &e.child, &e.field); err != nil {
				return err
			}
			edges = append(edges, e)
			if set[e.child] == nil && !found[e.child] {
				found[e.child] = true
				next = append(next, e.child)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		ids = next
	}
	for _, e := range edges {
		parent := &set[e.parent].node
		parent.Children = append(parent.Children, blocks.SchemaChild{Field: e.field, Node: &set[e.child].node})
	}
	return set, nil
}

func (tx *Tx) readBlockSchemas(ids []uuid.UUID, into blockSchemaSet) error {
	return tx.conn.Query(`SELECT block_schema.id, block_schema.created, block_schema.updated, block_schema.checksum, block_schema.fields,
		block_schema.capabilities, block_schema.version, block_schema.block_type_id, `+blockTypeColumns+`
		FROM block_schema JOIN block_type ON block_type.id = block_schema.block_type_id
		WHERE block_schema.id IN (SELECT unhex(value) FROM json_each(?))`, []any{idList(ids)}, func(r Row) error {
		var s storedBlockSchema
		var fields string
		s.schema.BlockType = &prefect.BlockType{}
		err := r.Scan(append([]any{&s.schema.ID, &s.schema.Created, &s.schema.Updated, &s.schema.Checksum, &fields,
			JSON(&s.schema.Capabilities), &s.schema.Version, &s.schema.BlockTypeID}, blockTypeFields(s.schema.BlockType)...)...)
		if err != nil {
			return err
		}
		s.node = blocks.SchemaNode{Checksum: s.schema.Checksum, Slug: s.schema.BlockType.Slug}
		if s.node.Fields, err = pyjson.Parse([]byte(fields)); err != nil {
			return err
		}
		into[s.schema.ID] = &s
		return nil
	})
}
