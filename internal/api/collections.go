package api

import (
	"encoding/json"
	"net/http"

	"github.com/reevehq/reeve/internal/collections"
	"github.com/reevehq/reeve/internal/fault"
)

func (a *API) collectionRoutes() []Route {
	return []Route{
		{http.MethodGet, "/collections/views/{view}", "read_view_content_collections_views__view__get", a.readCollectionView},
	}
}

func (a *API) readCollectionView(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("view")
	content, exists, err := collections.View(name)
	switch {
	case err != nil:
		return err
	case !exists:
		return fault.New(fault.NotFound, "View %s not found in registry", name)
	case content == nil:
		return fault.New(fault.NotFound, "Requested content missing for view %s", name)
	}
	respond(w, http.StatusOK, json.RawMessage(content))
	return nil
}
