package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) savedSearchRoutes() []rest.Route {
	return []rest.Route{
		rest.Take(http.MethodPut, "/saved_searches/", "create_saved_search_saved_searches__put", a.createSavedSearch),
		rest.Get("/saved_searches/{id}", "read_saved_search_saved_searches__id__get", a.readSavedSearch),
		rest.Delete("/saved_searches/{id}", "delete_saved_search_saved_searches__id__delete", a.deleteSavedSearch),
		rest.Post("/saved_searches/filter", "read_saved_searches_saved_searches_filter_post", a.filterSavedSearches),
	}
}

func (a *API) createSavedSearch(r *http.Request, in *prefect.SavedSearchCreate) (rest.Made[*prefect.SavedSearch], error) {
	return update(a, r, func(tx *store.Tx) (made rest.Made[*prefect.SavedSearch], err error) {
		made.Object, made.New, err = tx.CreateSavedSearch(in)
		return made, err
	})
}

func (a *API) readSavedSearch(r *http.Request) (*prefect.SavedSearch, error) {
	return find(a, r, "Saved search", func(tx *store.Tx) (*prefect.SavedSearch, error) { return tx.ReadSavedSearch(rest.ID(r, "id")) })
}

func (a *API) deleteSavedSearch(r *http.Request) error {
	return a.change(r, "Saved search", func(tx *store.Tx) (bool, error) { return tx.DeleteSavedSearch(rest.ID(r, "id")) })
}

type savedSearchQuery struct {
	decode.Embedded
	rest.Sized
	Offset int `json:"offset" rule:"ge=0"`
}

func (a *API) filterSavedSearches(r *http.Request, in *savedSearchQuery) ([]*prefect.SavedSearch, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.SavedSearch, error) {
		return tx.FilterSavedSearches(in.From(in.Offset))
	})
}
