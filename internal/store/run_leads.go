package store

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// How the runs of a filter are found is decided here and not by SQLite, which knows
// neither how many runs a flow has nor that a page ends after a few of them. There are two
// ways: to gather all that one criterion leaves by its index and sort them, or to walk an
// index that has the order and take what fits until the page is full. The first is for
// what is rare, the second for what is frequent. What is rare is looked up: each criterion
// with an index is counted up to fewRuns.

// fewRuns is how many runs are gathered and sorted at most: some 20 ms. Of a million runs a
// criterion that more have is met by every 125th at least, if they are evenly spread.
const fewRuns = 8_000

// manyRuns is how many are gathered where names are the order and the first nearNames do not
// fill the page: runs that have something in common are often called alike, so that a walk
// may pass over most others first.
const (
	manyRuns  = 150_000
	nearNames = 5_000
)

// fewEnough is what ends the search for a rarer criterion.
const fewEnough = 500

// lead is a criterion that an index answers. All rows that meet the filter meet it; others may.
type lead struct {
	index string    // of the table
	only  condition // on a row of the table
	rows  condition // a query for what the criterion leaves, with a row for each
	// exact is set when the criterion is all that the filter asks.
	exact bool
	// window is set for a range of time far from where a walk begins: whoever walks
	// would pass over all that lies between.
	window bool
}

// search is a question about a table of runs.
type search struct {
	table   string
	where   condition
	leads   []lead
	named   string // the index by name
	times   timeIndexes
	ofFlows condition   // the ids of the flows of task runs, as a list
	like    condition   // a part of a name that is looked for, by that index
	ordered string      // the index that a walk takes, "" when none has the order
	within  condition   // what that index has of the table, all rows that meet the search; none for the whole
	sort    string      // the order, "" for a count
	each    []condition // alternatives, one of which each row meets, and in each of which ordered has the order; none for one
	counted string      // the index to count by when no criterion is rare, "" to leave it to SQLite
	// onPostgres is set where the planner is told by the shape of a statement; see gather and page.
	onPostgres bool
}

// failedByName walks those that failed, by their names, where nothing else is asked for: the first names of all may
// be of runs that did not.
func (s *search) failedByName(byType *prefect.AnyNotAnyState) {
	if s.ordered != s.named || s.ordered == "" || byType == nil || len(byType.Any) == 0 {
		return
	}
	for _, t := range byType.Any {
		if t != prefect.Failed && t != prefect.Crashed {
			return
		}
	}
	s.ordered, s.within = s.table+"_failed_name", when(s.table+".state_type IN ('FAILED', 'CRASHED')")
}

// timeIndexes are the indexes of a table of runs by when they ended, should have started,
// and started, which is the column or expression start.
type timeIndexes struct{ end, expected, begin, start string }

// source is where the rows of a search are looked for: the table with its index, and a
// condition. Where there are alternatives, those of each are in order, and are merged.
type source struct {
	from  string
	where condition
	each  []condition
	begun bool // what a page passes over is not among the rows
	many  bool // of an index, and not known to be few
	// place is set for a walk on PostgreSQL: the keys have with them what they are sorted by.
	place bool
}

// keys is a query for the rowids, as wanted, of a page of the rows in an order.
func (s source) keys(table string, order condition, page prefect.Page) condition {
	if s.begun {
		page.Offset = 0
	}
	cut := strings.LastIndexByte(order.sql, ' ') // before the direction
	var place, kept string
	if s.place {
		place, kept = `, `+order.sql[:cut]+` AS place`, `, place`
	}
	if len(s.each) == 0 {
		return condition{`SELECT ` + table + `.rowid AS wanted` + place + ` FROM ` + s.from + s.where.where() + ` ORDER BY ` + order.sql + ` LIMIT ? OFFSET ?`,
			append(append(append([]any{}, s.where.args...), order.args...), page.Limit, page.Offset)}
	}
	var arms []condition
	for _, one := range s.each {
		where := and(one, s.where)
		arm := condition{`SELECT ` + table + `.rowid AS wanted, ` + order.sql[:cut] + ` AS place FROM ` + s.from + where.where(), where.args}
		if s.place && len(s.each) > 1 { // PostgreSQL merges what says that it is in order
			arm.sql = `(` + arm.sql + ` ORDER BY place` + order.sql[cut:] + `)`
		}
		arms = append(arms, arm)
	}
	merged := union(arms...)
	return condition{`SELECT wanted` + kept + ` FROM (` + merged.sql + ` ORDER BY place` + order.sql[cut:] + ` LIMIT ? OFFSET ?) AS near`, append(merged.args, page.Limit, page.Offset)}
}

