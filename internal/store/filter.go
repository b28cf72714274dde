package store

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// This is the only place where SQL is put together: filters are a language of
// their own, all else is constant text. What clients send is always bound, never
// written into the text, and lists are bound as one argument each, so that the
// number of different texts stays small and each is prepared once.

// condition is a boolean expression with the arguments of its placeholders. The
// zero condition is true.
type condition struct {
	sql  string
	args []any
}

var never = condition{sql: "FALSE"}

// when is a condition with its arguments.
func when(sql string, args ...any) condition { return condition{sql, args} }

// where writes the condition as the clause of a query, "" when it is true.
func (c condition) where() string {
	if c.sql == "" {
		return ""
	}
	return " WHERE " + c.sql
}

// and is true when all conditions are.
func and(all ...condition) condition { return criteria(all).join(prefect.And) }

// having wraps the condition in an EXISTS: from names the tables and how they
// hang on the outer row.
func having(from, on string, inner condition) condition {
	sql := "EXISTS (SELECT 1 FROM " + from + " WHERE " + on
	if inner.sql != "" {
		sql += " AND " + inner.sql
	}
	return condition{sql + ")", inner.args}
}

// criteria are the conditions of one filter. Its methods add a criterion that
// was given and leave out one that was not.
type criteria []condition

func (c *criteria) add(more ...condition) { *c = append(*c, more...) }

// join combines the criteria; none at all are true, whatever the operator.
func (c criteria) join(operator prefect.Operator) condition {
	word := " AND "
	if operator == prefect.Or {
		word = " OR "
	}
	var parts []string
	var args []any
	for _, one := range c {
		if one.sql == "" {
			if operator == prefect.Or {
				return condition{}
			}
			continue
		}
		parts = append(parts, one.sql)
		args = append(args, one.args...)
	}
	switch len(parts) {
	case 0:
		return condition{}
	case 1:
		return condition{parts[0], args}
	}
	return condition{"(" + balanced(parts, word) + ")", args}
}

// balanced joins many parts so that they nest as little as they can: databases
// bound how deep an expression is, and read a chain as one that is as deep as it
// is long.
func balanced(parts []string, word string) string {
	if len(parts) <= longestChain {
		return strings.Join(parts, word)
	}
	half := len(parts) / 2
	return "(" + balanced(parts[:half], word) + ")" + word + "(" + balanced(parts[half:], word) + ")"
}

const longestChain = 100

// ids adds that an id column is one of a list.
func (c *criteria) ids(column string, list []uuid.UUID) {
	if list == nil {
		return
	}
	switch len(list) {
	case 0:
		c.add(never)
	case 1:
		c.add(when(column+" = ?", list[0]))
	default:
		c.add(when(column+" IN (SELECT unhex(value) FROM json_each(?))", idList(list)))
	}
}

// notIDs adds that an id column is none of a list; an empty one adds nothing.
func (c *criteria) notIDs(column string, list []uuid.UUID) {
	if len(list) > 0 {
		c.add(when(column+" NOT IN (SELECT unhex(value) FROM json_each(?))", idList(list)))
	}
}

// idList writes ids as a JSON array of hexadecimal text.
func idList(ids []uuid.UUID) string {
	out := make([]byte, 0, 2+35*len(ids))
	out = append(out, '[')
	for i, id := range ids {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, '"')
		out = hex.AppendEncode(out, id[:])
		out = append(out, '"')
	}
	return string(append(out, ']'))
}

// texts adds that a text column is one of a list.
func texts[T ~string](c *criteria, column string, list []T) {
	if list == nil {
		return
	}
	switch len(list) {
	case 0:
		c.add(never)
	case 1:
		c.add(when(column+" = ?", string(list[0])))
	default:
		c.add(when(column+" IN (SELECT value FROM json_each(?))", textList(list)))
	}
}

// notTexts adds that a text column is none of a list; an empty one adds nothing.
func notTexts[T ~string](c *criteria, column string, list []T) {
	if len(list) > 0 {
		c.add(when(column+" NOT IN (SELECT value FROM json_each(?))", textList(list)))
	}
}

func textList[T ~string](texts []T) string {
	b, _ := json.Marshal(texts) // strings always marshal
	return string(b)
}

// likeLimit is the longest pattern SQLite takes.
const likeLimit = 50000

// contains adds that a column has a part, without regard to case; % and _ are
// wildcards. An empty part adds nothing.
func (c *criteria) contains(column string, part *string) {
	if part != nil && *part != "" {
		c.add(like(column, "%"+*part+"%"))
	}
}

// startsWith adds that a column begins with one of a list, without regard to case.
func (c *criteria) startsWith(column string, list []string) {
	if list == nil {
		return
	}
	var each criteria
	for _, start := range list {
		each.add(like(column, start+"%"))
	}
	if len(each) == 0 {
		return
	}
	c.add(each.join(prefect.Or))
}

