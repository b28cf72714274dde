package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// deletionWait is how long a request waits for a deletion that takes many transactions:
// less than clients and proxies wait for an answer. It goes on without them.
const deletionWait = 45 * time.Second

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