// lookup is a criterion on the table itself.
func (s *search) lookup(index string, only condition) {
	if only.sql == never.sql {
		// An index of some rows cannot look nothing up; a row by its number can.
		index, only = "", when("FALSE AND "+s.table+".rowid = 0")
	}
	if only.sql != "" {
		s.leads = append(s.leads, lead{index: index, only: only, rows: s.rows(index, only)})
	}
}

// ids is that an id column is one of a list, nil for any.
func (s *search) ids(index, column string, list []uuid.UUID) {
	s.lookup(index, anyID(column, &prefect.AnyID{Any: list}))
}

func (s *search) rows(index string, only condition) condition {
	return condition{"SELECT 1 FROM " + s.by(index, condition{}).from + only.where(), only.args}
}

// by is the source of a lead that is counted and not rare, or of the walk of an index.
func (s *search) by(index string, more condition) source {
	from := s.table
	if index != "" {
		from += " INDEXED BY " + index
	}
	return source{from: from, where: and(more, s.where)}
}

// gather is the source of what a lead leaves, to be sorted. PostgreSQL finds that in a query of its own, which
// OFFSET keeps from being made one with the rest: it would else walk the index that has the order,
// however rare what is looked for is.
func (s *search) gather(index string, more condition) source {
	found := s.by(index, more)
	if s.onPostgres && more.sql != "" {
		found.from = `(SELECT * FROM ` + s.by(index, condition{}).from + more.where() + ` OFFSET 0) AS ` + s.table
		found.where = condition{s.where.sql, append(append([]any{}, more.args...), s.where.args...)}
	}
	return found
}

// walk is the source of the index that has the order.
func (s *search) walk() source {
	found := s.by(s.ordered, s.within)
	found.each, found.place = s.each, s.onPostgres
	return found
}

// name adds what runs are called, whole or in part.
func (s *search) name(f *prefect.AnyLike) {
	if f == nil {
		return
	}
	index := s.named
	var names, part criteria
	texts(&names, s.table+".name", f.Any)
	s.lookup(index, and(names...))
	if part.contains(s.table+".name", f.Like); len(part) > 0 && part[0].sql != never.sql {
		s.like, s.counted = part[0], index
	}
}

// only is the index of the only lead, "" when there are more or none, or when that index
// has but the ids which the lead knows.
func (s *search) only(byID string) string {
	if len(s.leads) == 1 && s.leads[0].index != byID {
		return s.leads[0].index
	}
	return ""
}

// tags adds the tags that runs have all of, each by itself, and those that they have one of.
func (s *search) tags(byID string, all, any []string) {
	add := func(of condition) {
		rows := condition{"FROM " + s.table + "_tag AS tagged" + of.where(), of.args}
		s.leads = append(s.leads, lead{index: byID,
			only: condition{s.table + ".id IN (SELECT tagged.run_id " + rows.sql + ")", of.args},
			rows: condition{"SELECT 1 " + rows.sql, of.args}})
	}
	const most = 8 // tags that are looked up
	for _, tag := range all[:min(len(all), most)] {
		add(when("tagged.tag = ?", tag))
	}
	if len(any) > 0 {
		var c criteria
		texts(&c, "tagged.tag", any)
		add(and(c...))
	}
}

// onlyTag notes when all that is asked for is one tag: then its rows are those of the search.
func (s *search) onlyTag(all []string) {
	var tag criteria
	tag.tagsAll(s.table+".tags", all)
	if len(s.leads) == 1 && len(all) == 1 && and(tag...).sql == s.where.sql {
		s.leads[0].exact = true
	}
}

// rows is a query with a row for each that a source has.
func (s source) rows() condition {
	return condition{"SELECT 1 FROM " + s.from + s.where.where(), s.where.args}
}

