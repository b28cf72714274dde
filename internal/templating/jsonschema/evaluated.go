package jsonschema

// evaluatedItems notes the indices that a schema has looked at.
func (w *walker) evaluatedItems(values List, schema any, doc *document, seen map[int]bool) {
	s, ok := schema.(*Object)
	if !ok {
		return
	}
	if _, all := s.Get("items"); all {
		for i := range values {
			seen[i] = true
		}
		return
	}
	w.follow(s, doc, func(schema any, doc *document) { w.evaluatedItems(values, schema, doc, seen) })
	prefix, _ := s.Get("prefixItems")
	for i := range list(prefix) {
		seen[i] = true
	}
	w.branches(s, values, doc, func(schema any) { w.evaluatedItems(values, schema, doc, seen) })
	for _, keyword := range []string{"contains", "unevaluatedItems"} {
		if inner, there := s.Get(keyword); there {
			for i, item := range values {
				if w.valid(item, inner, doc) {
					seen[i] = true
				}
			}
		}
	}
}

// evaluatedKeys notes the keys that a schema has looked at.
func (w *walker) evaluatedKeys(o *Object, schema any, doc *document, seen map[string]bool) {
	s, ok := schema.(*Object)
	if !ok {
		return
	}
	w.follow(s, doc, func(schema any, doc *document) { w.evaluatedKeys(o, schema, doc, seen) })
	declared, _ := s.Get("properties")
	patterns, _ := s.Get("patternProperties")
	for _, key := range o.keys {
		if _, there := object(declared).values[key]; there {
			seen[key] = true
		}
		for _, text := range object(patterns).keys {
			if search(text, key) {
				seen[key] = true
			}
		}
		for _, keyword := range []string{"additionalProperties", "unevaluatedProperties"} {
			if inner, there := s.Get(keyword); there && inner != nil && w.valid(o.values[key], inner, doc) {
				seen[key] = true
			}
		}
	}
	dependent, _ := s.Get("dependentSchemas")
	for _, key := range object(dependent).keys {
		if _, there := o.values[key]; there {
			w.evaluatedKeys(o, object(dependent).values[key], doc, seen)
		}
	}
	w.branches(s, o, doc, func(schema any) { w.evaluatedKeys(o, schema, doc, seen) })
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
