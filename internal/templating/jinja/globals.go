package jinja

// largestRange is how many steps a range may have; it is the reference's.
const largestRange = 100

// global is a name that every template knows, nil when there is none.
func global(name string) any {
	switch name {
	case "range":
		return &function{"function range", func(_ *evaluator, a called) any { return newSpan(a) }}
	case "dict":
		return &function{"class 'dict'", (*evaluator).newDict}
	case "namespace":
		return &function{"class 'jinja2.utils.Namespace'", func(e *evaluator, a called) any {
			return &namespace{e.newDict(a).(*dict)}
		}}
	case "cycler":
		return &function{"class 'jinja2.utils.Cycler'", func(_ *evaluator, a called) any { return newCycler(a) }}
	case "joiner":
		return &function{"class 'jinja2.utils.Joiner'", func(_ *evaluator, a called) any {
			separator, used := a.at(0, "sep", ", "), false
			return &function{"joiner", func(*evaluator, called) any {
				if !used {
					used = true
					return ""
				}
				return separator
			}}
		}}
	}
	return nil
}

func newSpan(a called) any {
	for _, name := range a.names {
		panic(raise("TypeError", "_check_template_range() got an unexpected keyword argument %s", repr(name)))
	}
	n := make([]int, len(a.positional))
	for i := range n {
		n[i] = a.integer(i, "", 0)
	}
	s := &span{step: 1}
	switch len(n) {
	case 1:
		s.stop = n[0]
	case 2, 3:
		if s.start, s.stop = n[0], n[1]; len(n) == 3 {
			s.step = n[2]
		}
	default:
		panic(raise("TypeError", "range expected at least 1 argument, got %d", len(n)))
	}
	switch {
	case s.step == 0:
		panic(raise("ValueError", "range() arg 3 must not be zero"))
	case s.step > 0 && s.stop > s.start:
		s.length = (s.stop - s.start + s.step - 1) / s.step
	case s.step < 0 && s.stop < s.start:
		s.length = (s.start - s.stop - s.step - 1) / -s.step
	}
	if s.length > largestRange {
		panic(raise("OverflowError", "Range too big. The sandbox blocks ranges larger than MAX_TEMPLATE_RANGE=%d.", largestRange))
	}
	return s
}

func (e *evaluator) newDict(a called) any {
	d := newDict()
	put := func(key, v any) {
		e.take(sizeOfEntry)
		d.set(e.hash(key), key, v)
	}
	if len(a.positional) > 0 {
		if from, ok := a.positional[0].(*dict); ok {
			for _, key := range from.keys {
				put(key, from.values[e.hash(key)])
			}
		} else {
			for i, pair := range e.items(a.positional[0]) {
				two := e.items(pair)
				if len(two) != 2 {
					panic(raise("ValueError", "dictionary update sequence element #%d has length %d; 2 is required", i, len(two)))
				}
				put(two[0], two[1])
			}
		}
	}
	for _, name := range a.names {
		put(name, a.named[name])
	}
	return d
}

// newCycler makes a cycler: an object with current, next and reset.
func newCycler(a called) any {
	if len(a.positional) == 0 {
		panic(raise("RuntimeError", "at least one item has to be provided"))
	}
	at := 0
	d := newDict()
	method := func(name string, call func() any) {
		d.set("s"+name, name, &function{name, func(*evaluator, called) any { return call() }})
	}
	d.set("scurrent", "current", a.positional[0])
	method("next", func() any {
		v := a.positional[at]
		at = (at + 1) % len(a.positional)
		d.set("scurrent", "current", a.positional[at])
		return v
	})
	method("reset", func() any {
		at = 0
		d.set("scurrent", "current", a.positional[0])
		return nil
	})
	return &namespace{d}
}
