package jsonschema

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
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
	// Message is the sentence for people.
	Message string
	// Path leads to the place: strings for keys, ints for indices.
	Path []any
	// Keyword is the keyword of the schema that found it.
	Keyword string
	// Instance is the value at that place.
	Instance any

	schema  any
	context []*Fault
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
	v, err := Parse(metaText)
	if err != nil {
		panic("jsonschema: " + err.Error()) // a defect of the build
	}
	for _, root := range v.(List) {
		id, _ := root.(*Object).Get("$id")
		all[id.(string)] = &document{id.(string), root}
	}
	return all
})

const metaID = "https://json-schema.org/draft/2020-12/schema"

// CheckSchema checks a schema against the schema of schemas and gives the first
// fault; nil when it is one.
func CheckSchema(schema any) (*Fault, error) {
	meta := metaschemas()[metaID]
	faults, err := validate(meta, schema, true, 1)
	if err != nil || len(faults) == 0 {
		return nil, err
	}
	return faults[0], nil
}

// Validate gives all faults of a value, in order. formats says whether the
// keyword format counts.
func Validate(value, schema any, formats bool) ([]*Fault, error) {
	return validate(&document{root: schema}, value, formats, 0)
}

// validate stops after so many faults at the top; 0 for no bound.
func validate(doc *document, value any, formats bool, most int) (faults []*Fault, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case stop:
			err = p.err
		default:
			panic(p)
		}
	}()
	w := &walker{formats: formats}
	faults = w.descend(value, doc.root, doc)
	if most > 0 && len(faults) > most {
		faults = faults[:most]
	}
	return faults, nil
}

// stop ends a walk.
type stop struct{ err error }

type walker struct {
	formats bool
	depth   int
}

// descend gives the faults of a value under a schema of a document. Their paths
// start at the value.
func (w *walker) descend(value, schema any, doc *document) []*Fault {
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > maxDepth {
		panic(stop{ErrCircular})
	}
	switch s := schema.(type) {
	case bool:
		if s {
			return nil
		}
		return []*Fault{{Message: "False schema does not allow " + Repr(value), Instance: value, schema: schema}}
	case *Object:
		var all []*Fault
		for _, name := range s.keys {
			rule := keyword(name)
			if rule == nil {
				continue
			}
			for _, f := range rule(w, s.values[name], value, s, doc) {
				if f.schema == nil {
					if f.Keyword == "" {
						f.Keyword = name
					}
					f.Instance, f.schema = value, s
				}
				all = append(all, f)
			}
		}
		if p, ok := value.(Placeholder); ok {
			if message, wrong := p.Fault(); wrong {
				all = append(all, &Fault{Message: message, Keyword: PlaceholderKeyword, Instance: value, schema: s})
			}
		}
		return all
	}
	return nil
}

func (w *walker) valid(value, schema any, doc *document) bool {
	return len(w.descend(value, schema, doc)) == 0
}

// at puts a step in front of the paths of faults.
func at(step any, faults []*Fault) []*Fault {
	for _, f := range faults {
		f.Path = append([]any{step}, f.Path...)
	}
	return faults
}

// resolve finds what a reference of a document names.
func (w *walker) resolve(ref string, doc *document) (any, *document) {
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
			panic(stop{&UnresolvableError{"Unresolvable: " + ref}})
		}
		target = known
	}
	if fragment == "" {
		return target.root, target
	}
	if !strings.HasPrefix(fragment, "/") {
		if found := anchor(target.root, fragment, 0); found != nil {
			return found, target
		}
		panic(stop{&UnresolvableError{fmt.Sprintf("NoSuchAnchor: %s does not exist within %s", Quote(fragment), Repr(target.root))}})
	}
	found, ok := pointer(target.root, fragment)
	if !ok {
		panic(stop{&UnresolvableError{fmt.Sprintf("PointerToNowhere: %s does not exist within %s", Quote(fragment), Repr(target.root))}})
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

func anchor(v any, name string, depth int) any {
	if depth > maxDepth {
		return nil
	}
	switch v := v.(type) {
	case *Object:
		for _, key := range []string{"$anchor", "$dynamicAnchor"} {
			if have, _ := v.Get(key); have == any(name) {
				return v
			}
		}
		for _, key := range v.keys {
			if found := anchor(v.values[key], name, depth+1); found != nil {
				return found
			}
		}
	case List:
		for _, item := range v {
			if found := anchor(item, name, depth+1); found != nil {
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
