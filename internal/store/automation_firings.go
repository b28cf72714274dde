package store

import (
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// Fire notes that the trigger of an automation fired, tells of it in the event log
// and asks for the automation's actions, all in the transaction that found it. It is
// false when the firing was noted before, and then nothing more happens.
func (tx *Tx) Fire(a *prefect.Automation, f *prefect.Firing) (bool, error) {
	n, err := tx.conn.Exec(`INSERT INTO automation_firing (id, automation_id, trigger_id, triggered, firing)
		VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, f.ID, a.ID, f.Trigger.ID, f.Triggered, JSON(f))
	if err != nil || n == 0 {
		return false, err
	}
	told, err := tx.tellFiring(a, f)
	if err != nil {
		return false, err
	}
	for _, action := range actionsOf(a, f, told) {
		if err := tx.addDelivery(action); err != nil {
			return false, err
		}
	}
	return true, nil
}

// tellFiring tells in which states the firing brought the automation.
func (tx *Tx) tellFiring(a *prefect.Automation, f *prefect.Firing) (map[prefect.TriggerState]*prefect.ReceivedEvent, error) {
	told := map[prefect.TriggerState]*prefect.ReceivedEvent{}
	for _, state := range []prefect.TriggerState{prefect.Triggered, prefect.Resolved} {
		if !slices.Contains(f.States, state) {
			continue
		}
		e, err := events.AutomationFired(a, f, state)
		if err != nil {
			return nil, err
		}
		if err := tx.Emit(e); err != nil {
			return nil, err
		}
		told[state] = &prefect.ReceivedEvent{Event: *e, Received: prefect.At(tx.Now)}
	}
	return told, nil
}

// actionsOf are the actions that a firing asks for: those of the automation with the
// event that made it fire, and those of its states with the event that told of each.
func actionsOf(a *prefect.Automation, f *prefect.Firing, told map[prefect.TriggerState]*prefect.ReceivedEvent) []*prefect.TriggeredAction {
	var all []*prefect.TriggeredAction
	add := func(actions []prefect.Action, e *prefect.ReceivedEvent, toldBy *prefect.ReceivedEvent) {
		for _, action := range actions {
			index := len(all)
			triggered := &prefect.TriggeredAction{
				ID: uuid.NewSHA1(f.ID, []byte{byte(index >> 8), byte(index)}), Automation: *a, Firing: f, Triggered: f.Triggered,
				Labels: f.Labels, Event: e, Action: action, Index: index,
			}
			if toldBy != nil {
				triggered.ToldBy = &toldBy.ID
			}
			all = append(all, triggered)
		}
	}
	triggered, resolved := told[prefect.Triggered], told[prefect.Resolved]
	first := triggered
	if first == nil {
		first = resolved
	}
	add(a.Actions, f.Event, first)
	if triggered != nil {
		add(a.ActionsOnTrigger, triggered, triggered)
	}
	if resolved != nil {
		add(a.ActionsOnResolve, resolved, resolved)
	}
	return all
}
