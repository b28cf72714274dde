package prefect

import (
	"encoding/json"
	"slices"
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
