package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) blockDocumentRoutes() []rest.Route {
	return a.withCatalogue([]rest.Route{
		rest.Post("/block_documents/", "create_block_document_block_documents__post", a.createBlockDocument).With(http.StatusCreated),
		rest.Ask("/block_documents/{id}", "read_block_document_by_id_block_documents__id__get", a.readBlockDocument),
		rest.Change(http.MethodPatch, "/block_documents/{id}", "update_block_document_data_block_documents__id__patch", a.updateBlockDocument),
		rest.Delete("/block_documents/{id}", "delete_block_document_block_documents__id__delete", a.deleteBlockDocument),
		rest.Post("/block_documents/filter", "read_block_documents_block_documents_filter_post", a.filterBlockDocuments),
		rest.Post("/block_documents/count", "count_block_documents_block_documents_count_post", a.countBlockDocuments),
	})
}

func (a *API) createBlockDocument(r *http.Request, in *prefect.BlockDocumentCreate) (*prefect.BlockDocument, error) {
	return update(a, r, func(tx *store.Tx) (*prefect.BlockDocument, error) { return tx.CreateBlockDocument(in) })
}

// blockDocumentQuestion says whether secrets are shown.
type blockDocumentQuestion struct {
	IncludeSecrets bool `json:"include_secrets"`
}

func (a *API) readBlockDocument(r *http.Request, in *blockDocumentQuestion) (*prefect.BlockDocument, error) {
	return find(a, r, "Block document", func(tx *store.Tx) (*prefect.BlockDocument, error) {
		return tx.ReadBlockDocument(rest.ID(r, "id"), in.IncludeSecrets)
	})
}

func (a *API) readBlockDocumentByName(r *http.Request, in *blockDocumentQuestion) (*prefect.BlockDocument, error) {
	return find(a, r, "Block document", func(tx *store.Tx) (*prefect.BlockDocument, error) {
		return tx.ReadBlockDocumentByName(r.PathValue("slug"), r.PathValue("block_document_name"), in.IncludeSecrets)
	})
}

func (a *API) readBlockDocumentsOfType(r *http.Request, in *blockDocumentQuestion) ([]*prefect.BlockDocument, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.BlockDocument, error) {
		t, err := tx.ReadBlockTypeBySlug(r.PathValue("slug"))
		if err != nil {
			return nil, err
		}
		if t == nil {
			return nil, rest.Missing("Block type")
		}
		ofType := &prefect.BlockDocumentFilter{}
		ofType.Defaults()
		ofType.BlockTypeID = &prefect.AnyID{Any: []uuid.UUID{t.ID}}
		return tx.FilterBlockDocuments(&store.BlockDocumentQuery{Documents: ofType, Sort: prefect.BlockDocumentNameAsc,
			Page: prefect.Page{Limit: -1}, Secrets: in.IncludeSecrets})
	})
}

func (a *API) updateBlockDocument(r *http.Request, in *prefect.BlockDocumentUpdate) error {
	return a.change(r, "Block document", func(tx *store.Tx) (bool, error) {
		return tx.UpdateBlockDocument(rest.ID(r, "id"), in)
	})
}

func (a *API) deleteBlockDocument(r *http.Request) error {
	return a.change(r, "Block document", func(tx *store.Tx) (bool, error) { return tx.DeleteBlockDocument(rest.ID(r, "id")) })
}

type blockDocumentFilters struct {
	BlockDocuments *prefect.BlockDocumentFilter `json:"block_documents"`
	BlockTypes     *prefect.BlockTypeFilter     `json:"block_types"`
	BlockSchemas   *prefect.BlockSchemaFilter   `json:"block_schemas"`
}

type blockDocumentQuery struct {
	decode.Embedded
	rest.Sized
	blockDocumentFilters
	IncludeSecrets bool                      `json:"include_secrets"`
	Sort           prefect.BlockDocumentSort `json:"sort"`
	Offset         int                       `json:"offset" rule:"ge=0"`
}

// Defaults implements decode.Defaulter.
func (q *blockDocumentQuery) Defaults() { q.Sort = prefect.BlockDocumentNameAsc }

func (a *API) filterBlockDocuments(r *http.Request, in *blockDocumentQuery) ([]*prefect.BlockDocument, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.BlockDocument, error) {
		return tx.FilterBlockDocuments(&store.BlockDocumentQuery{Documents: in.BlockDocuments, Types: in.BlockTypes, Schemas: in.BlockSchemas,
			Sort: in.Sort, Page: in.From(in.Offset), Secrets: in.IncludeSecrets})
	})
}

type blockDocumentCount struct {
	decode.Embedded
	blockDocumentFilters
}

func (a *API) countBlockDocuments(r *http.Request, in *blockDocumentCount) (int, error) {
	return view(a, r, func(tx *store.Tx) (int, error) {
		return tx.CountBlockDocuments(&store.BlockDocumentQuery{Documents: in.BlockDocuments, Types: in.BlockTypes, Schemas: in.BlockSchemas})
	})
}
