package templating

import (
	"context"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/templating/jsonschema"
)

// preprocess mends, in place, what older generators get wrong: optional fields
// whose type leaves null out, and tuples that are written as items. It also
// lets a reference to a block stand for the block.
func preprocess(schema any, noneWithDefault bool) {
	o := asObject(schema)
	mendProperties(o, noneWithDefault)
	definitions, there := o.Get("definitions")
	if !there {
		return
	}
	all := asObject(definitions)
	for _, name := range append([]string{}, all.Keys()...) {
		definition, _ := all.Get(name)
		d := asObject(definition)
		mendProperties(d, noneWithDefault)
		if _, isBlock := d.Get("block_type_slug"); isBlock {
			title, _ := d.Get("title")
			if text, ok := title.(string); ok {
				all.Set(text, blockOrReference(d))
			}
		}
	}
}

func mendProperties(schema *jsonschema.Object, noneWithDefault bool) {
	declared, there := schema.Get("properties")
	if !there {
		return
	}
	required := map[string]bool{}
	given, _ := schema.Get("required")
	if names, ok := given.(jsonschema.List); ok {
		for _, name := range names {
			if text, ok := name.(string); ok {
				required[text] = true
			}
		}
	}
	properties := asObject(declared)
	for _, name := range properties.Keys() {
		field, _ := properties.Get(name)
		f, ok := field.(*jsonschema.Object)
		if !ok {
			continue
		}
		if !required[name] {
			allowNull(f, noneWithDefault)
		}
		mendTuple(f)
		mendProperties(f, noneWithDefault)
	}
}

func allowNull(field *jsonschema.Object, noneWithDefault bool) {
	typ, typed := field.Get("type")
	_, hasDefault := field.Get("default")
	if !typed || typ == any("null") || hasDefault && !noneWithDefault {
		return
	}
	own, null := jsonschema.NewObject(), jsonschema.NewObject()
	own.Set("type", typ)
	null.Set("type", "null")
	field.Set("anyOf", jsonschema.List{own, null})
	field.Delete("type")
}

func mendTuple(field *jsonschema.Object) {
	items, _ := field.Get("items")
	tuple, ok := items.(jsonschema.List)
	prefix, _ := field.Get("prefixItems")
	if list, isList := prefix.(jsonschema.List); !ok || len(tuple) == 0 || isList && len(list) > 0 {
		return
	}
	field.Set("prefixItems", jsonschema.Copy(tuple))
	field.Delete("items")
}

const blockReference = `{"type":"object","properties":{"$ref":{"oneOf":[{"type":"string","format":"uuid"},
	{"type":"object","additionalProperties":{"type":"string"},"minProperties":1}]}},"required":["$ref"]}`

func blockOrReference(definition *jsonschema.Object) *jsonschema.Object {
	reference, err := jsonschema.Parse(budget.New(context.Background(), "reading a constant", budget.Limits{}), []byte(blockReference))
	if err != nil {
		panic("templating: " + err.Error()) // a defect: the text is constant
	}
	out := jsonschema.NewObject()
	out.Set("oneOf", jsonschema.List{definition, reference})
	return out
}

// dropRequired takes the key required out of an object and the objects in it,
// but not out of those in lists.
func dropRequired(v any) {
	o, ok := v.(*jsonschema.Object)
	if !ok {
		return
	}
	o.Delete("required")
	for _, key := range o.Keys() {
		inner, _ := o.Get(key)
		dropRequired(inner)
	}
}
