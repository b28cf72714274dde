// Package decode turns JSON request bodies into Go structs the way the
// reference server's models do: the same coercions, the same defaults for what
// is not given, and for bad input the same list of issues that clients see as
// exception_detail in a 422.
//
// A struct describes a body by its fields. The json tag names a field; the
// optional rule tag holds, separated by commas:
//
//	required          a missing key is an issue
//	hidden            taken from old clients; the document does not tell of it
//	present           a pointer that is never nil in an answer, as the document tells
//	null              null is accepted for a slice or map (a pointer always accepts it)
//	ge=0 le=10 gt=0   bounds of a number
//	min=1 max=2000    bounds of a string's or list's length
//	pattern=name      a pattern of the patterns table
//
// Defaults are set by a Defaults method on the pointer, called before decoding.
// A Check method on the pointer, called after a struct decoded without issue,
// holds rules over several fields. Embedding Forbid refuses unknown keys;
// embedding Given records which keys were given, for updates that tell "not
// given" from null; Action embeds both. A type decodes itself by implementing
// Wire.
package decode

import (
	"reflect"
	"slices"

	"github.com/reevehq/reeve/internal/pyjson"
)

// Issue is one fault of a body, in the form clients see.
type Issue struct {
	Type  string         `json:"type"`
	Loc   []any          `json:"loc"`
	Msg   string         `json:"msg"`
	Input any            `json:"input"`
	Ctx   map[string]any `json:"ctx,omitempty"`
}

// Issues are all faults of one body; as an error it stands for a 422.
type Issues []Issue

// Error implements error with the first fault.
func (i Issues) Error() string {
	if len(i) == 0 {
		return "invalid request"
	}
	return i[0].Msg
}

// Wire is implemented, on the pointer, by types that decode themselves.
type Wire interface {
	DecodeWire(in pyjson.Value, at *At)
}

// Enum is implemented by string types with a fixed set of values; an unknown
// one is an issue of type "enum".
type Enum interface{ Values() []string }

// Literal is Enum for values that the contract declares as literals: the issue
// is then of type "literal_error".
type Literal interface{ Literals() []string }

// Defaulter sets what holds when a key is not given.
type Defaulter interface{ Defaults() }

// Checker holds the rules over several fields of a struct.
type Checker interface{ Check(in pyjson.Value, at *At) }

// Rewriter changes the input of a struct before it is decoded.
type Rewriter interface {
	Rewrite(in pyjson.Value) pyjson.Value
}

// Prechecker holds a rule that is looked at before a struct is decoded; when it
// reports a fault and gives false nothing else is looked at.
type Prechecker interface {
	Precheck(in pyjson.Value, at *At) bool
}

// Forbid, embedded, refuses unknown keys.
type Forbid struct{}

// Embedded, embedded, marks a body whose keys are separate parameters of an
// operation: null counts as not given, and a body that is no object lacks them
// all.
type Embedded struct{}

// Given, embedded, records which keys were given.
type Given struct{ keys map[string]struct{} }

// Has reports whether the key was in the input, null included.
func (g Given) Has(key string) bool {
	_, ok := g.keys[key]
	return ok
}

// Mark records a key as given: for updates made by the server itself.
func (g *Given) Mark(keys ...string) {
	if g.keys == nil {
		g.keys = make(map[string]struct{}, len(keys))
	}
	for _, k := range keys {
		g.keys[k] = struct{}{}
	}
}

// Action, embedded, is the base of create and update bodies: unknown keys are
// refused and given ones recorded.
type Action struct {
	Forbid
	Given
}

// At is a place in a body; faults are reported to it.
type At struct {
	loc    []any
	issues *Issues
	// given counts the fields that were in the input, see Union.
	given *int
	env   any
}

// Key is the place of a key or index (a string or an int) below a.
func (a *At) Key(key any) *At {
	loc := make([]any, len(a.loc), len(a.loc)+1)
	copy(loc, a.loc)
	return &At{append(loc, key), a.issues, a.given, a.env}
}

// Below reports whether the place is below a key of that name.
func (a *At) Below(key string) bool { return slices.Contains(a.loc, any(key)) }

// Env is what IntoWith was given, nil without.
func (a *At) Env() any { return a.env }

// Fail reports a fault. ctx may be nil.
func (a *At) Fail(typ, msg string, in pyjson.Value, ctx map[string]any) {
	*a.issues = append(*a.issues, Issue{typ, a.loc, msg, in, ctx})
}

// ValueError reports a broken rule in the form the reference's validators give.
func (a *At) ValueError(msg string, in pyjson.Value) {
	a.Fail("value_error", "Value error, "+msg, in, map[string]any{"error": struct{}{}})
}

// Count is the number of faults so far in the whole body.
func (a *At) Count() int { return len(*a.issues) }

// Into decodes in into the struct dst points to; loc is the place named in
// issues, usually "body".
func Into(in pyjson.Value, dst any, loc ...any) Issues { return IntoWith(nil, in, dst, loc...) }

// IntoWith is Into with something that types which decode themselves need, and find
// by At.Env.
func IntoWith(env any, in pyjson.Value, dst any, loc ...any) Issues {
	if loc == nil {
		loc = []any{}
	}
	var issues Issues
	at := &At{loc, &issues, new(int), env}
	at.Decode(in, dst)
	return issues
}

// IsEmbedded reports whether dst, a pointer to a struct, is a body of separate
// parameters (see Embedded).
func IsEmbedded(dst any) bool {
	t := reflect.TypeOf(dst).Elem()
	return t.Kind() == reflect.Struct && planOf(t).embedded
}

// Decode decodes in into what dst points to and reports to a.
func (a *At) Decode(in pyjson.Value, dst any) {
	v := reflect.ValueOf(dst).Elem()
	decodeValue(in, v, noRules, a)
}

// Try decodes in into dst and keeps the faults apart: for unions.
func (a *At) Try(in pyjson.Value, dst any, key any) Issues {
	var issues Issues
	at := a.Key(key)
	at.issues = &issues
	at.Decode(in, dst)
	return issues
}

// Apart is the same place, but faults go to issues: for unions.
func (a *At) Apart(issues *Issues) *At { return &At{a.loc, issues, a.given, a.env} }

// Add reports faults found by Try.
func (a *At) Add(issues Issues) { *a.issues = append(*a.issues, issues...) }
