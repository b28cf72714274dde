package store

import (
	"encoding/json"
	"strings"
)

// Names of runs are found by their parts through the names that there are, each once, with
// their trigrams: LearnNames adds those of new runs, in the background, so that whoever makes
// a run does not pay for it. The runs that it has not come to yet are looked through.

const (
	// fewUnlearned is how many runs may be new before their names are learned.
	fewUnlearned = 1_000
	// mostUnlearned is how many new runs a search looks through; with more it goes through
	// all names instead, as after the migration of a long history.
	mostUnlearned = 20_000
	// learnedAtOnce bounds the names that are learned between two looks at the time.
	learnedAtOnce = 50
	// longestName is what longer names are not learned of: a name has as many trigrams as letters.
	longestName = 512
	// longestListed is what no name may be longer than for those of a flow to be listed.
	longestListed = 4096
	// mostTrigrams is how many trigrams of a part are looked up.
	mostTrigrams = 16
)

// namedTables are the tables of runs whose names are learned.
var namedTables = []string{"flow_run", "task_run"}

// unlearned returns the rowid of the last run whose name is known, and of the newest.
func (tx *Tx) unlearned(table string) (last, newest int64, err error) {
	err = tx.one(`SELECT coalesce((SELECT run.rowid FROM name_cursor JOIN `+table+` AS run ON run.id = name_cursor.run_id WHERE name_cursor.of = ?), 0),
		coalesce((SELECT max(rowid) FROM `+table+`), 0)`, []any{table}, &last, &newest)
	return last, newest, err
}

// learns reports whether the database has trigrams: not PostgreSQL, where parts are looked for
// in all names.
func (tx *Tx) learns() bool {
	_, other := tx.conn.(interface{ IsPostgres() })
	return !other
}

// HasNewNames reports whether the names of some runs should be learned.
func (tx *Tx) HasNewNames() (bool, error) {
	if !tx.learns() {
		return false, nil
	}
	for _, table := range namedTables {
		if last, newest, err := tx.unlearned(table); err != nil || newest-last >= fewUnlearned {
			return err == nil, err
		}
	}
	return false, nil
}

// LearnNames learns the names of some new runs, as many as a piece has time for, and returns how
// many runs it looked at.
func (tx *Tx) LearnNames() (n int, err error) {
	for _, table := range namedTables {
		last, newest, err := tx.unlearned(table)
		if err != nil {
			return n, err
		}
		for newest-last >= fewUnlearned && !tx.spent() {
			rows, err := column[int64](tx, `SELECT rowid FROM `+table+` WHERE rowid > ? ORDER BY rowid LIMIT ?`, last, learnedAtOnce)
			if err != nil || len(rows) == 0 {
				return n, err
			}
			to := rows[len(rows)-1]
			if err := tx.learn(table, last, to); err != nil {
				return n, err
			}
			n, last = n+len(rows), to
		}
	}
	return n, nil
}

// learn learns the names of the runs after a row up to another.
func (tx *Tx) learn(table string, after, to int64) error {
	of := ` FROM ` + table + ` WHERE ` + table + `.rowid > ? AND ` + table + `.rowid <= ? AND length(` + table + `.name) <= ? ON CONFLICT DO NOTHING`
	if _, err := tx.conn.Exec(`INSERT INTO `+table+`_known_name (name) SELECT name`+of, after, to, longestName); err != nil {
		return err
	}
	if table == "task_run" {
		_, err := tx.conn.Exec(`INSERT INTO flow_task_name (name, flow_id) SELECT task_run.name, flow_run.flow_id
			FROM task_run CROSS JOIN flow_run ON flow_run.id = task_run.flow_run_id
			WHERE task_run.rowid > ? AND task_run.rowid <= ? AND length(task_run.name) <= ? ON CONFLICT DO NOTHING`, after, to, longestName)
		if err != nil {
			return err
		}
	}
	_, err := tx.conn.Exec(`UPDATE name_cursor SET run_id = (SELECT id FROM `+table+` WHERE rowid = ?) WHERE of = ?`, to, table)
	return err
}

// rowsLike finds the runs whose names have a part, fewRuns at most: once for a page and its
// count.
func (tx *Tx) rowsLike(s *search) ([]int64, error) {
	if known := tx.like; known != nil && known.of == s.table && known.pattern == s.like.args[0] {
		return known.rows, nil
	}
	queries, err := tx.partsOf(s)
	if err != nil {
		return nil, err
	}
	rows := []int64{}
	for _, q := range queries {
		more, err := column[int64](tx, q.sql+` LIMIT ?`, append(q.args, fewRuns-len(rows))...)
		if err != nil {
			return nil, err
		}
		if rows = append(rows, more...); len(rows) == fewRuns {
			break
		}
	}
	if tx.like != nil {
		*tx.like = likeRows{s.table, s.like.args[0], rows}
	}
	return rows, nil
}

