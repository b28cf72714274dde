package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/store"
)

func (a *API) adminStorageRoutes() []Route {
	return []Route{
		{http.MethodGet, "/admin/storage", "read_server_default_result_storage_admin_storage_get", a.readResultStorage},
		{http.MethodPut, "/admin/storage", "update_server_default_result_storage_admin_storage_put", a.updateResultStorage},
		{http.MethodDelete, "/admin/storage", "clear_server_default_result_storage_admin_storage_delete", a.clearResultStorage},
	}
}

// resultStorage says which block keeps results when a flow names none.
type resultStorage struct {
	BlockID *uuid.UUID `json:"default_result_storage_block_id"`
}

func (a *API) readResultStorage(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) (*resultStorage, error) {
		id, err := tx.ReadResultStorage()
		return &resultStorage{id}, err
	})
}

func (a *API) updateResultStorage(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		BlockID uuid.UUID `json:"default_result_storage_block_id" rule:"required"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	err := a.store.Update(r.Context(), func(tx *store.Tx) error { return tx.UpdateResultStorage(in.BlockID) })
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, resultStorage{&in.BlockID})
	return nil
}

func (a *API) clearResultStorage(w http.ResponseWriter, r *http.Request) error {
	if err := a.store.Update(r.Context(), (*store.Tx).ClearResultStorage); err != nil {
		return err
	}
	return noContent(w)
}
