package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/store"
)

// read answers with the object that fn finds, or 404 naming the kind of object
// when fn gives nil.
func read[T any](a *API, w http.ResponseWriter, r *http.Request, object string, fn func(*store.Tx) (*T, error)) error {
	var found *T
	err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		found, err = fn(tx)
		return err
	})
	if err != nil {
		return err
	}
	if found == nil {
		return missing(object)
	}
	respond(w, http.StatusOK, found)
	return nil
}

// view answers with what fn reads.
func view[T any](a *API, w http.ResponseWriter, r *http.Request, fn func(*store.Tx) (T, error)) error {
	var result T
	err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		result, err = fn(tx)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, result)
	return nil
}

// change runs fn in a transaction and answers 204, or 404 naming the kind of
// object when fn finds nothing to change.
func (a *API) change(w http.ResponseWriter, r *http.Request, object string, fn func(*store.Tx) (bool, error)) error {
	var found bool
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		found, err = fn(tx)
		return err
	})
	if err != nil {
		return err
	}
	if !found {
		return missing(object)
	}
	return noContent(w)
}
