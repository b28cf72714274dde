package store

import (
	"time"

	"github.com/google/uuid"
)

const (
	// pieceRows bounds the rows that one transaction deletes of what may be many.
	pieceRows = 500
	// pieceTime bounds how long it does: whoever writes meanwhile waits for it, and for the disk.
	pieceTime = 8 * time.Millisecond
	// chunkRows bounds the rows of one statement of it, between two looks at the time.
	chunkRows = 25
)

// piece is what one transaction may still delete of what may be many rows: all deletions of
// a transaction share it.
type piece struct {
	rows  int
	until time.Time
}

// within has the transaction delete at most so many rows.
func (tx *Tx) within(rows int) { tx.piece = &piece{rows, tx.clock.Now().Add(pieceTime)} }

// spend takes rows that were deleted from those that the transaction may delete.
func (tx *Tx) spend(rows int) {
	if tx.piece == nil {
		tx.within(pieceRows)
	}
	tx.piece.rows -= rows
}

// spent reports whether the transaction has deleted as much as it should.
func (tx *Tx) spent() bool {
	tx.spend(0)
	return tx.piece.rows <= 0 || !tx.clock.Now().Before(tx.piece.until)
}

// chunk is how many rows the next statement may delete.
func (tx *Tx) chunk() int {
	tx.spend(0)
	return max(1, min(chunkRows, tx.piece.rows))
}

// clear runs a statement, whose last argument is how many rows it may change, again and
// again; false when the transaction has done enough before all were changed. It is run once
// in any case, so that each transaction gets further.
func (tx *Tx) clear(query string, args ...any) (done bool, err error) {
	for {
		most := tx.chunk()
		n, err := tx.conn.Exec(query, append(args[:len(args):len(args)], most)...)
		tx.spend(int(n))
		switch {
		case err != nil || int(n) < most:
			return err == nil, err
		case tx.spent():
			return false, nil
		}
	}
}

// clearAll clears what belongs to an id, by one statement after the other.
func (tx *Tx) clearAll(id uuid.UUID, queries ...string) (done bool, err error) {
	for _, query := range queries {
		if done, err := tx.clear(query, id); err != nil || !done {
			return false, err
		}
	}
	return true, nil
}

// drop deletes the row of an id once what goes with it is cleared.
func (tx *Tx) drop(query string, id uuid.UUID, clear func(uuid.UUID) (done bool, err error)) (done bool, err error) {
	if done, err = clear(id); err != nil || !done {
		return false, err
	}
	tx.spend(1)
	_, err = tx.conn.Exec(query, id)
	return err == nil, err
}

// clearEach finds ids by a query, whose last argument is how many, and has each gone, until
// the query finds none; false when the transaction has done enough before, but for one of
// them. What is left is found again.
func (tx *Tx) clearEach(query string, args []any, each func(uuid.UUID) (done bool, err error)) (done bool, err error) {
	for {
		ids, err := column[uuid.UUID](tx, query, append(args[:len(args):len(args)], tx.chunk())...)
		if err != nil || len(ids) == 0 {
			return err == nil, err
		}
		for _, id := range ids {
			if done, err := each(id); err != nil || !done {
				return false, err
			}
			if tx.spent() {
				return false, nil
			}
		}
	}
}
