package jsonschema

import (
	_ "embed"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/pyjson"
)

// maxDepth bounds how deep schemas may lead into each other.
const maxDepth = 250

// ErrCircular says that a schema refers to itself without end.
var ErrCircular = errors.New("circular schema")

// UnresolvableError is a reference to something that is not there.
type UnresolvableError struct{ text string }

// Error implements error.
func (e *UnresolvableError) Error() string { return e.text }

// Fault is one thing that is wrong with a value.
type Fault struct {
	// Path leads to the place: strings for keys, ints for indices.
	Path []any
	// Keyword is the keyword of the schema that found it.
	Keyword string
	// Instance is the value at that place.
	Instance any

	sentence []any // its parts, see writer.part
	schema   any
	context  []*Fault
}

// Message is the sentence for people. It shows values, so that its length is
// drawn from a budget.
func (f *Fault) Message(b *budget.Budget) (string, error) {
	w := &writer{budget: b}
	for _, part := range f.sentence {
		w.part(part)
	}
	return string(w.text), w.err
}

// PlaceholderKeyword is the Keyword of faults that placeholders tell of.
const PlaceholderKeyword = "_placeholders"

//go:embed draft2020-12.json
var metaText []byte

type document struct {
	id   string
	root any
}

var metaschemas = sync.OnceValue(func() map[string]*document {
	all := map[string]*document{}
	v, err := pyjson.Parse(metaText)
	if err != nil {
		panic("jsonschema: " + err.Error()) // a defect of the build
	}
	for _, root := range fromJSON(v).(List) {
		id, _ := root.(*Object).Get("$id")
		all[id.(string)] = &document{id.(string), root}
	}
	return all
})

const metaID = "https://json-schema.org/draft/2020-12/schema"

// CheckSchema checks a schema against the schema of schemas and gives the first
// fault; nil when it is one.
func CheckSchema(b *budget.Budget, schema any) (*Fault, error) {
	meta := metaschemas()[metaID]
	faults, err := (&walker{budget: b, formats: true, first: true}).validate(meta, schema)
	if err != nil || len(faults) == 0 {
		return nil, err
	}
	return faults[0], nil
}

// Validate returns all faults of a value, in order. formats says whether the
// keyword format counts.
func Validate(b *budget.Budget, value, schema any, formats bool) ([]*Fault, error) {
	return (&walker{budget: b, formats: formats}).validate(&document{root: schema}, value)
}

func (w *walker) validate(doc *document, value any) (faults []*Fault, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case stop:
			err = p.err
		default:
			panic(p)
		}
	}()
	return w.descend(value, doc.root, doc), nil
}

// stop ends a walk.
type stop struct{ err error }

// walker checks one value. It remembers what it has found out: schemas refer to
// each other, and a value would be checked by the same one many times.
type walker struct {
	budget  *budget.Budget
	formats bool
	// first is set while only the first fault counts.
	first bool
	depth int

	found    map[visit][]*Fault
	places   map[place]resolved
	patterns map[string]compiledPattern
}

// visit is a schema of a document that looks at a value.
type visit struct {
	value  any // its identity
	schema *Object
	doc    *document
	first  bool // whether only the first fault was looked for
}

// sizeOfVisit is what it takes to remember a visit, in bytes.
const sizeOfVisit = 160

// identity tells containers apart by where they are, and other values by what
// they are.
func identity(v any) any {
	list, ok := v.(List)
	if !ok {
		return v
	}
	if len(list) == 0 {
		return [0]any{}
	}
	return &list[0]
}

// spend takes steps, take takes bytes; a walk ends when there are none left.
func (w *walker) spend(n int) {
	if err := w.budget.Step(int64(n)); err != nil {
		panic(stop{err})
	}
}

func (w *walker) take(n int) {
	if err := w.budget.Take(int64(n)); err != nil {
		panic(stop{err})
	}
}

// descend returns the faults of a value under a schema of a document. Their paths
// start at the value. They may be those of an earlier visit: they are not changed.
func (w *walker) descend(value, schema any, doc *document) []*Fault {
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > maxDepth {
		panic(stop{ErrCircular})
	}
	w.spend(1)
	switch s := schema.(type) {
	case bool:
		if s {
			return nil
		}
		return []*Fault{{sentence: []any{"False schema does not allow ", shown{value}}, Instance: value, schema: schema}}
	case *Object:
		return w.apply(value, s, doc)
	}
	return nil
}

func (w *walker) apply(value any, s *Object, doc *document) []*Fault {
	var all []*Fault
	for _, name := range s.keys {
		w.spend(1)
		rule := keyword(name)
		if rule == nil {
			continue
		}
		faults := rule(w, s.values[name], value, s, doc)
		w.spend(len(faults))
		w.take(len(faults) * sizeOfValue)
		for _, f := range faults {
			if f.schema == nil {
				if f.Keyword == "" {
					f.Keyword = name
				}
				f.Instance, f.schema = value, s
			}
			if all = append(all, f); w.first {
				return all
			}
		}
	}
	if p, ok := value.(Placeholder); ok {
		if message, wrong := p.Fault(); wrong {
			all = append(all, &Fault{sentence: []any{message}, Keyword: PlaceholderKeyword, Instance: value, schema: s})
		}
	}
	return all
}

