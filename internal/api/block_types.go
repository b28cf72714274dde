package api

import (
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) blockTypeRoutes() []rest.Route {
	return a.withCatalogue([]rest.Route{
		rest.Post("/block_types/", "create_block_type_block_types__post", a.createBlockType).With(http.StatusCreated),
		rest.Get("/block_types/{id}", "read_block_type_by_id_block_types__id__get", a.readBlockType),
		rest.Change(http.MethodPatch, "/block_types/{id}", "update_block_type_block_types__id__patch", a.updateBlockType),
		rest.Delete("/block_types/{id}", "delete_block_type_block_types__id__delete", a.deleteBlockType),
		rest.Get("/block_types/slug/{slug}", "read_block_type_by_slug_block_types_slug__slug__get", a.readBlockTypeBySlug),
		rest.Post("/block_types/filter", "read_block_types_block_types_filter_post", a.filterBlockTypes),
		rest.Ask("/block_types/slug/{slug}/block_documents",
			"read_block_documents_for_block_type_block_types_slug__slug__block_documents_get", a.readBlockDocumentsOfType),
		rest.Ask("/block_types/slug/{slug}/block_documents/name/{block_document_name}",
			"read_block_document_by_name_for_block_type_block_types_slug__slug__block_documents_name__block_document_name__get", a.readBlockDocumentByName),
		rest.Do(http.MethodPost, "/block_types/install_system_block_types",
			"install_system_block_types_block_types_install_system_block_types_post", a.installSystemBlockTypes),
	})
}

// withCatalogue makes sure, before the first operation on blocks, that the
// database has the catalogue of the system's blocks: a start need not wait for it.
func (a *API) withCatalogue(routes []rest.Route) []rest.Route {
	for i, route := range routes {
		routes[i].Handle = func(w http.ResponseWriter, r *http.Request) error {
			if err := a.ensureCatalogue(r); err != nil {
				return err
			}
			return route.Handle(w, r)
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

func (a *API) createBlockType(r *http.Request, in *prefect.BlockTypeCreate) (*prefect.BlockType, error) {
	if strings.HasPrefix(strings.ToLower(in.Name), "prefect") {
		return nil, fault.New(fault.Forbidden, "Block type names beginning with 'Prefect' are reserved.")
	}
	return update(a, r, func(tx *store.Tx) (*prefect.BlockType, error) { return tx.CreateBlockType(in) })
}

func (a *API) readBlockType(r *http.Request) (*prefect.BlockType, error) {
	return find(a, r, "Block type", func(tx *store.Tx) (*prefect.BlockType, error) { return tx.ReadBlockType(rest.ID(r, "id")) })
}

func (a *API) readBlockTypeBySlug(r *http.Request) (*prefect.BlockType, error) {
	return find(a, r, "Block type", func(tx *store.Tx) (*prefect.BlockType, error) { return tx.ReadBlockTypeBySlug(r.PathValue("slug")) })
}

func (a *API) updateBlockType(r *http.Request, in *prefect.BlockTypeUpdate) error {
	return a.change(r, "Block type", func(tx *store.Tx) (bool, error) {
		t, err := tx.ReadBlockType(rest.ID(r, "id"))
		if err != nil || t == nil {
			return false, err
		}
		return true, tx.UpdateBlockType(t, in)
	})
}

func (a *API) deleteBlockType(r *http.Request) error {
	return a.change(r, "Block type", func(tx *store.Tx) (bool, error) {
		t, err := tx.ReadBlockType(rest.ID(r, "id"))
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
	rest.Sized
	BlockTypes   *prefect.BlockTypeFilter   `json:"block_types"`
	BlockSchemas *prefect.BlockSchemaFilter `json:"block_schemas"`
	Offset       int                        `json:"offset" rule:"ge=0"`
}

func (a *API) filterBlockTypes(r *http.Request, in *blockTypeQuery) ([]*prefect.BlockType, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.BlockType, error) {
		return tx.FilterBlockTypes(in.BlockTypes, in.BlockSchemas, in.From(in.Offset))
	})
}

func (a *API) installSystemBlockTypes(r *http.Request) (rest.Null, error) {
	return rest.Null{}, a.store.Update(r.Context(), (*store.Tx).InstallProtectedBlocks)
}
