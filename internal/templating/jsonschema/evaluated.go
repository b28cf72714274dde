package jsonschema

// evaluated are the indices or keys of a value that schemas have looked at, and
// the schemas that were asked: asking one again adds nothing.
type evaluated[K comparable] struct {
	seen  map[K]bool
	asked map[visit]bool
}

func (e *evaluated[K]) again(schema *Object, doc *document) bool {
	at := visit{schema: schema, doc: doc}
	if e.asked[at] {
		return true
	}
	if e.asked == nil {
		e.asked = map[visit]bool{}
	}
	e.asked[at] = true
	return false
}

// evaluatedItems notes the indices that a schema has looked at.
func (w *walker) evaluatedItems(values List, schema any, doc *document, e *evaluated[int]) {
	s, ok := schema.(*Object)
	if !ok || e.again(s, doc) {
		return
	}
	w.spend(1)
	if _, all := s.Get("items"); all {
		w.spend(len(values))
		for i := range values {
			e.seen[i] = true
		}
		return
	}
	w.follow(s, doc, func(schema any, doc *document) { w.evaluatedItems(values, schema, doc, e) })
	prefix, _ := s.Get("prefixItems")
	for i := range list(prefix) {
		e.seen[i] = true
	}
	w.branches(s, values, doc, func(schema any) { w.evaluatedItems(values, schema, doc, e) })
	for _, keyword := range []string{"contains", "unevaluatedItems"} {
		if inner, there := s.Get(keyword); there {
			for i, item := range values {
				if w.valid(item, inner, doc) {
					e.seen[i] = true
				}
			}
		}
	}
}

// evaluatedKeys notes the keys that a schema has looked at.
func (w *walker) evaluatedKeys(o *Object, schema any, doc *document, e *evaluated[string]) {
	s, ok := schema.(*Object)
	if !ok || e.again(s, doc) {
		return
	}
	w.spend(1)
	w.follow(s, doc, func(schema any, doc *document) { w.evaluatedKeys(o, schema, doc, e) })
	declared, _ := s.Get("properties")
	patterns, _ := s.Get("patternProperties")
	for _, key := range o.keys {
		w.spend(1)
		if _, there := object(declared).values[key]; there {
			e.seen[key] = true
		}
		for _, text := range object(patterns).keys {
			if w.search(text, key) {
				e.seen[key] = true
			}
		}
		for _, keyword := range []string{"additionalProperties", "unevaluatedProperties"} {
			if inner, there := s.Get(keyword); there && inner != nil && w.valid(o.values[key], inner, doc) {
				e.seen[key] = true
			}
		}
	}
	dependent, _ := s.Get("dependentSchemas")
	for _, key := range object(dependent).keys {
		if _, there := o.values[key]; there {
			w.evaluatedKeys(o, object(dependent).values[key], doc, e)
		}
	}
	w.branches(s, o, doc, func(schema any) { w.evaluatedKeys(o, schema, doc, e) })
}

// follow visits what a schema refers to.
func (w *walker) follow(s *Object, doc *document, visit func(any, *document)) {
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > maxDepth {
		panic(stop{ErrCircular})
	}
	for _, keyword := range []string{"$ref", "$dynamicRef"} {
		if name, ok := s.values[keyword].(string); ok {
			schema, target := w.resolve(name, doc)
			visit(schema, target)
		}
	}
}

// branches visits the schemas inside a schema that a value meets.
func (w *walker) branches(s *Object, value any, doc *document, visit func(any)) {
	for _, keyword := range []string{"allOf", "oneOf", "anyOf"} {
		for _, schema := range list(s.values[keyword]) {
			if w.valid(value, schema, doc) {
				visit(schema)
			}
		}
	}
	condition, there := s.Get("if")
	if !there {
		return
	}
	branch := "else"
	if w.valid(value, condition, doc) {
		visit(condition)
		branch = "then"
	}
	if schema, there := s.Get(branch); there {
		visit(schema)
	}
}
