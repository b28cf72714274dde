package api

import (
	"encoding/json"
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/collections"
	"github.com/reevehq/reeve/internal/fault"
)

func (a *API) collectionRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/collections/views/{view}", "read_view_content_collections_views__view__get", a.readCollectionView),
	}
}

func (a *API) readCollectionView(r *http.Request) (json.RawMessage, error) {
	name := r.PathValue("view")
	content, exists, err := collections.View(name)
	switch {
	case err != nil:
		return nil, err
	case !exists:
		return nil, fault.New(fault.NotFound, "View %s not found in registry", name)
	case content == nil:
		return nil, fault.New(fault.NotFound, "Requested content missing for view %s", name)
	}
	return content, nil
}
