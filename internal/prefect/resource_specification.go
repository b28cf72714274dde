package prefect

import (
	"encoding/json"
	"slices"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// ResourceSpecification are patterns that the labels of a resource have to match: of
// each label at least one. None match every resource.
type ResourceSpecification map[string]Patterns

// Patterns are what the value of a label may be, one of Any: * and ? stand for any
// characters or for one, a leading ! negates.
type Patterns struct {
	Any []string
	// Listed says that the client sent a list, which is given back as one.
	Listed bool
}

// ResourceSpecifications each have to match a related resource of the event. One is
// written as an object, several as a list.
type ResourceSpecifications struct {
	All []ResourceSpecification
	// Listed says that the client sent a list, which is given back as one.
	Listed bool
}

// MarshalJSON implements json.Marshaler: no patterns are {}.
func (s ResourceSpecification) MarshalJSON() ([]byte, error) {
	if s == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]Patterns(s))
}

// MatchesEvery reports whether the specification matches every resource whose id
// begins with a kind, such as "prefect.flow-run".
func (s ResourceSpecification) MatchesEvery(kind string) bool {
	if len(s) == 0 {
		return true
	}
	return len(s) == 1 && slices.Contains(s[ResourceID].Any, kind+".*")
}

// MarshalJSON implements json.Marshaler.
func (p Patterns) MarshalJSON() ([]byte, error) {
	if len(p.Any) == 1 && !p.Listed {
		return json.Marshal(p.Any[0])
	}
	return json.Marshal(p.Any)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Patterns) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*p = Patterns{Any: []string{""}}
		return json.Unmarshal(data, &p.Any[0])
	}
	p.Listed = true
	return json.Unmarshal(data, &p.Any)
}

// MarshalJSON implements json.Marshaler.
func (s ResourceSpecifications) MarshalJSON() ([]byte, error) {
	switch {
	case s.Listed:
		return json.Marshal(s.All)
	case len(s.All) == 0:
		return []byte("{}"), nil
	}
	return json.Marshal(s.All[0])
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *ResourceSpecifications) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		s.Listed = true
		return json.Unmarshal(data, &s.All)
	}
	s.All = make([]ResourceSpecification, 1)
	return json.Unmarshal(data, &s.All[0])
}

// The names by which the reference tells what a specification may be.
const (
	oneSpecification   = "ResourceSpecification"
	oneAsDictionary    = "dict[str,union[str,list[str]]]"
	manySpecifications = "list[union[" + oneSpecification + "," + oneAsDictionary + "]]"
)

// DecodeWire implements decode.Wire.
func (s *ResourceSpecification) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.Object {
		noSpecification(in, at)
		return
	}
	spec := make(ResourceSpecification, len(in.Members()))
	for _, m := range in.Members() {
		var p Patterns
		p.DecodeWire(m.Value, at.Key(m.Key))
		spec[m.Key] = p
		if at.Count() > decode.MostIssues {
			return
		}
	}
	*s = spec
}

func noSpecification(in pyjson.Value, at *decode.At) {
	for _, label := range []string{oneSpecification, oneAsDictionary} {
		at.Key(label).Fail("dict_type", "Input should be a valid dictionary", in, nil)
	}
}

// DecodeWire implements decode.Wire.
func (p *Patterns) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() == pyjson.String {
		*p = Patterns{Any: []string{in.Text()}}
		return
	}
	var faults decode.Issues
	var list []string
	at.Key("list[str]").Apart(&faults).Decode(in, &list)
	if len(faults) > 0 {
		at.Key("str").Fail("string_type", "Input should be a valid string", in, nil)
		at.Add(faults)
		return
	}
	*p = Patterns{Any: list, Listed: true}
}

// DecodeWire implements decode.Wire.
func (s *ResourceSpecifications) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() == pyjson.Object {
		s.All, s.Listed = make([]ResourceSpecification, 1), false
		s.All[0].DecodeWire(in, at)
		return
	}
	if in.Kind() != pyjson.Array {
		noSpecification(in, at)
		at.Key(manySpecifications).Fail("list_type", "Input should be a valid list", in, nil)
		return
	}
	specs := make([]ResourceSpecification, len(in.Items()))
	var none []int
	for i, item := range in.Items() {
		if item.Kind() != pyjson.Object {
			none = append(none, i)
			continue
		}
		before := at.Count()
		if specs[i].DecodeWire(item, at); at.Count() > before {
			return // the first that is at fault is told of, without its place
		}
	}
	if len(none) > 0 {
		noSpecification(in, at)
		for _, i := range none {
			noSpecification(in.Items()[i], at.Key(manySpecifications).Key(i))
			if at.Count() > decode.MostIssues {
				return
			}
		}
		return
	}
	s.All, s.Listed = specs, true
}
