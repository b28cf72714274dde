package jinja

import (
	"sort"
	"strconv"
	"strings"
)

// listFilter is a filter about lists and objects.
func listFilter(name string) filterOf {
	switch name {
	case "length", "count":
		return func(e *evaluator, v any, _ called) any { return e.length(v) }
	case "default", "d":
		return func(_ *evaluator, v any, a called) any {
			if _, is := v.(*undefined); is || a.truth(1, "boolean") && !truth(v) {
				return a.at(0, "default_value", "")
			}
			return v
		}
	case "first", "last":
		return func(e *evaluator, v any, _ called) any { return e.end(v, name) }
	case "list":
		return func(e *evaluator, v any, _ called) any { return &list{e.joined(e.items(v), nil)} }
	case "items":
		return func(e *evaluator, v any, _ called) any {
			switch d := v.(type) {
			case *undefined:
				return &sequence{name: "do_items", once: true}
			case *dict:
				return &sequence{items: e.dictMethod(d, "items", called{}).(*sequence).items, name: "do_items", once: true}
			}
			panic(raise("TypeError", "Can only get item pairs from a mapping."))
		}
	case "join":
		return func(e *evaluator, v any, a called) any {
			items := e.items(v)
			if attribute := a.at(1, "attribute", nil); attribute != nil {
				items = e.each(items, e.getter(attribute, nil, true))
			}
			return e.join(e.str(a.at(0, "d", "")), items, false)
		}
	case "reverse":
		return func(e *evaluator, v any, _ called) any { return e.reversed(v) }
	case "sum":
		return func(e *evaluator, v any, a called) any {
			total := a.at(1, "start", 0)
			items := e.items(v)
			if attribute := a.at(0, "attribute", nil); attribute != nil {
				items = e.each(items, e.getter(attribute, nil, true))
			}
			for _, item := range items {
				if _, isText := asText(total); isText {
					panic(raise("TypeError", "sum() can't sum strings [use ''.join(seq) instead]"))
				}
				total = e.binary("+", total, item)
			}
			return total
		}
	case "batch":
		return batch
	case "slice":
		return sliced
	case "sort":
		return func(e *evaluator, v any, a called) any {
			return &list{e.sorted(e.items(v), e.multiple(a.at(2, "attribute", nil), !a.truth(1, "case_sensitive")), a.truth(0, "reverse"))}
		}
	case "dictsort":
		return dictSort
	case "unique":
		return unique
	case "min", "max":
		return func(e *evaluator, v any, a called) any { return e.extreme(v, name, a) }
	case "groupby":
		return groupBy
	case "attr":
		return func(e *evaluator, v any, a called) any {
			name := e.str(a.at(0, "name", nil))
			if u, ok := v.(*undefined); ok {
				return e.into(u)
			}
			if strings.HasPrefix(name, "__") {
				return e.attribute(v, name)
			}
			if found, ok := e.field(v, name); ok {
				return found
			}
			return e.noAttribute(v, name)
		}
	case "random":
		return func(e *evaluator, v any, _ called) any {
			return e.end(v, "first") // a template gives the same each time
		}
	}
	return nil
}

func (e *evaluator) end(v any, which string) any {
	items := e.items(v)
	if len(items) == 0 {
		return &undefined{hint: "No " + which + " item, sequence was empty."}
	}
	if which == "first" {
		return items[0]
	}
	return items[len(items)-1]
}

func (e *evaluator) reversed(v any) any {
	items := e.items(v)
	out := make([]any, len(items))
	e.take(len(items) * sizeOfItem)
	for i, item := range items {
		out[len(items)-1-i] = item
	}
	if _, isText := asText(v); isText {
		return alike(v, e.join("", out, true))
	}
	return &sequence{items: out, name: typeName(v) + "_reverseiterator", once: true}
}

// each maps items.
func (e *evaluator) each(items []any, f func(any) any) []any {
	e.take(len(items) * sizeOfItem)
	out := make([]any, len(items))
	for i, item := range items {
		e.spend(1)
		out[i] = f(item)
	}
	return out
}

// getter returns the attribute of an item: "a.b.0". sensitive is false where case
// does not count.
func (e *evaluator) getter(attribute, otherwise any, sensitive bool) func(any) any {
	var path []any
	if text, ok := asText(attribute); ok {
		for _, part := range strings.Split(text, ".") {
			if n, err := strconv.Atoi(part); err == nil && n >= 0 {
				path = append(path, n)
			} else {
				path = append(path, part)
			}
		}
	} else if attribute != nil {
		path = []any{attribute}
	}
	return func(item any) any {
		for _, part := range path {
			e.spend(1)
			item = e.item(item, part)
			if _, is := item.(*undefined); is && otherwise != nil {
				item = otherwise
			}
		}
		if text, ok := asText(item); ok && !sensitive {
			e.spend(len(text) / 16)
			return strings.ToLower(text)
		}
		return item
	}
}

