package api

import (
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) blockTypeRoutes() []Route {
	return a.withCatalogue([]Route{
		{http.MethodPost, "/block_types/", "create_block_type_block_types__post", a.createBlockType},
		{http.MethodGet, "/block_types/{id}", "read_block_type_by_id_block_types__id__get", a.readBlockType},
		{http.MethodPatch, "/block_types/{id}", "update_block_type_block_types__id__patch", a.updateBlockType},
		{http.MethodDelete, "/block_types/{id}", "delete_block_type_block_types__id__delete", a.deleteBlockType},
		{http.MethodGet, "/block_types/slug/{slug}", "read_block_type_by_slug_block_types_slug__slug__get", a.readBlockTypeBySlug},
		{http.MethodPost, "/block_types/filter", "read_block_types_block_types_filter_post", a.filterBlockTypes},
		{http.MethodGet, "/block_types/slug/{slug}/block_documents",
			"read_block_documents_for_block_type_block_types_slug__slug__block_documents_get", a.readBlockDocumentsOfType},
		{http.MethodGet, "/block_types/slug/{slug}/block_documents/name/{block_document_name}",
			"read_block_document_by_name_for_block_type_block_types_slug__slug__block_documents_name__block_document_name__get", a.readBlockDocumentByName},
		{http.MethodPost, "/block_types/install_system_block_types",
			"install_system_block_types_block_types_install_system_block_types_post", a.installSystemBlockTypes},
	})
}

// withCatalogue makes sure, before the first operation on blocks, that the
// database has the catalogue of the system's blocks: a start need not wait for it.
func (a *API) withCatalogue(routes []Route) []Route {
	for i, route := range routes {
		routes[i].handle = func(w http.ResponseWriter, r *http.Request) error {
			if err := a.ensureCatalogue(r); err != nil {
				return err
			}
			return route.handle(w, r)
		}
	}
	return routes
}

func (a *API) ensureCatalogue(r *http.Request) error {
	if a.hasCatalogue.Load() {
		return nil
	}
	there := false
	err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		there, err = tx.HasBlockCatalogue()
		return err
	})
	if err == nil && !there {
		err = a.store.Update(r.Context(), (*store.Tx).InstallBlockCatalogue)
	}
	if err == nil {
		a.hasCatalogue.Store(true)
	}
	return err
}

func (a *API) createBlockType(w http.ResponseWriter, r *http.Request) error {
	var in prefect.BlockTypeCreate
	if err := body(r, &in); err != nil {
		return err
	}
	if strings.HasPrefix(strings.ToLower(in.Name), "prefect") {
		return fault.New(fault.Forbidden, "Block type names beginning with 'Prefect' are reserved.")
	}
	var t *prefect.BlockType
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		t, err = tx.CreateBlockType(&in)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusCreated, t)
	return nil
}

func (a *API) readBlockType(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Block type", func(tx *store.Tx) (*prefect.BlockType, error) {
		return tx.ReadBlockType(pathID(r, "id"))
	})
}

func (a *API) readBlockTypeBySlug(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Block type", func(tx *store.Tx) (*prefect.BlockType, error) {
		return tx.ReadBlockTypeBySlug(r.PathValue("slug"))
	})
}

func (a *API) updateBlockType(w http.ResponseWriter, r *http.Request) error {
	var in prefect.BlockTypeUpdate
	if err := body(r, &in); err != nil {
		return err
	}
	return a.change(w, r, "Block type", func(tx *store.Tx) (bool, error) {
		t, err := tx.ReadBlockType(pathID(r, "id"))
		if err != nil || t == nil {
			return false, err
		}
		return true, tx.UpdateBlockType(t, &in)
	})
}

func (a *API) deleteBlockType(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Block type", func(tx *store.Tx) (bool, error) {
		t, err := tx.ReadBlockType(pathID(r, "id"))
		if err != nil || t == nil {
			return false, err
		}
		if t.IsProtected {
			return false, fault.New(fault.Forbidden, "protected block types cannot be deleted.")
		}
		return true, tx.DeleteBlockType(t)
	})
}

type blockTypeQuery struct {
	decode.Embedded
	sized
	BlockTypes   *prefect.BlockTypeFilter   `json:"block_types"`
	BlockSchemas *prefect.BlockSchemaFilter `json:"block_schemas"`
	Offset       int                        `json:"offset" rule:"ge=0"`
}

func (a *API) filterBlockTypes(w http.ResponseWriter, r *http.Request) error {
	var in blockTypeQuery
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.BlockType, error) {
		return tx.FilterBlockTypes(in.BlockTypes, in.BlockSchemas, prefect.Page{Limit: limit, Offset: in.Offset})
	})
}

func (a *API) installSystemBlockTypes(w http.ResponseWriter, r *http.Request) error {
	if err := a.store.Update(r.Context(), (*store.Tx).InstallProtectedBlocks); err != nil {
		return err
	}
	respond(w, http.StatusOK, nil)
	return nil
}
