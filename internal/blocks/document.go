package blocks

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// DocumentReference says that a field of a document holds another document.
type DocumentReference struct {
	Field string
	ID    uuid.UUID
}

// TakeApart separates the references of a document, {"$ref":
// {"block_document_id": …}} in the place of a value, from the rest of its data.
// It fails with fault.BadRequest when a reference names no document.
func TakeApart(data pyjson.Value) (rest pyjson.Value, references []DocumentReference, err error) {
	var members []pyjson.Member
	for _, m := range data.Members() {
		ref, ok := m.Value.Get("$ref")
		if !ok {
			members = append(members, m)
			continue
		}
		id, ok := ref.Get("block_document_id")
		if !ok || id.IsNull() {
			return rest, nil, fault.New(fault.BadRequest, "Received block reference without a block_document_id in key %s", m.Key)
		}
		parsed, reason := decode.ParseUUID(id.Text())
		if id.Kind() != pyjson.String || reason != "" {
			return rest, nil, fault.New(fault.BadRequest, "The block_document_id in key %s is not a valid UUID", m.Key)
		}
		references = append(references, DocumentReference{m.Key, parsed})
	}
	return pyjson.NewObject(members), references, nil
}

// Merge sets the keys of an update in the current data.
func Merge(current, update pyjson.Value) pyjson.Value {
	return current.Merge(update.Members())
}

// WouldFormRing reports whether a reference from parent to target would close a
// ring; children gives the documents that one refers to.
func WouldFormRing(parent, target uuid.UUID, children func(uuid.UUID) ([]uuid.UUID, error)) (bool, error) {
	seen := map[uuid.UUID]bool{}
	open := []uuid.UUID{target}
	for len(open) > 0 {
		id := open[len(open)-1]
		open = open[:len(open)-1]
		if id == parent {
			return true, nil
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		next, err := children(id)
		if err != nil {
			return false, err
		}
		open = append(open, next...)
	}
	return false, nil
}
