package orchestration

import (
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
)

// persisted reports whether a state's data is the description of a result that
// was stored: an object of another type than "unpersisted".
func persisted(s *prefect.State) bool {
	if len(s.Data) == 0 {
		return false
	}
	data, err := pyjson.Parse(s.Data)
	return err == nil && data.Kind() == pyjson.Object && len(data.Members()) > 0 && !unpersisted(data)
}

// carriesResult is persisted for a state that may replace another: an object
// without keys counts too.
func carriesResult(s *prefect.State) bool {
	if len(s.Data) == 0 {
		return false
	}
	data, err := pyjson.Parse(s.Data)
	return err == nil && data.Kind() == pyjson.Object && !unpersisted(data)
}

func unpersisted(data pyjson.Value) bool {
	kind, ok := data.Get("type")
	return data.Kind() == pyjson.Object && ok && kind.Kind() == pyjson.String && kind.Text() == "unpersisted"
}
