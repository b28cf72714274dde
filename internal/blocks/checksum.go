package blocks

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/reevehq/reeve/internal/pyjson"
)

const (
	definitionsKey = "definitions"
	referencesKey  = "block_schema_references"
	definitionPath = "#/definitions/"
)

// Checksum identifies a schema by its fields: a SHA-256 of their sorted JSON,
// without the names of secret fields and the definitions of other blocks.
func Checksum(fields pyjson.Value) string {
	if definitions, ok := fields.Get(definitionsKey); ok && definitions.Truthy() {
		fields = withDefinitions(fields, plainDefinitions(fields, definitions))
	}
	text := append([]byte("[["), pyjson.AppendSortedWithout(nil, fields, secretFieldsKey)...)
	sum := sha256.Sum256(append(text, "], {}]"...))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// withDefinitions sets the definitions, or takes the key away when there are none.
func withDefinitions(fields pyjson.Value, definitions []pyjson.Member) pyjson.Value {
	if len(definitions) == 0 {
		return fields.Without(definitionsKey)
	}
	return fields.With(definitionsKey, pyjson.NewObject(definitions))
}

// plainDefinitions are the definitions that object refers to, directly or
// through others, and that are no blocks.
func plainDefinitions(object, definitions pyjson.Value) []pyjson.Member {
	var found []pyjson.Member
	seen := map[string]bool{}
	named := map[string]pyjson.Value{}
	for _, m := range definitions.Members() {
		named[m.Key] = m.Value
	}
	var follow func(pyjson.Value)
	follow = func(object pyjson.Value) {
		for _, name := range definitionNames(object) {
			if seen[name] {
				continue
			}
			seen[name] = true
			definition, ok := named[name]
			if !ok || !definition.Truthy() || isBlock(definition) {
				continue
			}
			found = append(found, pyjson.Member{Key: name, Value: definition})
			follow(definition)
		}
	}
	follow(object)
	return found
}

// isBlock reports whether a definition is that of a block.
func isBlock(definition pyjson.Value) bool {
	slug, ok := definition.Get("block_type_slug")
	return ok && !slug.IsNull()
}

// definitionNames are the names of all definitions that a value refers to by
// "$ref", in order, with repetitions.
func definitionNames(v pyjson.Value) []string { return appendDefinitionNames(nil, v) }

func appendDefinitionNames(names []string, v pyjson.Value) []string {
	if ref, ok := v.Get("$ref"); ok && ref.Kind() == pyjson.String && ref.Text() != "" {
		names = append(names, strings.ReplaceAll(ref.Text(), definitionPath, ""))
	}
	for _, m := range v.Members() {
		names = appendDefinitionNames(names, m.Value)
	}
	for _, item := range v.Items() {
		names = appendDefinitionNames(names, item)
	}
	return names
}
