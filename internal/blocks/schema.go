package blocks

import (
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/pyjson"
)

// SchemaReference says that a field of a schema holds a block of another schema.
type SchemaReference struct {
	Field    string
	Slug     string // of the other schema's block type
	Checksum string
}

// Schema is a schema as it is registered, taken apart.
type Schema struct {
	Checksum string
	// Fields are what is stored: without references and other blocks' definitions.
	Fields     pyjson.Value
	References []SchemaReference
	// Given are the references as they were written, for the answer.
	Given pyjson.Value

	// definitions are those of the outermost schema: nested ones are found there.
	definitions pyjson.Value
}

// NewSchema takes the fields of a schema apart. It fails with fault.Invalid when
// the references are malformed.
func NewSchema(fields pyjson.Value) (*Schema, error) {
	definitions, _ := fields.Get(definitionsKey)
	return newSchema(fields, definitions)
}

func newSchema(fields, definitions pyjson.Value) (*Schema, error) {
	s := &Schema{definitions: definitions, Given: pyjson.NewObject(nil)}
	if definitions.Truthy() {
		fields = fields.With(definitionsKey, definitions)
	}
	s.Checksum = Checksum(fields)
	if definitions.Truthy() {
		fields = withDefinitions(fields, plainDefinitions(fields, definitions))
	}
	if given, ok := fields.Get(referencesKey); ok {
		s.Given = given
		references, err := readReferences(given)
		if err != nil {
			return nil, err
		}
		s.References = references
	}
	s.Fields = fields.Without(referencesKey)
	return s, nil
}

func readReferences(given pyjson.Value) ([]SchemaReference, error) {
	if given.Kind() != pyjson.Object {
		return nil, fault.New(fault.Invalid, "block_schema_references must be an object.")
	}
	var references []SchemaReference
	for _, m := range given.Members() {
		entries := m.Value.Items()
		if m.Value.Kind() != pyjson.Array {
			entries = []pyjson.Value{m.Value}
		}
		for _, entry := range entries {
			slug, hasSlug := entry.Get("block_type_slug")
			checksum, hasChecksum := entry.Get("block_schema_checksum")
			if !hasSlug || !hasChecksum {
				return nil, fault.New(fault.Invalid, "The block schema reference '%s' needs a block_type_slug and a block_schema_checksum.", m.Key)
			}
			references = append(references, SchemaReference{m.Key, slug.Text(), checksum.Text()})
		}
	}
	return references, nil
}

// Nested finds the definition of the schema that a reference names: for schemas
// that are registered together with the one that holds them. It fails with
// fault.Invalid when there is none.
func (s *Schema) Nested(r SchemaReference) (*Schema, error) {
	missing := fault.New(fault.Invalid, "The definition of block type '%s', which field '%s' refers to, is missing.", r.Slug, r.Field)
	properties, _ := s.Fields.Get("properties")
	property, ok := properties.Get(r.Field)
	if !ok {
		return nil, missing
	}
	names := definitionNames(property)
	for _, name := range names {
		definition, ok := s.definitions.Get(name)
		if !ok || definition.Kind() != pyjson.Object {
			continue
		}
		slug, _ := definition.Get("block_type_slug")
		// A field that takes one block only needs no telling apart.
		if len(names) == 1 || slug.Text() == r.Slug {
			return newSchema(definition, s.definitions)
		}
	}
	return nil, missing
}

// Registered is the form in which the schema is shown to who registered it: with
// the references and definitions as they were given.
func (s *Schema) Registered() pyjson.Value {
	fields := s.Fields.With(referencesKey, s.Given)
	if !s.definitions.IsNull() {
		fields = fields.With(definitionsKey, s.definitions)
	}
	return fields
}

// SchemaNode is a stored schema with the schemas that its fields refer to.
type SchemaNode struct {
	Checksum string
	Slug     string
	Fields   pyjson.Value
	Children []SchemaChild
}

// SchemaChild is a schema in the place of a field.
type SchemaChild struct {
	Field string
	Node  *SchemaNode
}

// Full puts the fields of a schema together: with the references to other
// schemas, and with their definitions by title.
func (n *SchemaNode) Full() pyjson.Value { return n.full(map[*SchemaNode]bool{}) }

func (n *SchemaNode) full(above map[*SchemaNode]bool) pyjson.Value {
	above[n] = true
	defer delete(above, n)
	fields := n.Fields.With(referencesKey, n.references())
	var definitions []pyjson.Member
	set := func(key string, value pyjson.Value) {
		for i := range definitions {
			if definitions[i].Key == key {
				definitions[i].Value = value
				return
			}
		}
		definitions = append(definitions, pyjson.Member{Key: key, Value: value})
	}
	own, _ := fields.Get(definitionsKey)
	for _, m := range own.Members() {
		set(m.Key, m.Value)
	}
	for _, child := range n.Children {
		if above[child.Node] {
			continue // a ring of references has no end; the reference server never makes one
		}
		full := child.Node.full(above)
		title, ok := full.Get("title")
		if !ok || title.IsNull() {
			continue
		}
		set(title.Text(), full.Without(definitionsKey))
		nested, _ := full.Get(definitionsKey)
		for _, m := range nested.Members() {
			set(m.Key, m.Value)
		}
	}
	if len(definitions) == 0 {
		return fields
	}
	return fields.With(definitionsKey, pyjson.NewObject(definitions))
}

// references writes the references of a schema: one as an object, several of one
// field as a list.
func (n *SchemaNode) references() pyjson.Value {
	var order []string
	entries := map[string][]pyjson.Value{}
	seen := map[SchemaReference]bool{}
	for _, child := range n.Children {
		key := SchemaReference{child.Field, child.Node.Slug, child.Node.Checksum}
		if seen[key] {
			continue
		}
		seen[key] = true
		if entries[child.Field] == nil {
			order = append(order, child.Field)
		}
		entries[child.Field] = append(entries[child.Field], pyjson.NewObject([]pyjson.Member{
			{Key: "block_schema_checksum", Value: pyjson.NewString(child.Node.Checksum)},
			{Key: "block_type_slug", Value: pyjson.NewString(child.Node.Slug)},
		}))
	}
	members := make([]pyjson.Member, 0, len(order))
	for _, field := range order {
		value := entries[field][0]
		if len(entries[field]) > 1 {
			value = pyjson.NewArray(entries[field])
		}
		members = append(members, pyjson.Member{Key: field, Value: value})
	}
	return pyjson.NewObject(members)
}