func like(column, pattern string) condition {
	if len(pattern) > likeLimit {
		return never
	}
	return when(column+" LIKE ?", pattern)
}

// null adds that a column is null, or that it is not.
func (c *criteria) null(column string, isNull *bool) {
	switch {
	case isNull == nil:
	case *isNull:
		c.add(when(column + " IS NULL"))
	default:
		c.add(when(column + " IS NOT NULL"))
	}
}

// equal adds that a boolean column has a value.
func (c *criteria) equal(column string, value *bool) {
	if value != nil {
		c.add(when(column+" = ?", *value))
	}
}

// between adds that a moment is at or after one and at or before another.
func (c *criteria) between(column string, after, before *prefect.Time) {
	if before != nil {
		c.add(when(column+" <= ?", *before))
	}
	if after != nil {
		c.add(when(column+" >= ?", *after))
	}
}

// tagsAll adds that a list column has every one of a list; an empty one adds nothing.
func (c *criteria) tagsAll(column string, all []string) {
	switch len(all) {
	case 0:
	case 1:
		c.add(when("EXISTS (SELECT 1 FROM json_each("+column+") AS have WHERE have.value = ?)", all[0]))
	default:
		// Each list is read once. Looking for each tag in the column's list would read
		// that as often as there are tags.
		wanted := slices.Compact(slices.Sorted(slices.Values(all)))
		c.add(when("(SELECT count(DISTINCT have.value) FROM json_each("+column+") AS have WHERE have.value IN (SELECT value FROM json_each(?))) = ?",
			textList(wanted), len(wanted)))
	}
}

// tagsAny adds that a list column has one of a list.
func (c *criteria) tagsAny(column string, list []string) {
	if list == nil {
		return
	}
	if len(list) == 0 {
		c.add(never)
		return
	}
	c.add(when("EXISTS (SELECT 1 FROM json_each("+column+") AS have WHERE have.value IN (SELECT value FROM json_each(?)))", textList(list)))
}

// tagsNone adds that a list column is empty, or that it is not.
func (c *criteria) tagsNone(column string, isNull *bool) {
	switch {
	case isNull == nil:
	case *isNull:
		c.add(when(column + " = '[]'"))
	default:
		c.add(when(column + " <> '[]'"))
	}
}

// The shapes that filters share, as conditions on a column.

func anyID(column string, f *prefect.AnyID) condition {
	var c criteria
	c.ids(column, f.Any)
	return c.join(prefect.And)
}

func anyNotAnyID(column string, f *prefect.AnyNotAnyID) condition {
	var c criteria
	c.ids(column, f.Any)
	c.notIDs(column, f.NotAny)
	return c.join(prefect.And)
}

func anyIDOrNull(column string, f *prefect.AnyIDOrNull) condition {
	var c criteria
	c.ids(column, f.Any)
	c.null(column, f.IsNull)
	return c.join(f.Operator)
}

func anyText(column string, f *prefect.AnyText) condition {
	var c criteria
	texts(&c, column, f.Any)
	return c.join(prefect.And)
}

func anyNotAnyText(column string, f *prefect.AnyNotAnyText) condition {
	var c criteria
	texts(&c, column, f.Any)
	notTexts(&c, column, f.NotAny)
	return c.join(prefect.And)
}

func anyTextOrNull(column string, f *prefect.AnyTextOrNull) condition {
	var c criteria
	texts(&c, column, f.Any)
	c.null(column, f.IsNull)
	return c.join(f.Operator)
}

func anyLike(column string, f *prefect.AnyLike) condition {
	var c criteria
	texts(&c, column, f.Any)
	c.contains(column, f.Like)
	return c.join(prefect.And)
}

func anyStartsWith(column string, f *prefect.AnyStartsWith) condition {
	var c criteria
	texts(&c, column, f.Any)
	c.startsWith(column, f.StartsWith)
	return c.join(prefect.And)
}

func allTags(column string, f *prefect.AllTags) condition {
	var c criteria
	c.tagsAll(column, f.All)
	c.tagsNone(column, f.IsNull)
	return c.join(f.Operator)
}

func allAnyTags(column string, f *prefect.AllAnyTags) condition {
	var c criteria
	c.tagsAll(column, f.All)
	c.tagsAny(column, f.Any)
	c.tagsNone(column, f.IsNull)
	return c.join(f.Operator)
}

func between(column string, f *prefect.Between) condition {
	var c criteria
	c.between(column, f.After, f.Before)
	return c.join(prefect.And)
}

func equal(column string, f *prefect.Equal) condition {
	var c criteria
	c.equal(column, f.Eq)
	return c.join(prefect.And)
}

func atLeastAtMost(column string, f *prefect.AtLeastAtMost) condition {
	var c criteria
	if f.Ge != nil {
		c.add(when(column+" >= ?", *f.Ge))
	}
	if f.Le != nil {
		c.add(when(column+" <= ?", *f.Le))
	}
	return c.join(prefect.And)
}
