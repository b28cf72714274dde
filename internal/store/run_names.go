package store

import (
	"strings"

	"github.com/reevehq/reeve/internal/prefect"
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

// HasNewNames reports whether the names of some runs should be learned.
func (tx *Tx) HasNewNames() (bool, error) {
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
	parts := trigrams(s.like.args[0].(string))
	if len(parts) == 0 {
		return all, nil
	}
	last, newest, err := tx.unlearned(s.table)
	if err != nil || newest-last > mostUnlearned {
		return all, err
	}
	return s.learnedParts(parts, last), nil
}

// learnedParts are the queries where the names of the runs up to a row are known: those of
// the new runs, of long names, and of what is known that has some trigrams.
func (s *search) learnedParts(trigrams []string, last int64) []condition {
	fresh := and(when(s.table+".rowid > ?", last), s.like)
	long := and(when(s.table+".rowid <= ?", last), s.like)
	return []condition{
		{`SELECT rowid FROM ` + s.table + fresh.where(), fresh.args},
		{`SELECT rowid FROM ` + s.longNames() + long.where(), long.args},
		s.knownParts(trigrams, last),
	}
}

// longNames are the runs whose names are long, to select from. PostgreSQL would take them for a third of all and
// read all: it is made to read the index of them by being asked for its order.
func (s *search) longNames() string {
	if s.onPostgres {
		return `(SELECT * FROM ` + s.table + ` WHERE length(name) > 512 ORDER BY length(name) NULLS LAST WALKED OFFSET 0) AS ` + s.table
	}
	return `(SELECT rowid, * FROM ` + s.table + ` INDEXED BY ` + s.table + `_long_name WHERE length(name) > 512) AS ` + s.table
}

// knownParts is a query for the runs up to a row whose names are known and have some trigrams.
func (s *search) knownParts(trigrams []string, last int64) condition {
	known, parts, pattern := s.table+"_known_name", s.table+"_trigram", s.like.args[0]
	if s.onPostgres { // each query by itself, lest all runs are joined with the names
		for i, three := range trigrams {
			trigrams[i] = strings.ToLower(three)
		}
		return condition{`SELECT run.rowid FROM (SELECT name FROM ` + known + ` INDEXED BY ` + parts + `
				WHERE trigrams(name) @> ARRAY(SELECT value COLLATE "C" FROM json_each(?)) AND name LIKE ? OFFSET 0) AS known
			CROSS JOIN LATERAL (SELECT named.rowid FROM ` + s.table + ` AS named WHERE named.name = known.name AND named.rowid <= ? OFFSET 0) AS run`,
			[]any{textList(trigrams), pattern, last}}
	}
	return condition{`SELECT ` + s.table + `.rowid FROM ` + parts + ` CROSS JOIN ` + known + ` AS known ON known.id = ` + parts + `.rowid
		CROSS JOIN ` + s.table + ` INDEXED BY ` + s.named + ` ON ` + s.table + `.name = known.name
		WHERE ` + parts + ` MATCH ? AND known.name LIKE ? AND ` + s.table + `.rowid <= ?`, []any{`"` + strings.Join(trigrams, `" AND "`) + `"`, pattern, last}}
}

// trigrams are those that a pattern of LIKE asks for, whatever their case; those that are certain to be there: of
// printable ASCII, between wildcards.
func trigrams(pattern string) (all []string) {
	for at := 0; at+3 <= len(pattern) && len(all) < mostTrigrams; at++ {
		three := pattern[at : at+3]
		if !strings.ContainsFunc(three, func(c rune) bool { return c < ' ' || c > '~' || strings.ContainsRune(`%_"`, c) }) {
			all = append(all, three)
		}
	}
	return all
}

// firstNames finds a page through the names by which the task runs of some flows are called, in the order
// of a search; false when they are not known, or too many. A flow's tasks are called alike, so that few
// names suffice.
func (tx *Tx) firstNames(s *search, page prefect.Page) (found source, ok bool, err error) {
	if s.ofFlows.sql == "" {
		return found, false, nil
	}
	last, newest, err := tx.unlearned(s.table)
	if err != nil || newest-last > mostUnlearned {
		return found, false, err
	}
	long, err := tx.exists(`SELECT 1 FROM `+s.longNames()+` WHERE length(`+s.table+`.name) > ? LIMIT 1`, longestListed)
	if err != nil || long {
		return found, false, err
	}
	for most := max(page.Offset+page.Limit, fewEnough); most <= fewRuns; most *= 4 {
		names, err := column[string](tx, s.namesOf(last).sql, append(s.namesOf(last).args, most)...)
		if err != nil {
			return found, false, err
		}
		if found, ok, err = tx.called(s, names, page, len(names) < most); err != nil || ok {
			return found, ok, err
		}
	}
	return found, false, nil
}

// called finds a page among the runs that have some names, the first in the order of a search; false when there are
// too few of them, unless these are all names.
func (tx *Tx) called(s *search, names []string, page prefect.Page, all bool) (found source, ok bool, err error) {
	end := page.Offset + page.Limit
	if s.onPostgres { // whose index has no order for several names
		q := s.rowsCalled(names, end)
		rows, err := column[int64](tx, q.sql, q.args...)
		return s.begun(rows, page), err == nil && (len(rows) == end || all), err
	}
	only := when(s.table+".name IN (SELECT value FROM json_each(?))", textList(names))
	enough, err := tx.countUpTo(s.by(s.named, only).rows(), end)
	return s.gather(s.named, only), err == nil && (enough == end || all), err
}

// rowsCalled is PostgreSQL's query for the rowids of the first runs of a search that have some names: name by
// name, as far as it takes.
func (s *search) rowsCalled(names []string, end int) condition {
	args := append(append([]any{textList(names)}, s.where.args...), end, end)
	return condition{`SELECT run.rowid FROM (SELECT value COLLATE "C" AS called FROM json_each(?) ORDER BY called` + s.direction() + ` OFFSET 0) AS one
		CROSS JOIN LATERAL (SELECT ` + s.table + `.rowid FROM ` + s.table + ` INDEXED BY ` + s.named + and(when(s.table+`.name = one.called`), s.where).where() + ` LIMIT ?) AS run
		ORDER BY one.called` + s.direction() + ` WALKED LIMIT ?`, args}
}

// namesOf is a query for the names of task runs of some flows, in the order of a search, when
// those of the runs up to a row are known; its last argument is how many.
func (s *search) namesOf(last int64) condition {
	// For the newest SQLite is to take no index: it would go through all names for their order.
	const joined = ` CROSS JOIN flow_run ON flow_run.id = task_run.flow_run_id WHERE flow_run.flow_id `
	args := append(append(append([]any{}, s.ofFlows.args...), last), s.ofFlows.args...)
	return condition{`SELECT name FROM (SELECT name FROM flow_task_name INDEXED BY flow_task_name_flow WHERE flow_id ` + s.ofFlows.sql + `
			UNION SELECT task_run.name FROM (SELECT name, flow_run_id FROM task_run NOT INDEXED WHERE rowid > ?) AS task_run` + joined + s.ofFlows.sql + `
			UNION SELECT task_run.name FROM ` + s.longNames() + joined + s.ofFlows.sql +
		`) AS called ORDER BY name` + s.direction() + ` LIMIT ?`, append(args, s.ofFlows.args...)}
}
