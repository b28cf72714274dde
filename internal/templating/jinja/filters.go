package jinja

// filterOf is a filter of a value.
type filterOf func(e *evaluator, v any, a called) any

func (e *evaluator) filter(name string, v any, a called) any {
	defer e.down()()
	f := e.filterNamed(name)
	if f == nil {
		panic(raise("TemplateRuntimeError", "No filter named %s found.", repr(name)))
	}
	return f(e, v, a)
}

// filterNamed is the filter of a name, nil when there is none.
func (e *evaluator) filterNamed(name string) filterOf {
	if given := e.Filters[name]; given != nil {
		return func(e *evaluator, v any, a called) any {
			args := make([]any, len(a.positional))
			for i, arg := range a.positional {
				args[i] = e.plain(arg)
			}
			out, err := given(e.plain(v), args)
			if err != nil {
				panic(stop{err})
			}
			return e.value(out)
		}
	}
	for _, table := range []func(string) filterOf{textFilter, numberFilter, listFilter, chooseFilter, humanFilter, humanTimeFilter} {
		if f := table(name); f != nil {
			return f
		}
	}
	return nil
}

// soft is text that keeps its type, or any other value as text.
func (e *evaluator) soft(v any) (string, any) {
	if text, ok := asText(v); ok {
		return text, v
	}
	return e.str(v), ""
}

// method makes a filter of a method of text.
func method(name string) filterOf {
	m := textMethod(name)
	return func(e *evaluator, v any, a called) any {
		text, of := e.soft(v)
		return alike(of, m(e, text, of, a).(string))
	}
}

func argumentError(format string, args ...any) stop {
	return raise("FilterArgumentError", format, args...)
}
