package blocks

import (
	"errors"
	"slices"

	"github.com/reevehq/reeve/internal/budget"
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
	nested      map[SchemaReference]nestedSchema
}

type nestedSchema struct {
	schema *Schema
	err    error
}

// The bounds of a block: how deep others may be nested in it, and how many.
const (
	MostDepth  = 50
	MostNested = 200
)

// NewSchema takes the fields of a schema, and those of the schemas that came with
// it, apart. It fails with fault.Invalid when the references are malformed.
func NewSchema(b *budget.Budget, fields pyjson.Value) (*Schema, error) {
	definitions, _ := fields.Get(definitionsKey)
	all := &registration{budget: b, definitions: definitions, known: map[string]nestedSchema{}}
	return all.schema(fields, 0)
}

// registration are schemas that are registered together.
type registration struct {
	budget      *budget.Budget
	definitions pyjson.Value
	known       map[string]nestedSchema // by the text of their definitions
}

// schema takes one apart, and all that are nested in it.
func (r *registration) schema(fields pyjson.Value, depth int) (*Schema, error) {
	if depth > MostDepth {
		return nil, fault.New(fault.Invalid, "Block schemas are nested more than %d deep.", MostDepth)
	}
	size := int64(len(fields.Raw()) + len(r.definitions.Raw()))
	if err := errors.Join(r.budget.Take(size), r.budget.Step(1+size/16)); err != nil {
		return nil, r.budget.Err()
	}
	s, err := newSchema(fields, r.definitions)
	if err != nil {
		return nil, err
	}
	s.nested = map[SchemaReference]nestedSchema{}
	for _, reference := range s.References {
		if _, done := s.nested[reference]; done {
			continue
		}
		if len(s.nested) >= MostNested {
			return nil, fault.New(fault.Invalid, "A block schema refers to more than %d others.", MostNested)
		}
		inner := r.nestedIn(s, reference, depth)
		if r.budget.Err() != nil {
			return nil, r.budget.Err()
		}
		s.nested[reference] = inner
	}
	return s, nil
}

func (r *registration) nestedIn(s *Schema, reference SchemaReference, depth int) nestedSchema {
	definition, err := s.definitionOf(r.budget, reference)
	if err != nil {
		return nestedSchema{nil, err}
	}
	text := string(definition.Raw())
	known, ok := r.known[text]
	if !ok {
		known.schema, known.err = r.schema(definition, depth+1)
		r.known[text] = known
	}
	return known
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

// Nested returns the schema that a reference names: for schemas that are registered
// together with the one that holds them. It fails with fault.Invalid when there is none.
func (s *Schema) Nested(r SchemaReference) (*Schema, error) {
	found, ok := s.nested[r]
	if !ok {
		return nil, r.missing()
	}
	return found.schema, found.err
}

func (r SchemaReference) missing() error {
	return fault.New(fault.Invalid, "The definition of block type '%s', which field '%s' refers to, is missing.", r.Slug, r.Field)
}

// definitionOf finds the definition of the schema that a reference names.
func (s *Schema) definitionOf(b *budget.Budget, r SchemaReference) (pyjson.Value, error) {
	properties, _ := s.Fields.Get("properties")
	property, ok := properties.Get(r.Field)
	if !ok {
		return pyjson.Value{}, r.missing()
	}
	names := definitionNames(property)
	if err := b.Step(int64(1 + len(s.definitions.Members()) + len(property.Raw())/16)); err != nil {
		return pyjson.Value{}, err
	}
	for _, name := range names {
		if err := b.Step(int64(1 + len(s.definitions.Members())/16)); err != nil {
			return pyjson.Value{}, err
		}
		definition, ok := s.definitions.Get(name)
		if !ok || definition.Kind() != pyjson.Object {
			continue
		}
		slug, _ := definition.Get("block_type_slug")
		// A field that takes one block only needs no telling apart.
		if len(names) == 1 || slug.Text() == r.Slug {
			return definition, nil
		}
	}
	return pyjson.Value{}, r.missing()
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
// schemas, and with their definitions by title. A schema that many others refer to
// is put together once.
func (n *SchemaNode) Full() pyjson.Value {
	return (&assembly{above: map[*SchemaNode]bool{}, made: map[*SchemaNode]pyjson.Value{}}).full(n)
}

// assembly is a schema that is put together: above are those that it is in the
// middle of.
type assembly struct {
	above map[*SchemaNode]bool
	made  map[*SchemaNode]pyjson.Value
}

func (a *assembly) full(n *SchemaNode) pyjson.Value {
	if full, done := a.made[n]; done {
		return full
	}
	a.above[n] = true
	defer delete(a.above, n)
	fields := n.Fields.With(referencesKey, n.references())
	own, _ := fields.Get(definitionsKey)
	definitions := slices.Clone(own.Members())
	for _, child := range n.Children {
		if a.above[child.Node] {
			continue // a ring of references has no end; the reference server never makes one
		}
		full := a.full(child.Node)
		title, ok := full.Get("title")
		if !ok || title.IsNull() {
			continue
		}
		definitions = append(definitions, pyjson.Member{Key: title.Text(), Value: full.Without(definitionsKey)})
		nested, _ := full.Get(definitionsKey)
		definitions = append(definitions, nested.Members()...)
	}
	if len(definitions) > 0 {
		fields = fields.With(definitionsKey, pyjson.NewObject(nil).Merge(definitions))
	}
	a.made[n] = fields
	return fields
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
