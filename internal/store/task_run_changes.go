package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// RecordTaskRunChange writes what a client has reported of a task run: the
// state always, the run when the state is newer than its current one. The run
// is found by flow run and keys, else by id; reports may come more than once
// and in any order. It returns false, and does nothing, when the report names a
// flow run that does not exist.
func (tx *Tx) RecordTaskRunChange(c *events.TaskRunChange) (bool, error) {
	if c.FlowRunID != nil {
		found, err := tx.exists(`SELECT 1 FROM flow_run WHERE id = ?`, *c.FlowRunID)
		if err != nil || !found {
			return false, err
		}
	}
	current, found, err := tx.findTaskRun(c)
	if err != nil {
		return false, err
	}
	switch {
	case !found:
		err = tx.insertReportedTaskRun(c)
	case current.timestamp == nil || current.timestamp.Before(c.State.Timestamp.Time):
		c.State.StateDetails.TaskRunID = &current.id
		err = tx.updateReportedTaskRun(current.id, c)
	default:
		c.State.StateDetails.TaskRunID = &current.id
	}
	if err != nil {
		return false, err
	}
	_, err = tx.conn.Exec(`INSERT INTO task_run_state (id, task_run_id, type, timestamp, name, message, state_details, data)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.State.ID, c.State.StateDetails.TaskRunID, c.State.Type, c.State.Timestamp, c.State.Name, c.State.Message,
		JSON(&c.State.StateDetails), c.State.Data)
	return true, err
}

type knownTaskRun struct {
	id        uuid.UUID
	timestamp *prefect.Time
}

func (tx *Tx) findTaskRun(c *events.TaskRunChange) (knownTaskRun, bool, error) {
	scan := func(r Row) (k knownTaskRun, err error) { return k, r.Scan(&k.id, &k.timestamp) }
	if c.FlowRunID != nil {
		k, found, err := first(tx, `SELECT id, state_timestamp FROM task_run
			WHERE flow_run_id = ? AND task_key = ? AND dynamic_key = ?`,
			[]any{*c.FlowRunID, c.Fields.TaskKey, c.Fields.DynamicKey}, scan)
		if err != nil || found {
			return k, found, err
		}
	}
	return first(tx, `SELECT id, state_timestamp FROM task_run WHERE id = ?`, []any{c.ID}, scan)
}

func (tx *Tx) insertReportedTaskRun(c *events.TaskRunChange) error {
	f, s := &c.Fields, &c.State
	_, err := tx.conn.Exec(`INSERT INTO task_run (id, created, updated, name, flow_run_id, task_key, dynamic_key, cache_key,
			cache_expiration, task_version, flow_run_run_count, empirical_policy, tags, labels, task_inputs,
			state_id, state_type, state_name, state_timestamp, run_count,
			expected_start_time, next_scheduled_start_time, start_time, end_time, total_run_time, owner_due)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, tx.Now, tx.Now, f.Name, c.FlowRunID, f.TaskKey, f.DynamicKey, f.CacheKey,
		f.CacheExpiration, f.TaskVersion, f.FlowRunRunCount, JSON(f.EmpiricalPolicy), JSON(f.Tags), JSON(f.Labels), f.TaskInputs,
		s.ID, s.Type, s.Name, s.Timestamp, f.RunCount,
		f.ExpectedStartTime, f.NextScheduledStartTime, f.StartTime, f.EndTime, f.TotalRunTime,
		tx.taskOwnerLook(c.FlowRunID, &s.Type, &s.Name, s.StateDetails.ScheduledTime))
	return err
}

// updateReportedTaskRun changes the fields that the report gives.
func (tx *Tx) updateReportedTaskRun(id uuid.UUID, c *events.TaskRunChange) error {
	f, s := &c.Fields, &c.State
	set := assignments{}
	for _, column := range []struct {
		name  string
		value any
	}{
		{"name", f.Name}, {"task_key", f.TaskKey}, {"dynamic_key", f.DynamicKey}, {"cache_key", f.CacheKey},
		{"cache_expiration", f.CacheExpiration}, {"task_version", f.TaskVersion}, {"flow_run_run_count", f.FlowRunRunCount},
		{"empirical_policy", JSON(f.EmpiricalPolicy)}, {"tags", JSON(f.Tags)}, {"labels", JSON(f.Labels)},
		{"task_inputs", f.TaskInputs}, {"run_count", f.RunCount}, {"expected_start_time", f.ExpectedStartTime},
		{"next_scheduled_start_time", f.NextScheduledStartTime}, {"start_time", f.StartTime},
		{"end_time", f.EndTime}, {"total_run_time", f.TotalRunTime},
	} {
		if f.Has(column.name) {
			set.add(column.name, column.value)
		}
	}
	set.add("flow_run_id", c.FlowRunID)
	set.add("state_id", s.ID)
	set.add("state_type", s.Type)
	set.add("state_name", s.Name)
	set.add("state_timestamp", s.Timestamp)
	set.add("owner_due", tx.taskOwnerLook(c.FlowRunID, &s.Type, &s.Name, s.StateDetails.ScheduledTime))
	_, err := tx.update("task_run", id, set)
	return err
}
