package events

import "encoding/json"

// Change is one changed field of an object, as updated-events tell it.
type Change struct {
	From any `json:"from"`
	To   any `json:"to"`
}

// Changes are changed fields in the order they were given.
type Changes struct {
	fields []string
	values map[string]Change
}

// Add notes a change.
func (c *Changes) Add(field string, from, to any) {
	if c.values == nil {
		c.values = map[string]Change{}
	}
	c.fields = append(c.fields, field)
	c.values[field] = Change{from, to}
}

// Empty reports whether nothing changed.
func (c *Changes) Empty() bool { return len(c.fields) == 0 }

// payload is the payload of an updated-event.
func (c *Changes) payload() (json.RawMessage, error) {
	return json.Marshal(struct {
		Fields  []string          `json:"updated_fields"`
		Updates map[string]Change `json:"updates"`
	}{c.fields, c.values})
}
