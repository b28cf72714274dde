package events

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/blocks"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
)

type blockDocumentType struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

type blockDocumentSchema struct {
	Capabilities []string          `json:"capabilities"`
	BlockType    blockDocumentType `json:"block_type"`
}

// BlockDocument is the event prefect.block-document.<action>, of a document
// whose secrets are hidden; its payload has the texts that are no secrets.
// Nothing is told of anonymous documents: the result is then nil.
func BlockDocument(action Action, d *prefect.BlockDocument, id uuid.UUID, now time.Time) *prefect.Event {
	if d.IsAnonymous {
		return nil
	}
	var secrets []string
	typ := blockDocumentType{ID: d.BlockTypeID}
	if d.BlockTypeName != nil {
		typ.Name = *d.BlockTypeName
	}
	var schema *blockDocumentSchema
	if d.BlockSchema != nil {
		secrets = blocks.SecretFields(d.BlockSchema.Fields)
		schema = &blockDocumentSchema{d.BlockSchema.Capabilities, typ}
	}
	data := map[string]string{}
	for _, m := range d.Data.Members() {
		if m.Value.Kind() == pyjson.String && !slices.Contains(secrets, m.Key) {
			data[m.Key] = m.Value.Text()
		}
	}
	typeResource := relatedResource("block-type", d.BlockTypeID, "block-type")
	if typ.Name != "" {
		typeResource[prefect.ResourceName] = typ.Name
	}
	name := ""
	if d.Name != nil {
		name = *d.Name
	}
	return lifecycle("block-document", action, d.ID, name, struct {
		Name        *string              `json:"name"`
		Data        map[string]string    `json:"data"`
		BlockSchema *blockDocumentSchema `json:"block_schema"`
	}{d.Name, data, schema}, []prefect.Resource{typeResource, relatedResource("block-schema", d.BlockSchemaID, "block-schema")}, id, now)
}
