package store

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// jsonColumn carries a Go value to or from a JSON column.
type jsonColumn struct{ value any }

// JSON binds or scans a value that is kept as JSON text: give a value to bind,
// a pointer to scan. A nil pointer, slice or map is bound as what it marshals
// to; a NULL column leaves the destination as it is.
func JSON(value any) any { return &jsonColumn{value} }

// MarshalColumn returns the text to bind.
func (c *jsonColumn) MarshalColumn() (string, error) {
	if details, ok := c.value.(*prefect.StateDetails); ok {
		return string(details.AppendCompact(nil)), nil
	}
	b, err := json.Marshal(c.value)
	return string(b), err
}

// UnmarshalColumn reads the text of a column.
func (c *jsonColumn) UnmarshalColumn(text string) error {
	if text == "" {
		return nil
	}
	if policy, ok := c.value.(*prefect.FlowRunPolicy); ok && text == unsetPolicy {
		*policy = prefect.FlowRunPolicy{}
		policy.Defaults()
		return nil
	}
	return json.Unmarshal([]byte(text), c.value)
}

// unsetPolicy is the text of the policy that nearly every flow run has. It is
// known at sight, because reading it is a tenth of reading a flow run.
var unsetPolicy = func() string {
	var policy prefect.FlowRunPolicy
	policy.Defaults()
	text, err := JSON(policy).(*jsonColumn).MarshalColumn()
	if err != nil {
		panic(err) // a policy without values is written whatever happens
	}
	return text
}()

// NullJSON is JSON, but a nil pointer, slice or map is bound as NULL.
func NullJSON(value any) any {
	b, err := json.Marshal(value)
	if err == nil && string(b) == "null" {
		return nil
	}
	return JSON(value)
}

// inserts are statements that insert rows, or name them, by their number, up to most. What is many is
// written with few of them: each costs as much as the row.
func inserts(most int, into string, columns int, end string) []string {
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	all := make([]string, most+1)
	for n := 1; n <= most; n++ {
		all[n] = into + " VALUES " + row + strings.Repeat(", "+row, n-1) + " " + end
	}
	return all
}

// assignments are the columns of an UPDATE, in order.
type assignments struct {
	columns []string
	args    []any
}

func (a *assignments) add(column string, value any) {
	a.columns = append(a.columns, column+" = ?")
	a.args = append(a.args, value)
}

// update changes a row and stamps it; false when there is no row with that id.
func (tx *Tx) update(table string, id uuid.UUID, set assignments) (bool, error) {
	set.add("updated", tx.Now)
	n, err := tx.conn.Exec(fmt.Sprintf(`UPDATE %s SET %s WHERE id = ?`, table, strings.Join(set.columns, ", ")),
		append(set.args, id)...)
	return n > 0, err
}