// likeRows are the rows of a table of runs whose names have a part, fewRuns at most.
type likeRows struct {
	of      string
	pattern any
	rows    []int64
}

// partsOf are the queries for the rows of a search by a part of a name, each of other rows.
// A part without three letters in a row is looked for in all names.
func (tx *Tx) partsOf(s *search) ([]condition, error) {
	all := []condition{{`SELECT rowid FROM ` + s.table + ` INDEXED BY ` + s.named + s.like.where(), s.like.args}}
	match := trigrams(s.like.args[0].(string))
	if match == "" || !tx.learns() {
		return all, nil
	}
	last, newest, err := tx.unlearned(s.table)
	if err != nil || newest-last > mostUnlearned {
		return all, err
	}
	return s.learnedParts(match, last), nil
}

// learnedParts are the queries where the names of the runs up to a row are known: those of
// the new runs, of long names, and of what is known.
func (s *search) learnedParts(match string, last int64) []condition {
	fresh := and(when(s.table+".rowid > ?", last), s.like)
	long := and(when("length("+s.table+".name) > 512"), when(s.table+".rowid <= ?", last), s.like)
	known, parts := s.table+"_known_name", s.table+"_trigram"
	return []condition{
		{`SELECT rowid FROM ` + s.table + fresh.where(), fresh.args},
		{`SELECT rowid FROM ` + s.table + ` INDEXED BY ` + s.table + `_long_name` + long.where(), long.args},
		{`SELECT ` + s.table + `.rowid FROM ` + parts + ` CROSS JOIN ` + known + ` AS known ON known.id = ` + parts + `.rowid
			CROSS JOIN ` + s.table + ` INDEXED BY ` + s.named + ` ON ` + s.table + `.name = known.name
			WHERE ` + parts + ` MATCH ? AND known.name LIKE ? AND ` + s.table + `.rowid <= ?`, []any{match, s.like.args[0], last}},
	}
}

// trigrams is a query of FTS5 for what has all trigrams that a pattern of LIKE asks for, "" when
// there are none that are certain to be there: of printable ASCII, between wildcards.
func trigrams(pattern string) string {
	var all []string
	for at := 0; at+3 <= len(pattern) && len(all) < mostTrigrams; at++ {
		three := pattern[at : at+3]
		if strings.ContainsFunc(three, func(c rune) bool { return c < ' ' || c > '~' || strings.ContainsRune(`%_"`, c) }) {
			continue
		}
		all = append(all, `"`+three+`"`)
	}
	return strings.Join(all, " AND ")
}

// firstNames looks for the names by which the task runs of some flows are called, in the order
// of a search, until there are enough rows for a page that ends after so many. Nil when they
// are not known, or too many; a flow's tasks are called alike, so that few suffice.
func (tx *Tx) firstNames(s *search, end int) (*lead, error) {
	if s.ofFlows.sql == "" || !tx.learns() {
		return nil, nil
	}
	last, newest, err := tx.unlearned(s.table)
	if err != nil || newest-last > mostUnlearned {
		return nil, err
	}
	long, err := tx.exists(`SELECT 1 FROM task_run INDEXED BY task_run_long_name WHERE length(name) > 512 AND length(name) > ? LIMIT 1`, longestListed)
	if err != nil || long {
		return nil, err
	}
	for most := max(end, fewEnough); most <= fewRuns; most *= 4 {
		names, err := column[string](tx, s.namesOf(last).sql, append(s.namesOf(last).args, most)...)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(names)
		if err != nil {
			return nil, err
		}
		first := lead{index: s.named, only: when(s.table+".name IN (SELECT value FROM json_each(?))", string(text))}
		enough, err := tx.countUpTo(s.by(first.index, first.only).rows(), end)
		if err != nil || enough == end || len(names) < most {
			return &first, err
		}
	}
	return nil, nil
}

// namesOf is a query for the names of task runs of some flows, in the order of a search, when
// those of the runs up to a row are known; its last argument is how many.
func (s *search) namesOf(last int64) condition {
	// The index is named, and for the newest none: SQLite would go through all names for their order.
	const tasks, joined = ` UNION SELECT task_run.name FROM task_run `, ` CROSS JOIN flow_run ON flow_run.id = task_run.flow_run_id WHERE `
	args := append(append(append([]any{}, s.ofFlows.args...), last), s.ofFlows.args...)
	return condition{`SELECT name FROM (SELECT name FROM flow_task_name INDEXED BY flow_task_name_flow WHERE flow_id ` + s.ofFlows.sql +
		tasks + `NOT INDEXED` + joined + `task_run.rowid > ? AND flow_run.flow_id ` + s.ofFlows.sql +
		tasks + `INDEXED BY task_run_long_name` + joined + `length(task_run.name) > 512 AND flow_run.flow_id ` + s.ofFlows.sql +
		`) AS called ORDER BY name` + s.direction() + ` LIMIT ?`, append(args, s.ofFlows.args...)}
}
