package store

import (
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

const automationColumns = `automation.id, automation.created, automation.updated, automation.name, automation.description, automation.enabled,
	automation.tags, automation.trigger, automation.actions, automation.actions_on_trigger, automation.actions_on_resolve`

func scanAutomation(r Row) (*prefect.Automation, error) {
	var a prefect.Automation
	err := r.Scan(&a.ID, &a.Created, &a.Updated, &a.Name, &a.Description, &a.Enabled,
		JSON(&a.Tags), JSON(&a.Trigger), JSON(&a.Actions), JSON(&a.ActionsOnTrigger), JSON(&a.ActionsOnResolve))
	return &a, err
}

// mostAutomations is how many automations there may be: all are kept in memory by
// what evaluates them.
const mostAutomations = 10_000

// CreateAutomation makes an automation and tells of it. Its triggers get new ids. It
// fails with fault.Invalid when there are as many as there may be.
func (tx *Tx) CreateAutomation(c *prefect.AutomationCreate) (*prefect.Automation, error) {
	if n, err := tx.CountAutomations(nil); err != nil {
		return nil, err
	} else if n >= mostAutomations {
		return nil, fault.New(fault.Invalid, "There are %d automations, and a server keeps no more.", n)
	}
	tx.drawTriggerIDs(&c.Trigger)
	id := tx.IDs.V4()
	_, err := tx.conn.Exec(`INSERT INTO automation (id, created, updated, name, description, enabled, tags, trigger, actions, actions_on_trigger, actions_on_resolve)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, tx.Now, tx.Now, c.Name, c.Description, c.Enabled, JSON(c.Tags), JSON(c.Trigger),
		JSON(list(c.Actions)), JSON(list(c.ActionsOnTrigger)), JSON(list(c.ActionsOnResolve)))
	if err != nil {
		return nil, err
	}
	if err := tx.relateToDeployments(id, c.Actions); err != nil {
		return nil, err
	}
	if c.OwnerResource != nil && *c.OwnerResource != "" {
		if err := tx.relateAutomation(id, *c.OwnerResource, true); err != nil {
			return nil, err
		}
		if err := tx.restoreNoise(id, *c.OwnerResource, c.Name); err != nil {
			return nil, err
		}
	}
	a, err := tx.automationsChanged(id)
	if err != nil {
		return nil, err
	}
	return a, tx.Emit(events.Automation(events.Created, a, tx.IDs.V7(), tx.Now))
}

// ReadAutomation returns an automation, nil when there is none with that id.
func (tx *Tx) ReadAutomation(id uuid.UUID) (*prefect.Automation, error) {
	a, _, err := first(tx, `SELECT `+automationColumns+` FROM automation WHERE id = ?`, []any{id}, scanAutomation)
	return a, err
}

// UpdateAutomation replaces what was given of an automation and tells of it. Its
// triggers get new ids.
func (tx *Tx) UpdateAutomation(id uuid.UUID, u *prefect.AutomationUpdate) error {
	tx.drawTriggerIDs(&u.Trigger)
	set := assignments{}
	for _, field := range []struct {
		name  string
		value any
	}{
		{"name", u.Name},
		{"description", u.Description},
		{"enabled", u.Enabled},
		{"tags", JSON(u.Tags)},
		{"trigger", JSON(u.Trigger)},
		{"actions", JSON(list(u.Actions))},
		{"actions_on_trigger", JSON(list(u.ActionsOnTrigger))},
		{"actions_on_resolve", JSON(list(u.ActionsOnResolve))},
	} {
		if u.Has(field.name) {
			set.add(field.name, field.value)
		}
	}
	if _, err := tx.update("automation", id, set); err != nil {
		return err
	}
	if _, err := tx.conn.Exec(`DELETE FROM automation_related_resource
		WHERE automation_id = ? AND resource_id LIKE 'prefect.deployment.%' AND owned = 0`, id); err != nil {
		return err
	}
	if err := tx.relateToDeployments(id, u.Actions); err != nil {
		return err
	}
	return tx.tellUpdated(id)
}

// EnableAutomation resumes an automation, or pauses it, and tells of it.
func (tx *Tx) EnableAutomation(id uuid.UUID, enabled bool) error {
	if _, err := tx.update("automation", id, assignments{columns: []string{"enabled = ?"}, args: []any{enabled}}); err != nil {
		return err
	}
	return tx.tellUpdated(id)
}

// tellUpdated tells that an automation was changed.
func (tx *Tx) tellUpdated(id uuid.UUID) error {
	a, err := tx.automationsChanged(id)
	if err != nil {
		return err
	}
	return tx.Emit(events.Automation(events.Updated, a, tx.IDs.V7(), tx.Now))
}

// DeleteAutomation deletes an automation with what its triggers have counted, and
// tells of it. Its firings and deliveries stay: they are what happened.
func (tx *Tx) DeleteAutomation(a *prefect.Automation) error {
	if _, err := tx.conn.Exec(`DELETE FROM automation WHERE id = ?`, a.ID); err != nil {
		return err
	}
	if err := tx.raiseAutomationsVersion(); err != nil {
		return err
	}
	return tx.Emit(events.Automation(events.Deleted, a, tx.IDs.V7(), tx.Now))
}

// automationsChanged notes that an automation was made or changed, and returns it as
// it is now.
func (tx *Tx) automationsChanged(id uuid.UUID) (*prefect.Automation, error) {
	if err := tx.raiseAutomationsVersion(); err != nil {
		return nil, err
	}
	return tx.ReadAutomation(id)
}

// raiseAutomationsVersion tells whoever keeps automations that they are others now.
func (tx *Tx) raiseAutomationsVersion() error {
	tx.Touch(Automations)
	tx.Touch(Deadlines)
	_, err := tx.conn.Exec(`UPDATE automation_version SET version = version + 1`)
	return err
}

// SettleAutomations has automations count as changed now that were changed at a time
// which is yet to come: the clock was set back since, and they would look at nothing
// until then.
func (tx *Tx) SettleAutomations() error {
	n, err := tx.conn.Exec(`UPDATE automation SET updated = ? WHERE updated > ?`, tx.Now, tx.Now)
	if err != nil || n == 0 {
		return err
	}
	return tx.raiseAutomationsVersion()
}

// AutomationsVersion is a number that grows with every change of an automation,
// whoever makes it: as long as it is the same, so are the automations.
func (tx *Tx) AutomationsVersion() (int, error) {
	return tx.count(`SELECT version FROM automation_version`)
}

// EnabledAutomations returns the automations that are not paused, in the order in
// which they were made.
func (tx *Tx) EnabledAutomations() ([]*prefect.Automation, error) {
	return collect(tx, `SELECT `+automationColumns+` FROM automation WHERE enabled = 1 ORDER BY sequence`, nil, scanAutomation)
}

// drawTriggerIDs gives a trigger and those below it new ids.
func (tx *Tx) drawTriggerIDs(trigger *prefect.Trigger) {
	trigger.All(func(t, _ *prefect.Trigger) { t.ID = tx.IDs.V4() })
}

// list is the actions as they are kept: none are an empty list.
func list(actions []prefect.Action) []prefect.Action {
	if actions == nil {
		return []prefect.Action{}
	}
	return actions
}

// relateToDeployments notes which deployments the actions of an automation run.
func (tx *Tx) relateToDeployments(id uuid.UUID, actions []prefect.Action) error {
	var related []uuid.UUID
	for _, a := range actions {
		if a.Run != nil && a.Run.Source == prefect.Selected && !slices.Contains(related, *a.Run.DeploymentID) {
			related = append(related, *a.Run.DeploymentID)
		}
	}
	for _, deployment := range related {
		if err := tx.relateAutomation(id, "prefect.deployment."+deployment.String(), false); err != nil {
			return err
		}
	}
	return nil
}

// relateAutomation notes that an automation is about a resource, or belongs to it;
// what belongs to it already goes on to.
func (tx *Tx) relateAutomation(id uuid.UUID, resource string, owned bool) error {
	_, err := tx.conn.Exec(`INSERT INTO automation_related_resource (automation_id, resource_id, owned) VALUES (?, ?, ?)
		ON CONFLICT (automation_id, resource_id) DO UPDATE SET owned = max(automation_related_resource.owned, excluded.owned)`, id, resource, owned)
	return err
}

// RelatedAutomations returns the automations that are about a resource or belong to
// it, in the order in which they were made.
func (tx *Tx) RelatedAutomations(resource string) ([]*prefect.Automation, error) {
	return collect(tx, `SELECT `+automationColumns+` FROM automation
		JOIN automation_related_resource AS related ON related.automation_id = automation.id
		WHERE related.resource_id = (SELECT ?) ORDER BY automation.sequence`, []any{resource}, scanAutomation)
}

// DeleteOwnedAutomations deletes the automations that belong to a resource, with
// what their triggers have counted. As in the reference no event tells of it.
func (tx *Tx) DeleteOwnedAutomations(resource string) error {
	if err := tx.keepNoise(resource); err != nil {
		return err
	}
	n, err := tx.conn.Exec(`DELETE FROM automation WHERE id IN
		(SELECT automation_id FROM automation_related_resource WHERE resource_id = ? AND owned = 1)`, resource)
	if err != nil || n == 0 {
		return err
	}
	return tx.raiseAutomationsVersion()
}

var automationOrder = map[prefect.AutomationSort]string{
	"CREATED_DESC": "automation.created DESC",
	"UPDATED_DESC": "automation.updated DESC",
	"NAME_ASC":     "automation.name ASC",
	"NAME_DESC":    "automation.name DESC",
}

// FilterAutomations lists automations; those that are alike in the order in which
// they were made.
func (tx *Tx) FilterAutomations(f *prefect.AutomationFilter, sort prefect.AutomationSort, page prefect.Page) ([]*prefect.Automation, error) {
	c := automationCondition(f)
	return collect(tx, `SELECT `+automationColumns+` FROM automation`+c.where()+` ORDER BY `+automationOrder[sort]+`, automation.sequence LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset), scanAutomation)
}

// CountAutomations counts automations.
func (tx *Tx) CountAutomations(f *prefect.AutomationFilter) (int, error) {
	c := automationCondition(f)
	return tx.count(`SELECT count(*) FROM automation`+c.where(), c.args...)
}

// automationCondition restricts a row of automation.
func automationCondition(f *prefect.AutomationFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.ID != nil {
		c.add(anyID("automation.id", f.ID))
	}
	if f.Name != nil {
		c.add(anyText("automation.name", f.Name))
	}
	if f.Created != nil {
		c.between("automation.created", nil, f.Created.Before)
	}
	if f.Tags != nil {
		c.add(allAnyTags("automation.tags", f.Tags))
	}
	return c.join(f.Operator)
}