// rarest returns the lead that leaves the fewest rows, with how many, fewRuns at most;
// nil when there is none.
func (tx *Tx) rarest(s *search) (*lead, int, error) {
	var best *lead
	fewest := fewRuns
	for i := range s.leads {
		l := &s.leads[i]
		n, err := tx.countUpTo(l.rows, fewRuns)
		if err != nil {
			return nil, 0, err
		}
		if best == nil || n < fewest {
			best, fewest = l, n
		}
		if n <= fewEnough {
			break
		}
	}
	if fewest < fewRuns || s.like.sql == "" {
		return best, fewest, nil
	}
	rows, err := tx.rowsLike(s)
	if err != nil || len(rows) == fewRuns {
		return best, fewest, err
	}
	return &lead{only: s.numbered(rows)}, len(rows), nil
}

// pageOf decides how a page of a search is read.
func (tx *Tx) pageOf(s *search, page prefect.Page) (source, error) {
	end := page.Offset + page.Limit
	best, n, err := tx.rarest(s)
	if err != nil {
		return source{}, err
	}
	if n < fewRuns {
		return s.gather(best.index, best.only), nil
	}
	if s.ordered != "" && s.ordered == s.named && end < nearNames {
		if found, ok, err := tx.firstNames(s, page); err != nil || ok {
			return found, err
		}
		if found, ok, err := tx.nearest(s, page); err != nil || ok {
			return found, err
		}
	}
	for _, l := range s.leads {
		if l.window {
			return s.gather(l.index, l.only), nil
		}
		if s.ordered != "" && s.ordered == s.named {
			n, err := tx.countUpTo(l.rows, manyRuns)
			if err != nil {
				return source{}, err
			}
			if n < manyRuns {
				return s.gather(l.index, l.only), nil
			}
		}
	}
	switch {
	case s.ordered != "":
		return s.walk(), nil
	case s.counted != "":
		return s.by(s.counted, condition{}), nil
	case best != nil:
		return s.gather(best.index, best.only), nil
	}
	return s.by("", condition{}), nil
}

// nearest looks for a page by name among the first names; false when it does not end there. It
// has the rows of the page itself: those of one name would else be in another order from page to page.
func (tx *Tx) nearest(s *search, page prefect.Page) (found source, ok bool, err error) {
	near, end := tx.near(s), page.Offset+page.Limit
	rows, err := column[int64](tx, near.sql+` LIMIT ?`, append(near.args, end)...)
	if err != nil || len(rows) < end {
		return found, false, err
	}
	return s.begun(rows, page), true, nil
}

// begun is the source of a page when the rows up to its end are known.
func (s *search) begun(rows []int64, page prefect.Page) source {
	found := s.gather("", s.numbered(rows[min(page.Offset, len(rows)):]))
	found.begun = true
	return found
}

// numbered is that a row is one of some.
func (s *search) numbered(rows []int64) condition {
	text, _ := json.Marshal(rows) // numbers always marshal
	return when(s.table+".rowid IN (SELECT value FROM json_each(?))", string(text))
}

// near is a query for the rowids of those of the first nearNames in the order of names that meet
// the search, in that order: SQLite reads them in it, and need not sort.
func (tx *Tx) near(s *search) condition {
	if s.onPostgres {
		return condition{`SELECT ` + s.table + `.rowid FROM (SELECT * FROM ` + s.table + ` INDEXED BY ` + s.named + ` ORDER BY name` + s.direction() + ` LIMIT ?) AS ` + s.table +
			s.where.where() + ` ORDER BY ` + s.table + `.name` + s.direction() + `, ` + s.table + `.rowid` + s.direction(), append([]any{nearNames}, s.where.args...)}
	}
	return condition{`SELECT ` + s.table + `.rowid FROM (SELECT rowid AS first FROM ` + s.table + ` INDEXED BY ` + s.named + ` ORDER BY name` + s.direction() + ` LIMIT ?) AS nearest CROSS JOIN ` +
		s.table + ` ON ` + s.table + `.rowid = nearest.first` + s.where.where(), append([]any{nearNames}, s.where.args...)}
}

// direction ends an order by the direction of the search.
func (s *search) direction() string {
	if strings.HasSuffix(s.sort, "_DESC") {
		return " DESC"
	}
	return ""
}

