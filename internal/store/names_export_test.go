package store

import (
	"slices"

	"github.com/reevehq/reeve/internal/prefect"
)

// LearnSome learns the names of at most so many new runs of each kind.
func (tx *Tx) LearnSome(most int) error {
	for _, table := range namedTables {
		last, _, err := tx.unlearned(table)
		if err != nil {
			return err
		}
		rows, err := column[int64](tx, `SELECT rowid FROM `+table+` WHERE rowid > ? ORDER BY rowid LIMIT ?`, last, most)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			if err := tx.learn(table, last, rows[len(rows)-1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// RowsLike returns the rows whose name has a part, by looking through all and as they are found.
func (tx *Tx) RowsLike(table, part string) (want, got []int64, err error) {
	s := &search{table: table, named: table + "_name", onPostgres: tx.onPostgres()}
	s.name(&prefect.AnyLike{Like: &part})
	if want, err = column[int64](tx, `SELECT rowid FROM `+table+s.like.where()+` ORDER BY rowid`, s.like.args...); err != nil {
		return nil, nil, err
	}
	got, err = tx.rowsLike(s)
	got = slices.Clone(got)
	slices.Sort(got)
	return want, got, err
}

// TaskNames returns the names of a page of task runs of a filter by a flow, by sorting all and
// by the names that their flow's are known to have.
func (tx *Tx) TaskNames(f *prefect.Filters, sort prefect.TaskRunSort, page prefect.Page) (want, got []string, err error) {
	s, err := tx.searchTaskRuns(f, sort)
	if err != nil {
		return nil, nil, err
	}
	first, ok, err := tx.firstNames(s, page)
	if err != nil || !ok {
		return nil, nil, err
	}
	order := taskRunsBy(sort, tx.Now)
	for _, one := range []struct {
		found source
		into  *[]string
	}{{s.by("", condition{}), &want}, {first, &got}} {
		q := s.page("task_run.name", "", one.found, order, page)
		if *one.into, err = column[string](tx, q.sql, q.args...); err != nil {
			return nil, nil, err
		}
	}
	return want, got, nil
}

// KnownNames counts what is kept of names.
func (tx *Tx) KnownNames() (int, error) {
	kept := `SELECT (SELECT count(*) FROM flow_run_known_name) + (SELECT count(*) FROM task_run_known_name) + (SELECT count(*) FROM flow_task_name)`
	return tx.count(tx.either(kept+` + (SELECT count(*) FROM flow_run_trigram) + (SELECT count(*) FROM task_run_trigram)`, kept))
}
