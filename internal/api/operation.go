package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/store"
)

// find returns the object that fn finds, or 404 naming the kind of object when fn
// returns nil.
func find[T any](a *API, r *http.Request, object string, fn func(*store.Tx) (*T, error)) (*T, error) {
	found, err := view(a, r, fn)
	if err == nil && found == nil {
		err = rest.Missing(object)
	}
	return found, err
}

// view returns what fn reads.
func view[T any](a *API, r *http.Request, fn func(*store.Tx) (T, error)) (T, error) {
	var result T
	err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		result, err = fn(tx)
		return err
	})
	return result, err
}

// write runs fn in a transaction that writes, and returns once all that it deletes is gone.
func (a *API) write(r *http.Request, fn func(*store.Tx) error) error {
	var begun []uuid.UUID
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		err := fn(tx)
		begun = tx.Begun()
		return err
	})
	if err == nil && len(begun) > 0 {
		err = a.waitForDeletion(r, begun)
	}
	return err
}

// update is write, and returns what fn returns.
func update[T any](a *API, r *http.Request, fn func(*store.Tx) (T, error)) (T, error) {
	var result T
	err := a.write(r, func(tx *store.Tx) (err error) {
		result, err = fn(tx)
		return err
	})
	return result, err
}

// change runs fn in a transaction. It fails with 404 naming the kind of object when fn
// finds nothing to change.
func (a *API) change(r *http.Request, object string, fn func(*store.Tx) (bool, error)) error {
	found, err := update(a, r, fn)
	if err == nil && !found {
		err = rest.Missing(object)
	}
	return err
}
