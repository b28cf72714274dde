package prefect

import (
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// BlockType is a kind of block: what a class of blocks is called and looks like.
type BlockType struct {
	ID               uuid.UUID `json:"id"`
	Created          *Time     `json:"created"`
	Updated          *Time     `json:"updated"`
	Name             string    `json:"name"`
	Slug             string    `json:"slug"`
	LogoURL          *string   `json:"logo_url"`
	DocumentationURL *string   `json:"documentation_url"`
	Description      *string   `json:"description"`
	CodeExample      *string   `json:"code_example"`
	IsProtected      bool      `json:"is_protected"`
}

// BlockSchema is one version of the fields of a block type.
type BlockSchema struct {
	ID           uuid.UUID    `json:"id"`
	Created      *Time        `json:"created"`
	Updated      *Time        `json:"updated"`
	Checksum     string       `json:"checksum"`
	Fields       pyjson.Value `json:"fields"`
	BlockTypeID  uuid.UUID    `json:"block_type_id"`
	BlockType    *BlockType   `json:"block_type"`
	Capabilities []string     `json:"capabilities"`
	Version      string       `json:"version"`
}

// BlockDocument is a block: values for the fields of a schema. Data has the
// values of the documents it refers to in it.
type BlockDocument struct {
	ID            uuid.UUID               `json:"id"`
	Created       *Time                   `json:"created"`
	Updated       *Time                   `json:"updated"`
	Name          *string                 `json:"name"`
	Data          pyjson.Value            `json:"data"`
	BlockSchemaID uuid.UUID               `json:"block_schema_id"`
	BlockSchema   *BlockSchema            `json:"block_schema"`
	BlockTypeID   uuid.UUID               `json:"block_type_id"`
	BlockTypeName *string                 `json:"block_type_name"`
	BlockType     *BlockType              `json:"block_type"`
	References    BlockDocumentReferences `json:"block_document_references"`
	IsAnonymous   bool                    `json:"is_anonymous"`
}

// BlockDocumentReferences tell, by field, which documents a document refers to.
type BlockDocumentReferences map[string]BlockDocumentReference

// BlockDocumentReference is a document in the place of a field's value.
type BlockDocumentReference struct {
	BlockDocument struct {
		ID          uuid.UUID               `json:"id"`
		Name        *string                 `json:"name"`
		BlockType   *BlockType              `json:"block_type"`
		IsAnonymous bool                    `json:"is_anonymous"`
		References  BlockDocumentReferences `json:"block_document_references"`
	} `json:"block_document"`
}

// BlockTypeCreate is the body of POST /block_types/.
type BlockTypeCreate struct {
	decode.Action
	Name             string        `json:"name" rule:"required,pattern=name"`
	Slug             BlockTypeSlug `json:"slug" rule:"required"`
	LogoURL          *string       `json:"logo_url"`
	DocumentationURL *string       `json:"documentation_url"`
	Description      *string       `json:"description"`
	CodeExample      *string       `json:"code_example"`
}

// Check brings the values into the form in which they are kept: addresses
// without blanks around them, texts with their markup escaped.
func (b *BlockTypeCreate) Check(pyjson.Value, *decode.At) {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
	for _, address := range []**string{&b.LogoURL, &b.DocumentationURL} {
		changeText(address, strings.TrimSpace)
	}
	for _, text := range []**string{&b.Description, &b.CodeExample} {
		changeText(text, escape)
	}
}

func changeText(text **string, change func(string) string) {
	if *text != nil {
		changed := change(**text)
		*text = &changed
	}
}

// BlockTypeUpdate is the body of PATCH /block_types/{id}.
type BlockTypeUpdate struct {
	decode.Action
	LogoURL          *string `json:"logo_url"`
	DocumentationURL *string `json:"documentation_url"`
	Description      *string `json:"description"`
	CodeExample      *string `json:"code_example"`
}

// DefaultBlockSchemaVersion is the version of schemas that name none.
const DefaultBlockSchemaVersion = "non-versioned"

// BlockSchemaCreate is the body of POST /block_schemas/.
type BlockSchemaCreate struct {
	decode.Action
	Fields       BlockData `json:"fields"`
	BlockTypeID  uuid.UUID `json:"block_type_id" rule:"required"`
	Capabilities []string  `json:"capabilities"`
	Version      string    `json:"version"`
}

// Defaults implements decode.Defaulter.
func (b *BlockSchemaCreate) Defaults() {
	b.Fields, b.Capabilities, b.Version = emptyBlockData(), []string{}, DefaultBlockSchemaVersion
}

// BlockData is a JSON object, parsed.
type BlockData struct{ pyjson.Value }

func emptyBlockData() BlockData { return BlockData{pyjson.NewObject(nil)} }

// DecodeWire implements decode.Wire.
func (d *BlockData) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.Object {
		at.Fail("dict_type", "Input should be a valid dictionary", in, nil)
		return
	}
	d.Value = in
}

// BlockDocumentCreate is the body of POST /block_documents/.
type BlockDocumentCreate struct {
	decode.Action
	Name          *BlockDocumentName `json:"name"`
	Data          BlockData          `json:"data"`
	BlockSchemaID uuid.UUID          `json:"block_schema_id" rule:"required"`
	BlockTypeID   uuid.UUID          `json:"block_type_id" rule:"required"`
	IsAnonymous   bool               `json:"is_anonymous"`
}

// Defaults implements decode.Defaulter.
func (b *BlockDocumentCreate) Defaults() { b.Data = emptyBlockData() }

// Precheck implements decode.Prechecker: only anonymous documents may lack a name.
func (b *BlockDocumentCreate) Precheck(in pyjson.Value, at *decode.At) bool {
	name, _ := in.Get("name")
	anonymous, _ := in.Get("is_anonymous")
	if name.Truthy() || anonymous.Truthy() {
		return true
	}
	at.ValueError("Names must be provided for block documents.", in)
	return false
}

// BlockDocumentUpdate is the body of PATCH /block_documents/{id}.
type BlockDocumentUpdate struct {
	decode.Action
	BlockSchemaID     *uuid.UUID `json:"block_schema_id"`
	Data              BlockData  `json:"data"`
	MergeExistingData bool       `json:"merge_existing_data"`
}

// Defaults implements decode.Defaulter.
func (b *BlockDocumentUpdate) Defaults() { b.Data, b.MergeExistingData = emptyBlockData(), true }