// countOf decides how the rows of a search are counted.
func (tx *Tx) countOf(s *search) (source, error) {
	best, n, err := tx.rarest(s)
	if err != nil {
		return source{}, err
	}
	switch {
	case n < fewRuns:
		return s.gather(best.index, best.only), nil
	case s.counted == "" && best != nil:
		return s.counts(best.index, best.only), nil
	}
	for _, l := range s.leads { // what is counted by this index may be a part of it
		if l.index == s.counted && l.index != "" {
			return s.counts(l.index, l.only), nil
		}
	}
	return s.counts(s.counted, condition{}), nil
}

// counts is the source of what is counted by an index and is not rare.
func (s *search) counts(index string, more condition) source {
	found := s.by(index, more)
	found.many = true
	return found
}

// all is where counting does not stop.
const all = math.MaxInt64

// countUpTo counts the rows of a query, and stops at most.
func (tx *Tx) countUpTo(rows condition, most int) (int, error) {
	return tx.count(`SELECT count(*) FROM (`+rows.sql+` LIMIT ?)`, append(rows.args[:len(rows.args):len(rows.args)], most)...)
}

// countRuns counts the rows of a search, and stops at most.
func (tx *Tx) countRuns(s *search, most int) (int, error) {
	if len(s.leads) == 1 && s.leads[0].exact {
		return tx.countUpTo(s.leads[0].rows, most)
	}
	found, err := tx.countOf(s)
	if err != nil {
		return 0, err
	}
	if most != all {
		rows := found.rows()
		if found.many { // which PostgreSQL is not to make a bitmap of first
			rows.sql += tx.either(``, ` WALKED`)
		}
		return tx.countUpTo(rows, most)
	}
	return tx.count(`SELECT count(*) FROM `+found.from+found.where.where(), found.where.args...)
}

// page writes a query for columns of a page of runs: the page is found by itself, so that
// what is passed over is not read.
func (s *search) page(columns, joins string, found source, order condition, page prefect.Page) condition {
	keys := found.keys(s.table, order, page)
	if found.place { // by what the keys are sorted by, so that PostgreSQL need not sort, and can be told not to
		order = when(`page.place` + order.sql[strings.LastIndexByte(order.sql, ' '):] + ` WALKED`)
	}
	return condition{`SELECT ` + columns + ` FROM (` + keys.sql + `) AS page CROSS JOIN ` + s.table + ` ON ` + s.table + `.rowid = page.wanted ` +
		joins + ` ORDER BY ` + order.sql, append(keys.args, order.args...)}
}

// windows adds when runs started, should have, and ended.
func (tx *Tx) windows(s *search, end *prefect.BetweenOrNull, expected *prefect.Between, start *prefect.BetweenOrNull, sort string) {
	if end != nil {
		tx.window(s, s.times.end, s.table+".end_time", end.After, end.Before, sort)
	}
	if expected != nil {
		tx.window(s, s.times.expected, s.table+".expected_start_time", expected.After, expected.Before, sort)
	}
	if start != nil {
		tx.window(s, s.times.begin, s.times.start, start.After, start.Before, sort)
	}
}

// countByState counts by the index of states, unless a window is looked at which that does
// not hold.
func (s *search) countByState(index string) {
	if s.counted != s.times.end && s.counted != s.times.expected {
		s.counted = index
	}
}

// window adds that a moment of which there is an index lies between two.
func (tx *Tx) window(s *search, index, column string, after, before *prefect.Time, sort string) {
	var c criteria
	c.between(column, after, before)
	if len(c) == 0 {
		return
	}
	s.lookup(index, and(c...))
	s.counted = index
	s.leads[len(s.leads)-1].window = index != s.ordered && tx.distant(sort, after, before)
}

// distantWindow is how long ago a window has ended that is distant.
const distantWindow = time.Hour

// distant reports whether a walk in an order would pass over much before it comes to a window.
func (tx *Tx) distant(sort string, after, before *prefect.Time) bool {
	switch {
	case strings.HasPrefix(sort, "NAME"):
		return false
	case strings.HasSuffix(sort, "_ASC"):
		return after != nil
	default:
		return before != nil && before.Time.Before(tx.Now.Add(-distantWindow))
	}
}
