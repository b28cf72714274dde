package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// deletionWait is how long a request waits for a deletion that takes many transactions:
// less than clients and proxies wait for an answer. It goes on without them.
const deletionWait = 45 * time.Second

// remove returns what fn returns of a transaction that deletes, once all that it deletes is gone.
func remove[T any](a *API, r *http.Request, fn func(*store.Tx) (T, error)) (T, error) {
	var begun []uuid.UUID
	result, err := update(a, r, func(tx *store.Tx) (T, error) {
		result, err := fn(tx)
		begun = tx.Begun()
		return result, err
	})
	if err == nil && len(begun) > 0 {
		err = a.waitForDeletion(r, begun)
	}
	return result, err
}

// delete runs fn in a transaction and waits until all that it deletes is gone. It fails with
// 404 naming the kind of object when fn finds nothing to delete.
func (a *API) delete(r *http.Request, object string, fn func(*store.Tx) (bool, error)) error {
	found, err := remove(a, r, fn)
	if err == nil && !found {
		err = rest.Missing(object)
	}
	return err
}

// waitForDeletion fails with fault.Busy, after which clients ask again, when the objects of
// some ids are not gone in time.
func (a *API) waitForDeletion(r *http.Request, ids []uuid.UUID) error {
	ended, unwatch := a.store.Watch(store.Deletions)
	defer unwatch()
	late := a.clock.After(deletionWait)
	for {
		err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
			ids, err = tx.Deleting(ids)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		select {
		case <-ended:
		case <-r.Context().Done():
			return r.Context().Err()
		case <-late:
			return fault.New(fault.Busy, "What is to be deleted has a long history. It is being deleted and will be gone in a while.")
		}
	}
}
