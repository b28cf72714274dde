package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) savedSearchRoutes() []Route {
	return []Route{
		{http.MethodPut, "/saved_searches/", "create_saved_search_saved_searches__put", a.createSavedSearch},
		{http.MethodGet, "/saved_searches/{id}", "read_saved_search_saved_searches__id__get", a.readSavedSearch},
		{http.MethodDelete, "/saved_searches/{id}", "delete_saved_search_saved_searches__id__delete", a.deleteSavedSearch},
		{http.MethodPost, "/saved_searches/filter", "read_saved_searches_saved_searches_filter_post", a.filterSavedSearches},
	}
}

func (a *API) createSavedSearch(w http.ResponseWriter, r *http.Request) error {
	var in prefect.SavedSearchCreate
	if err := body(r, &in); err != nil {
		return err
	}
	var search *prefect.SavedSearch
	var isNew bool
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		search, isNew, err = tx.CreateSavedSearch(&in)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, created(isNew), search)
	return nil
}

func (a *API) readSavedSearch(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Saved search", func(tx *store.Tx) (*prefect.SavedSearch, error) {
		return tx.ReadSavedSearch(pathID(r, "id"))
	})
}

func (a *API) deleteSavedSearch(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Saved search", func(tx *store.Tx) (bool, error) {
		return tx.DeleteSavedSearch(pathID(r, "id"))
	})
}

func (a *API) filterSavedSearches(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		sized
		Offset int `json:"offset" rule:"ge=0"`
	}
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.SavedSearch, error) {
		return tx.FilterSavedSearches(prefect.Page{Limit: limit, Offset: in.Offset})
	})
}