// multiple returns several attributes, "a,b", as a list to sort by.
func (e *evaluator) multiple(attribute any, insensitive bool) func(any) any {
	parts := []any{attribute}
	if text, ok := asText(attribute); ok {
		parts = nil
		for _, part := range strings.Split(text, ",") {
			parts = append(parts, part)
		}
	}
	return func(item any) any {
		keys := make([]any, len(parts))
		for i, part := range parts {
			keys[i] = e.getter(part, nil, !insensitive)(item)
		}
		return &list{keys}
	}
}

func (e *evaluator) sorted(items []any, key func(any) any, reverse bool) []any {
	keys := e.each(items, key)
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool {
		if reverse {
			return e.order(keys[order[j]], keys[order[i]], "<") < 0
		}
		return e.order(keys[order[i]], keys[order[j]], "<") < 0
	})
	out := make([]any, len(items))
	for i, at := range order {
		out[i] = items[at]
	}
	return out
}

func batch(e *evaluator, v any, a called) any {
	size := a.integer(0, "linecount", 0)
	fill, hasFill := a.at(1, "fill_with", nil), a.at(1, "fill_with", nil) != nil
	var out []any
	var current []any
	for _, item := range e.items(v) {
		e.spend(1)
		e.take(2 * sizeOfItem)
		if len(current) == size && current != nil {
			out = append(out, &list{current})
			current = nil
		}
		current = append(current, item)
	}
	if len(current) > 0 {
		if room := size - len(current); hasFill && room > 0 {
			e.takeTimes(sizeOfItem, room)
			for range room {
				current = append(current, fill)
			}
		}
		out = append(out, &list{current})
	}
	return &sequence{items: out, name: "do_batch", once: true}
}

func sliced(e *evaluator, v any, a called) any {
	n := a.integer(0, "slices", 0)
	fill := a.at(1, "fill_with", nil)
	items := e.items(v)
	if n == 0 {
		panic(zeroDivision("integer division or modulo by zero"))
	}
	n = max(n, 0)
	e.takeTimes(3*sizeOfItem, n)
	e.spend(n / 16)
	var out []any
	at := 0
	for i := range n {
		size := len(items) / n
		if i < len(items)%n {
			size++
		}
		part := e.joined(items[at:at+size], nil)
		if at += size; fill != nil && i >= len(items)%n {
			part = append(part, fill)
		}
		out = append(out, &list{part})
	}
	return &sequence{items: out, name: "sync_do_slice", once: true}
}

func dictSort(e *evaluator, v any, a called) any {
	d, ok := v.(*dict)
	if !ok {
		panic(raise("AttributeError", "'%s' object has no attribute 'items'", typeName(v)))
	}
	by := a.at(1, "by", "key")
	at := 0
	if by == "value" {
		at = 1
	} else if by != "key" {
		panic(argumentError(`You can only sort by either "key" or "value"`))
	}
	items := e.dictMethod(d, "items", called{}).(*sequence).items
	key := e.getter(at, nil, a.truth(0, "case_sensitive"))
	return &list{e.sorted(items, key, a.truth(2, "reverse"))}
}

func unique(e *evaluator, v any, a called) any {
	key := e.getter(a.at(1, "attribute", nil), nil, a.truth(0, "case_sensitive"))
	seen := map[string]bool{}
	var out []any
	for _, item := range e.items(v) {
		hash := e.hash(key(item))
		e.take(len(hash) + sizeOfEntry)
		if !seen[hash] {
			seen[hash] = true
			out = append(out, item)
		}
	}
	return &sequence{items: out, name: "sync_do_unique", once: true}
}

func (e *evaluator) extreme(v any, which string, a called) any {
	items := e.items(v)
	if len(items) == 0 {
		return &undefined{hint: "No aggregated item, sequence was empty."}
	}
	keys := e.each(items, e.getter(a.at(1, "attribute", nil), nil, a.truth(0, "case_sensitive")))
	best := 0
	for i := range keys {
		if which == "min" && e.order(keys[i], keys[best], "<") < 0 || which == "max" && e.order(keys[i], keys[best], ">") > 0 {
			best = i
		}
	}
	return items[best]
}

func groupBy(e *evaluator, v any, a called) any {
	attribute, otherwise, sensitive := a.at(0, "attribute", nil), a.at(1, "default", nil), a.truth(2, "case_sensitive")
	key := e.getter(attribute, otherwise, sensitive)
	items := e.sorted(e.items(v), key, false)
	var out []any
	var group []any
	end := func() {
		if len(group) > 0 {
			out = append(out, tuple{e.getter(attribute, otherwise, true)(group[0]), &list{group}})
		}
	}
	for i, item := range items {
		e.take(2 * sizeOfItem)
		if i > 0 && !e.equal(key(items[i-1]), key(item)) {
			end()
			group = nil
		}
		group = append(group, item)
	}
	end()
	return &list{out}
}
