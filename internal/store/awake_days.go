package store

import "time"

// AwakeUntil sums for how long the server was awake until a moment, and how often it
// had woken, since the ledger began. It reads one row, which has the sums of those
// before it: a difference of two moments is the time awake between them.
func (tx *Tx) AwakeUntil(at time.Time) (AwakeTotals, error) {
	a, found, err := first(tx, `SELECT `+awakeningColumns+` FROM awakening WHERE woke <= ? ORDER BY woke DESC, id DESC LIMIT 1`, []any{at}, scanAwakening)
	if err != nil || !found {
		return AwakeTotals{}, err
	}
	end := a.Until(tx.Now)
	if end.After(at) {
		end = at
	}
	return a.totals(end), nil
}
