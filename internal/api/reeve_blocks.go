package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// What the pages of blocks show, each in one answer.
func (a *API) reeveBlockRoutes() []rest.Route {
	return a.withCatalogue([]rest.Route{
		rest.Get("/reeve/block_types/{slug}/form", "reeve_block_form", a.blockForm),
		rest.Get("/reeve/block_documents/{id}/overview", "reeve_block_overview", a.blockOverview),
	})
}

// blockUsers bounds what is listed of each kind that makes use of a block.
const blockUsers = 100

// blockForm is what a block of a type is asked for.
type blockForm struct {
	BlockType *prefect.BlockType   `json:"block_type" rule:"present"`
	Schema    *prefect.BlockSchema `json:"schema"` // null for a type that nobody has described
}

func (a *API) blockForm(r *http.Request) (*blockForm, error) {
	return view(a, r, func(tx *store.Tx) (*blockForm, error) {
		of, err := tx.ReadBlockTypeBySlug(r.PathValue("slug"))
		if err == nil && of == nil {
			err = rest.Missing("Block type")
		}
		if err != nil {
			return nil, err
		}
		schema, err := tx.NewestBlockSchema(of.ID)
		return &blockForm{of, schema}, err
	})
}

// blockOverview is a saved block, its secrets masked, and what makes use of it.
type blockOverview struct {
	Document *prefect.BlockDocument `json:"document" rule:"present"`
	Users    []store.BlockUser      `json:"users"`
	Now      prefect.Time           `json:"now"`
}

func (a *API) blockOverview(r *http.Request) (*blockOverview, error) {
	return view(a, r, func(tx *store.Tx) (*blockOverview, error) {
		d, err := tx.ReadBlockDocument(rest.ID(r, "id"), false)
		if err == nil && d == nil {
			err = rest.Missing("Block document")
		}
		if err != nil {
			return nil, err
		}
		users, err := tx.BlockUsers(d, blockUsers)
		return &blockOverview{d, users, prefect.At(tx.Now)}, err
	})
}
