package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) blockDocumentRoutes() []Route {
	return a.withCatalogue([]Route{
		{http.MethodPost, "/block_documents/", "create_block_document_block_documents__post", a.createBlockDocument},
		{http.MethodGet, "/block_documents/{id}", "read_block_document_by_id_block_documents__id__get", a.readBlockDocument},
		{http.MethodPatch, "/block_documents/{id}", "update_block_document_data_block_documents__id__patch", a.updateBlockDocument},
		{http.MethodDelete, "/block_documents/{id}", "delete_block_document_block_documents__id__delete", a.deleteBlockDocument},
		{http.MethodPost, "/block_documents/filter", "read_block_documents_block_documents_filter_post", a.filterBlockDocuments},
		{http.MethodPost, "/block_documents/count", "count_block_documents_block_documents_count_post", a.countBlockDocuments},
	})
}

func (a *API) createBlockDocument(w http.ResponseWriter, r *http.Request) error {
	var in prefect.BlockDocumentCreate
	if err := body(r, &in); err != nil {
		return err
	}
	var d *prefect.BlockDocument
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		d, err = tx.CreateBlockDocument(&in)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusCreated, d)
	return nil
}

// includeSecrets reads the query parameter include_secrets.
func includeSecrets(r *http.Request) (bool, error) {
	const name = "include_secrets"
	if !r.URL.Query().Has(name) {
		return false, nil
	}
	var given bool
	issues := decode.Into(pyjson.NewString(r.URL.Query().Get(name)), &given, "query", name)
	if len(issues) > 0 {
		return false, &invalidBody{issues, nil}
	}
	return given, nil
}

func (a *API) readBlockDocument(w http.ResponseWriter, r *http.Request) error {
	secrets, err := includeSecrets(r)
	if err != nil {
		return err
	}
	return read(a, w, r, "Block document", func(tx *store.Tx) (*prefect.BlockDocument, error) {
		return tx.ReadBlockDocument(pathID(r, "id"), secrets)
	})
}

func (a *API) readBlockDocumentByName(w http.ResponseWriter, r *http.Request) error {
	secrets, err := includeSecrets(r)
	if err != nil {
		return err
	}
	return read(a, w, r, "Block document", func(tx *store.Tx) (*prefect.BlockDocument, error) {
		return tx.ReadBlockDocumentByName(r.PathValue("slug"), r.PathValue("block_document_name"), secrets)
	})
}

func (a *API) readBlockDocumentsOfType(w http.ResponseWriter, r *http.Request) error {
	secrets, err := includeSecrets(r)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.BlockDocument, error) {
		t, err := tx.ReadBlockTypeBySlug(r.PathValue("slug"))
		if err != nil {
			return nil, err
		}
		if t == nil {
			return nil, missing("Block type")
		}
		ofType := &prefect.BlockDocumentFilter{}
		ofType.Defaults()
		ofType.BlockTypeID = &prefect.AnyID{Any: []uuid.UUID{t.ID}}
		return tx.FilterBlockDocuments(&store.BlockDocumentQuery{Documents: ofType, Sort: prefect.BlockDocumentNameAsc,
			Page: prefect.Page{Limit: -1}, Secrets: secrets})
	})
}

func (a *API) updateBlockDocument(w http.ResponseWriter, r *http.Request) error {
	var in prefect.BlockDocumentUpdate
	if err := body(r, &in); err != nil {
		return err
	}
	return a.change(w, r, "Block document", func(tx *store.Tx) (bool, error) {
		return tx.UpdateBlockDocument(pathID(r, "id"), &in)
	})
}

func (a *API) deleteBlockDocument(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Block document", func(tx *store.Tx) (bool, error) {
		return tx.DeleteBlockDocument(pathID(r, "id"))
	})
}

type blockDocumentFilters struct {
	BlockDocuments *prefect.BlockDocumentFilter `json:"block_documents"`
	BlockTypes     *prefect.BlockTypeFilter     `json:"block_types"`
	BlockSchemas   *prefect.BlockSchemaFilter   `json:"block_schemas"`
}

type blockDocumentQuery struct {
	decode.Embedded
	sized
	blockDocumentFilters
	IncludeSecrets bool                      `json:"include_secrets"`
	Sort           prefect.BlockDocumentSort `json:"sort"`
	Offset         int                       `json:"offset" rule:"ge=0"`
}

// Defaults implements decode.Defaulter.
func (q *blockDocumentQuery) Defaults() { q.Sort = prefect.BlockDocumentNameAsc }

func (a *API) filterBlockDocuments(w http.ResponseWriter, r *http.Request) error {
	var in blockDocumentQuery
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.BlockDocument, error) {
		return tx.FilterBlockDocuments(&store.BlockDocumentQuery{Documents: in.BlockDocuments, Types: in.BlockTypes, Schemas: in.BlockSchemas,
			Sort: in.Sort, Page: prefect.Page{Limit: limit, Offset: in.Offset}, Secrets: in.IncludeSecrets})
	})
}

func (a *API) countBlockDocuments(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		blockDocumentFilters
	}
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (int, error) {
		return tx.CountBlockDocuments(&store.BlockDocumentQuery{Documents: in.BlockDocuments, Types: in.BlockTypes, Schemas: in.BlockSchemas})
	})
}
