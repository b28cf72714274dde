package prefect

import "github.com/reevehq/reeve/internal/prefect/decode"

// BlockTypeFilter selects block types.
type BlockTypeFilter struct {
	decode.Forbid
	Name *Like    `json:"name"`
	Slug *AnyText `json:"slug"`
}

// BlockSchemaFilter selects block schemas.
type BlockSchemaFilter struct {
	decode.Forbid
	Operator     Operator                       `json:"operator"`
	BlockTypeID  *AnyID                         `json:"block_type_id"`
	Capabilities *BlockSchemaFilterCapabilities `json:"block_capabilities"`
	ID           *AnyID                         `json:"id"`
	Version      *AnyText                       `json:"version"`
}

// BlockSchemaFilterCapabilities are capabilities that a schema must all have.
type BlockSchemaFilterCapabilities struct {
	decode.Forbid
	All []string `json:"all_" rule:"null"`
}

// BlockDocumentFilter selects block documents. One that does not speak of
// anonymous documents leaves them out; null for is_anonymous takes all.
type BlockDocumentFilter struct {
	decode.Forbid
	Operator    Operator                `json:"operator"`
	ID          *AnyID                  `json:"id"`
	IsAnonymous *BlockDocumentAnonymous `json:"is_anonymous"`
	BlockTypeID *AnyID                  `json:"block_type_id"`
	Name        *AnyLike                `json:"name"`
}

// Defaults implements decode.Defaulter.
func (f *BlockDocumentFilter) Defaults() { f.IsAnonymous = &BlockDocumentAnonymous{Eq: new(bool)} }

// BlockDocumentAnonymous selects anonymous documents, or those that are not.
type BlockDocumentAnonymous struct {
	decode.Forbid
	Eq *bool `json:"eq_"`
}

// Defaults implements decode.Defaulter: a criterion that is given starts empty.
func (f *BlockDocumentAnonymous) Defaults() { f.Eq = nil }

// BlockDocumentSort is an order of block documents.
type BlockDocumentSort string

// BlockDocumentNameAsc is the default order of block documents.
const BlockDocumentNameAsc BlockDocumentSort = "NAME_ASC"

// Values implements decode.Enum.
func (BlockDocumentSort) Values() []string {
	return []string{"NAME_DESC", "NAME_ASC", "BLOCK_TYPE_AND_NAME_ASC"}
}
