package jinja

// Object is a value with attributes, as a model of the contract is: after a dot
// stands an attribute or else an item, in brackets an item or else an attribute.
type Object struct {
	// Class is the name of the model.
	Class string
	// Fields are the attributes that are shown, and written as JSON.
	Fields Ordered
	// Properties are the attributes that are not.
	Properties map[string]any
	// Items are what brackets find.
	Items Ordered
	// Text is what is written where the value stands, nil for what Python makes of
	// the fields.
	Text *string
	// Counted says that the value counts as true only when it has items.
	Counted bool
}

// object is an Object that is looked into piece by piece: its values are made when
// they are asked for.
type object struct {
	*Object
	made map[string]any
}

// part is the value of a field, property or item, each once made the same.
func (o *object) part(e *evaluator, kind, name string, v any) any {
	key := kind + name
	if value, there := o.made[key]; there {
		return value
	}
	value := e.value(v)
	e.take(sizeOfEntry)
	o.made[key] = value
	return value
}

func (o *object) attribute(e *evaluator, name string) (any, bool) {
	if v, there := o.Fields.Values[name]; there {
		return o.part(e, "f", name, v), true
	}
	if v, there := o.Properties[name]; there {
		return o.part(e, "p", name, v), true
	}
	if len(o.Items.Keys) > 0 {
		switch name {
		case "get", "items", "keys":
			return &function{"method " + name, func(e *evaluator, a called) any { return e.dictMethod(o.dict(e), name, a) }}, true
		}
	}
	return nil, false
}

func (o *object) item(e *evaluator, name string) (any, bool) {
	v, there := o.Items.Values[name]
	if !there {
		return nil, false
	}
	return o.part(e, "i", name, v), true
}

// dict is the object as JSON has it: its fields, or its items when it has none.
func (o *object) dict(e *evaluator) *dict {
	if len(o.Fields.Keys) > 0 {
		return e.value(o.Fields).(*dict)
	}
	return e.value(o.Items).(*dict)
}

// str is what is written where the value stands.
func (o *object) str(e *evaluator) string {
	if o.Text != nil {
		return *o.Text
	}
	w := &writer{e: e}
	w.fields(o, " ")
	return w.out.String()
}

// fields writes what Python shows of a model.
func (w *writer) fields(o *object, between string) {
	if len(o.Fields.Keys) == 0 {
		w.write("root=")
		w.repr(o.dict(w.e))
		return
	}
	for i, name := range o.Fields.Keys {
		if i > 0 {
			w.write(between)
		}
		w.write(name + "=")
		v, _ := o.attribute(w.e, name)
		w.repr(v)
	}
}