// refer is descend for a schema that may be asked about a value many times.
func (w *walker) refer(value, schema any, doc *document) []*Fault {
	s, ok := schema.(*Object)
	if !ok {
		return w.descend(value, schema, doc)
	}
	at := visit{identity(value), s, doc, w.first}
	faults, known := w.found[at]
	if known {
		w.spend(1)
		return faults
	}
	faults = w.descend(value, schema, doc)
	w.take(sizeOfVisit)
	if w.found == nil {
		w.found = map[visit][]*Fault{}
	}
	w.found[at] = faults
	return faults
}

// valid reports whether a value has no faults. It stops at the first.
func (w *walker) valid(value, schema any, doc *document) bool {
	before := w.first
	w.first = true
	faults := w.refer(value, schema, doc)
	w.first = before
	return len(faults) == 0
}

// inside is descend for a value within another, at a step. As with Python's
// jsonschema, what the schema false refuses has no step.
func (w *walker) inside(step, value, schema any, doc *document) []*Fault {
	faults := w.descend(value, schema, doc)
	if schema == any(false) {
		return faults
	}
	return w.at(step, faults)
}

// at returns faults with a step in front of their paths.
func (w *walker) at(step any, faults []*Fault) []*Fault {
	if len(faults) == 0 {
		return nil
	}
	out := make([]*Fault, len(faults))
	for i, f := range faults {
		w.spend(1)
		w.take(sizeOfObject + 16*len(f.Path))
		moved := *f
		moved.Path = append(append(make([]any, 0, len(f.Path)+1), step), f.Path...)
		out[i] = &moved
	}
	return out
}

// place is a reference in a document, resolved is what is there.
type (
	place struct {
		ref string
		doc *document
	}
	resolved struct {
		schema any
		doc    *document
	}
)

// resolve finds what a reference of a document names.
func (w *walker) resolve(ref string, doc *document) (any, *document) {
	w.spend(1)
	known, ok := w.places[place{ref, doc}]
	if !ok {
		schema, target := w.locate(ref, doc)
		known = resolved{schema, target}
		if w.places == nil {
			w.places = map[place]resolved{}
		}
		w.places[place{ref, doc}] = known
	}
	return known.schema, known.doc
}

func (w *walker) locate(ref string, doc *document) (any, *document) {
	base, fragment, _ := strings.Cut(ref, "#")
	target := doc
	if base != "" {
		full := base
		if !strings.Contains(base, "://") && strings.HasPrefix(doc.id, metaID[:len("https://json-schema.org/draft/2020-12/")]) {
			full = "https://json-schema.org/draft/2020-12/" + base
		}
		known, ok := metaschemas()[full]
		if id, _ := rootID(doc); !ok && id == base {
			known, ok = doc, true
		}
		if !ok {
			panic(w.unresolvable("Unresolvable: " + ref))
		}
		target = known
	}
	if fragment == "" {
		return target.root, target
	}
	if !strings.HasPrefix(fragment, "/") {
		if found := w.anchor(target.root, fragment); found != nil {
			return found, target
		}
		panic(w.unresolvable("NoSuchAnchor: ", shown{fragment}, " does not exist within ", shown{target.root}))
	}
	w.spend(len(fragment))
	found, ok := pointer(target.root, fragment)
	if !ok {
		panic(w.unresolvable("PointerToNowhere: ", shown{fragment}, " does not exist within ", shown{target.root}))
	}
	return found, target
}

func rootID(doc *document) (string, bool) {
	o, ok := doc.root.(*Object)
	if !ok {
		return "", false
	}
	id, _ := o.Get("$id")
	text, ok := id.(string)
	return text, ok
}

func (w *walker) unresolvable(sentence ...any) stop {
	text, err := (&Fault{sentence: sentence}).Message(w.budget)
	if err != nil {
		return stop{err}
	}
	return stop{&UnresolvableError{text}}
}

// anchor finds the schema that has a name. The depth of a document is its parser's.
func (w *walker) anchor(v any, name string) any {
	w.spend(1)
	switch v := v.(type) {
	case *Object:
		for _, key := range []string{"$anchor", "$dynamicAnchor"} {
			if have, _ := v.Get(key); have == any(name) {
				return v
			}
		}
		for _, key := range v.keys {
			if found := w.anchor(v.values[key], name); found != nil {
				return found
			}
		}
	case List:
		for _, item := range v {
			if found := w.anchor(item, name); found != nil {
				return found
			}
		}
	}
	return nil
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

func pointer(v any, path string) (any, bool) {
	for _, part := range strings.Split(path[1:], "/") {
		part = unescape.Replace(percent(part))
		switch in := v.(type) {
		case *Object:
			next, ok := in.Get(part)
			if !ok {
				return nil, false
			}
			v = next
		case List:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(in) {
				return nil, false
			}
			v = in[i]
		default:
			return nil, false
		}
	}
	return v, true
}

var percentCode = regexp.MustCompile(`%[0-9a-fA-F]{2}`)

func percent(text string) string {
	return percentCode.ReplaceAllStringFunc(text, func(code string) string {
		n, _ := strconv.ParseUint(code[1:], 16, 8) // two hex digits
		return string([]byte{byte(n)})
	})
}
