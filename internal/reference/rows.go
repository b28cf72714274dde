package reference

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// moment is how the reference writes times: in UTC.
const moment = "2006-01-02 15:04:05.999999"

// Check refuses a database that the reference did not make.
func Check(c store.Conn, path string) error {
	tables := 0
	err := c.Query("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('alembic_version', 'automation', 'events')", nil,
		func(r store.Row) error { return r.Scan(&tables) })
	if err == nil && tables < 3 {
		err = fault.New(fault.Invalid, "%s is no database of Prefect's own server", path).WithHint("it is ~/.prefect/prefect.db unless that server was told otherwise")
	}
	return err
}

// Automation is an automation as the reference keeps it.
type Automation struct {
	*prefect.Automation
	// Unread says why its trigger cannot be read, nil when it can.
	Unread error
}

// Automations returns all automations, in the order in which they were made.
func Automations(c store.Conn) ([]Automation, error) {
	var all []Automation
	err := c.Query("SELECT id, name, enabled, created, updated, trigger FROM automation ORDER BY created, id", nil, func(r store.Row) error {
		a := Automation{Automation: &prefect.Automation{}}
		var id, created, updated, trigger string
		if err := r.Scan(&id, &a.Name, &a.Enabled, &created, &updated, &trigger); err != nil {
			return err
		}
		var err error
		if a.ID, err = uuid.Parse(id); err != nil {
			return fmt.Errorf("automation %q: %w", a.Name, err)
		}
		if a.Created, err = parse(created); err != nil {
			return fmt.Errorf("automation %q: %w", a.Name, err)
		}
		if a.Updated, err = parse(updated); err != nil {
			return fmt.Errorf("automation %q: %w", a.Name, err)
		}
		a.Unread = json.Unmarshal([]byte(trigger), &a.Trigger)
		all = append(all, a)
		return nil
	})
	return all, err
}

// Events calls each with every event since a time, in the order in which they were
// received.
func Events(c store.Conn, since time.Time, each func(*prefect.ReceivedEvent) error) error {
	return c.Query(`SELECT id, event, occurred, received, resource, related, payload, follows FROM events WHERE received >= ?
		ORDER BY received, rowid`, []any{since.UTC().Format(moment)}, func(r store.Row) error {
		e := &prefect.ReceivedEvent{}
		var id, occurred, received, resource, related, payload string
		var follows *string
		if err := r.Scan(&id, &e.Event.Event, &occurred, &received, &resource, &related, &payload, &follows); err != nil {
			return err
		}
		if err := fill(e, id, occurred, received, resource, related, follows); err != nil {
			return fmt.Errorf("event %s: %w", id, err)
		}
		e.Payload = json.RawMessage(payload)
		return each(e)
	})
}

func fill(e *prefect.ReceivedEvent, id, occurred, received, resource, related string, follows *string) (err error) {
	if e.ID, err = uuid.Parse(id); err != nil {
		return err
	}
	if e.Occurred, err = parse(occurred); err != nil {
		return err
	}
	if e.Received, err = parse(received); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(resource), &e.Resource); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(related), &e.Related); err != nil {
		return err
	}
	if follows == nil {
		return nil
	}
	leader, err := uuid.Parse(*follows)
	e.Follows = &leader
	return err
}

func parse(text string) (prefect.Time, error) {
	at, err := time.Parse(moment, text)
	return prefect.At(at), err
}
