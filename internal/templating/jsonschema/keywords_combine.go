package jsonschema

import "sort"

func dependentRequired(w *walker, want, value any, _ *Object, _ *document) (all []*Fault) {
	o, ok := value.(*Object)
	if !ok {
		return nil
	}
	for _, key := range object(want).keys {
		if _, there := o.values[key]; !there {
			continue
		}
		for _, each := range list(object(want).values[key]) {
			w.spend(1)
			name, _ := each.(string)
			if _, there := o.values[name]; !there {
				all = append(all, fault(shown{each}, " is a dependency of ", shown{key})...)
			}
		}
	}
	return all
}

func dependentSchemas(w *walker, want, value any, _ *Object, doc *document) (all []*Fault) {
	o, ok := value.(*Object)
	if !ok {
		return nil
	}
	for _, key := range object(want).keys {
		if _, there := o.values[key]; there {
			all = append(all, w.descend(value, object(want).values[key], doc)...)
		}
	}
	return all
}

func allOf(w *walker, want, value any, _ *Object, doc *document) (all []*Fault) {
	for _, schema := range list(want) {
		all = append(all, w.descend(value, schema, doc)...)
		if w.first && len(all) > 0 {
			return all
		}
	}
	return all
}

func noneFits(value any, context []*Fault) []*Fault {
	return []*Fault{{sentence: []any{shown{value}, " is not valid under any of the given schemas"}, context: context}}
}

func anyOf(w *walker, want, value any, _ *Object, doc *document) []*Fault {
	var context []*Fault
	for _, schema := range list(want) {
		faults := w.descend(value, schema, doc)
		if len(faults) == 0 {
			return nil
		}
		w.take(len(faults) * sizeOfValue)
		context = append(context, faults...)
	}
	return noneFits(value, context)
}

func oneOf(w *walker, want, value any, _ *Object, doc *document) []*Fault {
	var context []*Fault
	schemas := list(want)
	first := -1
	for i, schema := range schemas {
		faults := w.descend(value, schema, doc)
		if len(faults) == 0 {
			first = i
			break
		}
		w.take(len(faults) * sizeOfValue)
		context = append(context, faults...)
	}
	if first < 0 {
		return noneFits(value, context)
	}
	var more []shown
	for _, schema := range schemas[first+1:] {
		if w.valid(value, schema, doc) {
			more = append(more, shown{schema})
		}
	}
	if len(more) == 0 {
		return nil
	}
	return fault(shown{value}, " is valid under each of ", append(more, shown{schemas[first]}))
}

func not(w *walker, want, value any, _ *Object, doc *document) []*Fault {
	if !w.valid(value, want, doc) {
		return nil
	}
	return fault(shown{value}, " should not be valid under ", shown{want})
}

func ifThen(w *walker, want, value any, schema *Object, doc *document) []*Fault {
	branch := "else"
	if w.valid(value, want, doc) {
		branch = "then"
	}
	next, there := schema.Get(branch)
	if !there {
		return nil
	}
	return w.descend(value, next, doc)
}

func unevaluatedItems(w *walker, _, value any, schema *Object, doc *document) []*Fault {
	values, ok := value.(List)
	if !ok {
		return nil
	}
	seen := map[int]bool{}
	w.take(len(values) * sizeOfValue)
	w.evaluatedItems(values, schema, doc, &evaluated[int]{seen: seen})
	var extras []shown
	for i, item := range values {
		if !seen[i] {
			extras = append(extras, shown{item})
		}
	}
	if len(extras) == 0 {
		return nil
	}
	return fault("Unevaluated items are not allowed (", extras, wasOrWere(len(extras)), " unexpected)")
}

func unevaluatedProperties(w *walker, want, value any, schema *Object, doc *document) []*Fault {
	o, ok := value.(*Object)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	w.take(o.Len() * sizeOfValue)
	w.evaluatedKeys(o, schema, doc, &evaluated[string]{seen: seen})
	var extras []string
	for _, key := range o.keys {
		if seen[key] {
			continue
		}
		for range w.descend(o.values[key], want, doc) {
			extras = append(extras, key)
		}
	}
	if len(extras) == 0 {
		return nil
	}
	if want == any(false) {
		sort.Strings(extras)
		return fault("Unevaluated properties are not allowed (", extras, wasOrWere(len(extras)), " unexpected)")
	}
	return fault("Unevaluated properties are not valid under the given schema (", extras, wasOrWere(len(extras)), " unevaluated and invalid)")
}
