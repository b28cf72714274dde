package store

import (
	"fmt"

	"github.com/google/uuid"
)

// deletable is a kind of object that may have so much behind it that it is deleted in
// several transactions.
type deletable string

const (
	deletableFlow       deletable = "flow"
	deletableDeployment deletable = "deployment"
	deletableFlowRun    deletable = "flow run"
	deletableTaskRun    deletable = "task run"
	deletableWorkPool   deletable = "work pool"
	deletableWorkQueue  deletable = "work queue"
	deletablePoolQueue  deletable = "work queue of a pool" // the priorities of the others are arranged
	deletableBlockType  deletable = "block type"
	deletableSchema     deletable = "block schema"
	deletableDocument   deletable = "block document"
)

// clearOut deletes what goes with an object, children first, so that its own row can be
// deleted at once. When that is more than a transaction should delete, done is false: it is
// noted that the object is to go, see ContinueDeletions, and the object stays until then.
//
// It stays because it could otherwise only be hidden, by a mark that each query for runs,
// their counts and their sums would have to respect. Nobody is told that it is deleted
// before it is: see Begun.
func (tx *Tx) clearOut(kind deletable, id uuid.UUID, clear func() (done bool, err error)) (done bool, err error) {
	if done, err = clear(); err != nil || done {
		return done, err
	}
	if _, err := tx.conn.Exec(`INSERT INTO deletion (id, kind, begun) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, string(kind), tx.Now); err != nil {
		return false, err
	}
	tx.begun = append(tx.begun, id)
	tx.Touch(Deadlines)
	return false, nil
}

// Begun are the ids of the objects whose deletion the transaction has begun and not ended.
func (tx *Tx) Begun() []uuid.UUID { return tx.begun }

// Deleting returns those of some ids whose deletion has not ended.
func (tx *Tx) Deleting(ids []uuid.UUID) ([]uuid.UUID, error) {
	return column[uuid.UUID](tx, `SELECT id FROM deletion WHERE id IN (SELECT unhex(value) FROM json_each(?))`, idList(ids))
}

// HasDeletions reports whether the deletion of something has not ended.
func (tx *Tx) HasDeletions() (bool, error) { return tx.exists(`SELECT 1 FROM deletion LIMIT 1`) }

// ContinueDeletions does a piece of the deletions that have not ended, the oldest first, and
// returns how many rows it deleted.
func (tx *Tx) ContinueDeletions() (int, error) {
	tx.within(pieceRows)
	for !tx.spent() {
		var id uuid.UUID
		var kind string
		err := tx.one(`SELECT id, kind FROM deletion ORDER BY begun LIMIT 1`, nil, &id, &kind)
		if err == ErrNoRows {
			break
		}
		if err == nil {
			err = tx.deleteKind(deletable(kind), id)
		}
		if err != nil {
			return 0, err
		}
		if len(tx.begun) > 0 {
			break // some of it is left
		}
		tx.spend(1)
		tx.Touch(Deletions)
		tx.Touch(Deadlines)
		if _, err := tx.conn.Exec(`DELETE FROM deletion WHERE id = ?`, id); err != nil {
			return 0, err
		}
	}
	return pieceRows - tx.piece.rows, nil
}

// deleteKind deletes an object, which somebody else may have deleted since.
func (tx *Tx) deleteKind(kind deletable, id uuid.UUID) error {
	switch kind {
	case deletableFlow:
		_, err := tx.DeleteFlow(id)
		return err
	case deletableDeployment:
		_, err := tx.DeleteDeployment(id)
		return err
	case deletableFlowRun:
		_, err := tx.DeleteFlowRun(id)
		return err
	case deletableTaskRun:
		_, err := tx.DeleteTaskRun(id)
		return err
	case deletableDocument:
		_, err := tx.DeleteBlockDocument(id)
		return err
	case deletableWorkPool:
		pool, err := tx.ReadWorkPool(id)
		if err != nil || pool == nil {
			return err
		}
		return tx.DeleteWorkPool(pool)
	case deletableWorkQueue, deletablePoolQueue:
		queue, err := tx.ReadWorkQueue(id)
		if err == nil && queue != nil {
			err = tx.DeleteWorkQueue(queue, kind == deletablePoolQueue)
		}
		if err == errIntegrity {
			return nil // it was made its pool's default queue, and stays
		}
		return err
	case deletableBlockType:
		t, err := tx.ReadBlockType(id)
		if err != nil || t == nil {
			return err
		}
		return tx.DeleteBlockType(t)
	case deletableSchema:
		return tx.DeleteBlockSchema(id)
	}
	return fmt.Errorf("the deletion of a %q", kind)
}
