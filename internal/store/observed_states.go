package store

import (
	"cmp"
	"slices"
	"strings"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
)

// A history is read by an index on (type, name, timestamp), from one pair of
// type and name to the next, so that what is read grows with the number of
// pairs and not with that of states.
type history struct{ next, last string }

var histories = []history{
	{`SELECT type, name, timestamp FROM flow_run_state WHERE (type, name) > (?, ?) ORDER BY type, name, timestamp LIMIT 1`,
		`SELECT max(timestamp) FROM flow_run_state WHERE type = ? AND name = ?`},
	{`SELECT type, name, timestamp FROM task_run_state WHERE (type, name) > (?, ?) ORDER BY type, name, timestamp LIMIT 1`,
		`SELECT max(timestamp) FROM task_run_state WHERE type = ? AND name = ?`},
}

// ReadObservedStates returns the types and names of state that the flow and task
// runs that are kept have had. Each pair that is looked at takes one step of b.
func (tx *Tx) ReadObservedStates(q *prefect.ObservedStateQuery, b *budget.Budget) ([]*prefect.ObservedState, error) {
	prefix := ""
	if q.Query != nil {
		prefix = prefect.LowerASCII(strings.TrimSpace(*q.Query))
	}
	wanted := func(text string) bool { return strings.HasPrefix(prefect.LowerASCII(text), prefix) }
	type pair struct {
		typ  prefect.StateType
		name string
	}
	found, all := map[pair]*prefect.ObservedState{}, []*prefect.ObservedState{}
	for _, h := range histories {
		for at, more := (prefect.ObservedState{}), true; ; {
			var err error
			if at, more, err = first(tx, h.next, []any{at.StateType, at.StateName}, scanObserved); err != nil {
				return nil, err
			}
			if !more {
				break
			}
			if err := b.Step(1); err != nil {
				return nil, err
			}
			if !wanted(string(at.StateType)) && !wanted(at.StateName) {
				continue
			}
			seen := at
			if err := tx.one(h.last, []any{seen.StateType, seen.StateName}, &seen.LastSeen); err != nil {
				return nil, err
			}
			if known := found[pair{seen.StateType, seen.StateName}]; known != nil {
				known.FirstSeen = earlier(known.FirstSeen, seen.FirstSeen)
				known.LastSeen = later(known.LastSeen, seen.LastSeen)
				continue
			}
			found[pair{seen.StateType, seen.StateName}] = &seen
			all = append(all, &seen)
		}
	}
	slices.SortFunc(all, func(x, y *prefect.ObservedState) int {
		byName := cmp.Or(cmp.Compare(x.StateType, y.StateType), cmp.Compare(x.StateName, y.StateName))
		if q.OrderBy == prefect.ObservedLastFirst {
			return cmp.Or(y.LastSeen.Compare(x.LastSeen.Time), byName)
		}
		return byName
	})
	return all[:min(q.Limit, len(all))], nil
}

func scanObserved(r Row) (s prefect.ObservedState, err error) {
	err = r.Scan(&s.StateType, &s.StateName, &s.FirstSeen)
	return s, err
}

func earlier(a, b prefect.Time) prefect.Time {
	if b.Before(a.Time) {
		return b
	}
	return a
}

func later(a, b prefect.Time) prefect.Time {
	if b.After(a.Time) {
		return b
	}
	return a
}
