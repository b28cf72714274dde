package decode

import (
	"reflect"

	"github.com/reevehq/reeve/internal/pyjson"
)

// Kind is one of the types that a value may be of.
type Kind struct {
	// Label names the kind in the places of faults.
	Label string
	// Decode reads the value as one of the kind.
	Decode func(in pyjson.Value, at *At)
}

// Union reads a value that is of one of several kinds, as the reference's models do:
// it is of the kind of which it gives the most fields, of the first when there are
// several. It returns the kind's index; -1 when the value is of none of them, and
// then what each finds wrong is reported.
func (a *At) Union(in pyjson.Value, kinds []Kind) int {
	best, most := -1, -1
	var faults Issues
	for i, kind := range kinds {
		var issues Issues
		given := 0
		at := a.Key(kind.Label)
		at.issues, at.given = &issues, &given
		kind.Decode(in, at)
		switch {
		case len(issues) == 0 && given > most:
			best, most = i, given
		case len(issues) > 0 && best < 0 && len(faults) <= MostIssues:
			faults = append(faults, issues...)
		}
	}
	if best < 0 {
		a.Add(faults)
	} else {
		*a.given += most
	}
	return best
}

// Tagged decodes an object into the struct that dst points to, which has no field
// for the key "type": that has to be kind when it is given.
func (a *At) Tagged(in pyjson.Value, kind string, dst any) {
	decodeTagged(in, kind, reflect.ValueOf(dst).Elem(), a)
}

func checkKind(in pyjson.Value, kind string, at *At) {
	value, there := in.Get("type")
	if !there {
		return
	}
	*at.given++
	var text string
	decodeChoice(value, reflect.ValueOf(&text).Elem(), []string{kind}, "literal_error", at.Key("type"))
}

// Set reads a list whose items are told apart and returns each once, in the order
// in which they come first; ok is false when a fault was reported.
func Set(in pyjson.Value, at *At) (items []string, ok bool) {
	if in.Kind() != pyjson.Array {
		at.Fail("set_type", "Input should be a valid set", in, nil)
		return nil, false
	}
	before := at.Count()
	items = []string{}
	seen := map[string]bool{}
	for i, item := range in.Items() {
		if item.Kind() != pyjson.String {
			at.Key(i).Fail("string_type", "Input should be a valid string", item, nil)
			if at.Count() > MostIssues {
				break
			}
			continue
		}
		if !seen[item.Text()] {
			seen[item.Text()] = true
			items = append(items, item.Text())
		}
	}
	return items, at.Count() == before
}
