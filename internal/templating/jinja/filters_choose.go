package jinja

// chooseFilter is a filter that puts items through another filter or a test.
func chooseFilter(name string) filterOf {
	switch name {
	case "map":
		return mapped
	case "select", "reject":
		return func(e *evaluator, v any, a called) any {
			return e.chosen(v, func(item any) any { return item }, a, name, name == "select")
		}
	case "selectattr", "rejectattr":
		return func(e *evaluator, v any, a called) any {
			if len(a.positional) == 0 {
				panic(argumentError("Missing parameter for attribute name"))
			}
			get := e.getter(a.positional[0], nil, true)
			a.positional = a.positional[1:]
			return e.chosen(v, get, a, name, name == "selectattr")
		}
	}
	return nil
}

func mapped(e *evaluator, v any, a called) any {
	out := &sequence{name: "sync_do_map", once: true}
	if !truth(v) {
		return out
	}
	if attribute, there := a.named["attribute"]; there && len(a.positional) == 0 {
		for _, name := range a.names {
			if name != "attribute" && name != "default" {
				panic(argumentError("Unexpected keyword argument %s", repr(name)))
			}
		}
		out.items = e.each(e.items(v), e.getter(attribute, a.named["default"], true))
		return out
	}
	if len(a.positional) == 0 {
		panic(argumentError("map requires a filter argument"))
	}
	name := e.str(a.positional[0])
	if e.filterNamed(name) == nil {
		panic(raise("TemplateRuntimeError", "No filter named %s.", repr(name)))
	}
	a.positional = a.positional[1:]
	out.items = e.each(e.items(v), func(item any) any { return e.filter(name, item, a) })
	return out
}

// chosen are the items of which a test of something of theirs comes out as wanted.
func (e *evaluator) chosen(v any, get func(any) any, a called, filter string, wanted bool) any {
	out := &sequence{name: "sync_do_" + filter, once: true}
	if !truth(v) {
		return out
	}
	test := func(item any) bool { return truth(item) }
	if len(a.positional) > 0 {
		name := e.str(a.positional[0])
		if testNamed(name) == nil {
			panic(raise("TemplateRuntimeError", "No test named %s.", repr(name)))
		}
		a.positional = a.positional[1:]
		test = func(item any) bool { return truth(e.test(name, item, a)) }
	}
	for _, item := range e.items(v) {
		e.spend(1)
		if test(get(item)) == wanted {
			e.take(sizeOfItem)
			out.items = append(out.items, item)
		}
	}
	return out
}
