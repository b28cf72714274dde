package store

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

const variableColumns = `variable.id, variable.created, variable.updated, variable.name, variable.value, variable.tags`

func scanVariable(r Row) (*prefect.Variable, error) {
	var v prefect.Variable
	err := r.Scan(&v.ID, &v.Created, &v.Updated, &v.Name, &v.Value, JSON(&v.Tags))
	return &v, err
}

// CreateVariable makes a variable; fault.Conflict when the name is taken.
func (tx *Tx) CreateVariable(c *prefect.VariableCreate) (*prefect.Variable, error) {
	n, err := tx.conn.Exec(`INSERT INTO variable (id, created, updated, name, value, tags)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		tx.IDs.V4(), tx.Now, tx.Now, string(c.Name), json.RawMessage(c.Value), JSON(c.Tags))
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault.New(fault.Conflict, "A variable with the name '%s' already exists.", c.Name)
	}
	v, err := tx.ReadVariableByName(string(c.Name))
	if err != nil {
		return nil, err
	}
	return v, tx.Emit(events.Variable(events.Created, v, tx.IDs.V7(), tx.Now))
}

// ReadVariable returns a variable, nil when there is none with that id.
func (tx *Tx) ReadVariable(id uuid.UUID) (*prefect.Variable, error) {
	v, _, err := first(tx, `SELECT `+variableColumns+` FROM variable WHERE id = ?`, []any{id}, scanVariable)
	return v, err
}

// ReadVariableByName returns a variable, nil when there is none with that name.
func (tx *Tx) ReadVariableByName(name string) (*prefect.Variable, error) {
	v, _, err := first(tx, `SELECT `+variableColumns+` FROM variable WHERE name = ?`, []any{name}, scanVariable)
	return v, err
}

// UpdateVariable changes what was given.
func (tx *Tx) UpdateVariable(v *prefect.Variable, u *prefect.VariableUpdate) error {
	set := assignments{}
	if u.Has("name") {
		set.add("name", (*string)(u.Name))
	}
	if u.Has("value") {
		set.add("value", json.RawMessage(u.Value))
	}
	if u.Has("tags") {
		set.add("tags", NullJSON(u.Tags))
	}
	if _, err := tx.update("variable", v.ID, set); err != nil {
		return err
	}
	changed, err := tx.ReadVariable(v.ID)
	if err != nil {
		return err
	}
	return tx.Emit(events.Variable(events.Updated, changed, tx.IDs.V7(), tx.Now))
}

// DeleteVariable deletes a variable.
func (tx *Tx) DeleteVariable(v *prefect.Variable) error {
	if _, err := tx.conn.Exec(`DELETE FROM variable WHERE id = ?`, v.ID); err != nil {
		return err
	}
	return tx.Emit(events.Variable(events.Deleted, v, tx.IDs.V7(), tx.Now))
}

var variableOrder = map[prefect.VariableSort]string{
	"CREATED_DESC": "variable.created DESC",
	"UPDATED_DESC": "variable.updated DESC",
	"NAME_DESC":    "variable.name DESC",
	"NAME_ASC":     "variable.name ASC",
}

// FilterVariables lists variables.
func (tx *Tx) FilterVariables(f *prefect.VariableFilter, sort prefect.VariableSort, page prefect.Page) ([]*prefect.Variable, error) {
	c := variableCondition(f)
	return collect(tx, `SELECT `+variableColumns+` FROM variable`+c.where()+` ORDER BY `+variableOrder[sort]+` LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset), scanVariable)
}

// CountVariables counts variables.
func (tx *Tx) CountVariables(f *prefect.VariableFilter) (int, error) {
	c := variableCondition(f)
	return tx.count(`SELECT count(*) FROM variable`+c.where(), c.args...)
}

// variableCondition restricts a row of variable.
func variableCondition(f *prefect.VariableFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.ID != nil {
		c.add(anyID("variable.id", f.ID))
	}
	if f.Name != nil {
		c.add(anyLike("variable.name", f.Name))
	}
	if f.Tags != nil {
		c.add(allTags("variable.tags", f.Tags))
	}
	return c.join(f.Operator)
}

// VariableValue returns the value of the variable of that name, nil when there is
// none.
func (tx *Tx) VariableValue(name string) (json.RawMessage, error) {
	var value json.RawMessage
	err := tx.one(`SELECT value FROM variable WHERE name = ?`, []any{name}, &value)
	if err == ErrNoRows {
		return nil, nil
	}
	return value, err
}
