package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) adminStorageRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/admin/storage", "read_server_default_result_storage_admin_storage_get", a.readResultStorage),
		rest.Take(http.MethodPut, "/admin/storage", "update_server_default_result_storage_admin_storage_put", a.updateResultStorage),
		rest.Delete("/admin/storage", "clear_server_default_result_storage_admin_storage_delete", a.clearResultStorage),
	}
}

// resultStorage says which block keeps results when a flow names none.
type resultStorage struct {
	BlockID *uuid.UUID `json:"default_result_storage_block_id"`
}

func (a *API) readResultStorage(r *http.Request) (*resultStorage, error) {
	return view(a, r, func(tx *store.Tx) (*resultStorage, error) {
		id, err := tx.ReadResultStorage()
		return &resultStorage{id}, err
	})
}

type resultStorageUpdate struct {
	BlockID uuid.UUID `json:"default_result_storage_block_id" rule:"required"`
}

func (a *API) updateResultStorage(r *http.Request, in *resultStorageUpdate) (resultStorage, error) {
	err := a.store.Update(r.Context(), func(tx *store.Tx) error { return tx.UpdateResultStorage(in.BlockID) })
	return resultStorage{&in.BlockID}, err
}

func (a *API) clearResultStorage(r *http.Request) error {
	return a.store.Update(r.Context(), (*store.Tx).ClearResultStorage)
}
