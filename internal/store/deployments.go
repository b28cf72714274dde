package store

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// A deployment is read with its limit and with the queue and pool it is in,
// under their present names.
const (
	deploymentColumns = `deployment.id, deployment.created, deployment.updated, deployment.name, deployment.version,
		deployment.description, deployment.flow_id, deployment.paused, deployment.status, deployment.last_polled,
		deployment.concurrency_limit_id, deployment.concurrency_options, deployment.job_variables, deployment.parameters,
		deployment.parameter_openapi_schema, deployment.enforce_parameter_schema, deployment.pull_steps, deployment.tags,
		deployment.labels, deployment.path, deployment.entrypoint, deployment.work_queue_name, deployment.work_queue_id,
		deployment.storage_document_id, deployment.infrastructure_document_id, deployment.created_by, deployment.updated_by,
		home_queue.name, home_pool.id, home_pool.name, home_limit.id, home_limit.created, home_limit.updated, home_limit.active,
		home_limit.name, home_limit."limit", home_limit.active_slots, home_limit.slot_decay_per_second`
	deploymentFrom = ` FROM deployment
		LEFT JOIN work_queue AS home_queue ON home_queue.id = deployment.work_queue_id
		LEFT JOIN work_pool AS home_pool ON home_pool.id = home_queue.work_pool_id
		LEFT JOIN concurrency_limit AS home_limit ON home_limit.id = deployment.concurrency_limit_id `
)

func (tx *Tx) scanDeployment(r Row) (*prefect.Deployment, error) {
	var d prefect.Deployment
	var queueName *string
	var limitID *uuid.UUID
	var limit concurrency.Limit
	err := r.Scan(&d.ID, &d.Created, &d.Updated, &d.Name, &d.Version,
		&d.Description, &d.FlowID, &d.Paused, &d.Status, &d.LastPolled,
		&d.ConcurrencyLimitID, JSON(&d.ConcurrencyOptions), &d.JobVariables, &d.Parameters,
		&d.ParameterOpenAPISchema, &d.EnforceParameterSchema, JSON(&d.PullSteps), JSON(&d.Tags),
		JSON(&d.Labels), &d.Path, &d.Entrypoint, &d.StoredQueueName, &d.WorkQueueID,
		&d.StorageDocumentID, &d.InfrastructureDocumentID, JSON(&d.CreatedBy), JSON(&d.UpdatedBy),
		&queueName, &d.WorkPoolID, &d.WorkPoolName, &limitID, &limit.Created, &limit.Updated, &limit.Active,
		&limit.Name, &limit.Limit, &limit.ActiveSlots, &limit.SlotDecayPerSecond)
	d.WorkQueueName = d.StoredQueueName
	if queueName != nil {
		d.WorkQueueName = queueName
	}
	if limitID != nil {
		d.GlobalConcurrencyLimit = &prefect.GlobalConcurrencyLimit{ID: *limitID,
			Created: prefect.AtPointer(limit.Created), Updated: prefect.AtPointer(limit.Updated), Active: limit.Active,
			Name: limit.Name, Limit: limit.Limit, ActiveSlots: limit.Taken(tx.Now),
			SlotDecayPerSecond: prefect.Float(limit.SlotDecayPerSecond)}
	}
	d.Schedules = []*prefect.DeploymentSchedule{}
	return &d, err
}

// readDeployments returns deployments with their schedules.
func (tx *Tx) readDeployments(clauses string, args ...any) ([]*prefect.Deployment, error) {
	found, err := collect(tx, `SELECT `+deploymentColumns+deploymentFrom+clauses, args, tx.scanDeployment)
	if err != nil || len(found) == 0 {
		return found, err
	}
	byID := make(map[uuid.UUID]*prefect.Deployment, len(found))
	ids := make([]uuid.UUID, len(found))
	for i, d := range found {
		byID[d.ID], ids[i] = d, d.ID
	}
	schedules, err := collect(tx, `SELECT `+scheduleColumns+` FROM deployment_schedule
		WHERE deployment_id IN (SELECT unhex(value) FROM json_each(?)) ORDER BY updated DESC, sequence DESC`, []any{idList(ids)}, scanSchedule)
	for _, s := range schedules {
		d := byID[*s.DeploymentID]
		d.Schedules = append(d.Schedules, s)
	}
	return found, err
}

func (tx *Tx) readDeployment(clauses string, args ...any) (*prefect.Deployment, error) {
	found, err := tx.readDeployments(clauses, args...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// ReadDeployment returns a deployment, nil when there is none with that id.
func (tx *Tx) ReadDeployment(id uuid.UUID) (*prefect.Deployment, error) {
	return tx.readDeployment(`WHERE deployment.id = ?`, id)
}

// ReadDeploymentByName returns a deployment by the names of its flow and its own,
// nil when there is none.
func (tx *Tx) ReadDeploymentByName(flow, name string) (*prefect.Deployment, error) {
	return tx.readDeployment(`WHERE deployment.flow_id = (SELECT id FROM flow WHERE name = ?) AND deployment.name = ?`, flow, name)
}

// FilterDeployments returns the deployments that meet the criteria, sorted.
func (tx *Tx) FilterDeployments(f *prefect.Filters, sort prefect.DeploymentSort, page prefect.Page) ([]*prefect.Deployment, error) {
	c := deploymentsWhere(f)
	return tx.readDeployments(c.where()+` ORDER BY `+deploymentOrder[sort]+` LIMIT ? OFFSET ?`, append(c.args, page.Limit, page.Offset)...)
}

// CountDeployments counts the deployments that meet the criteria.
func (tx *Tx) CountDeployments(f *prefect.Filters) (int, error) {
	c := deploymentsWhere(f)
	return tx.count(`SELECT count(*) FROM deployment`+c.where(), c.args...)
}

// BlockDocumentExists reports whether there is a block document with that id.
func (tx *Tx) BlockDocumentExists(id uuid.UUID) (bool, error) {
	return tx.exists(`SELECT 1 FROM block_document WHERE id = ?`, id)
}

// CreateDeployment makes a deployment, or updates the one of that flow and name
// with what was given; created tells which. Its schedules are replaced and its
// future scheduled runs deleted. A queue of nil leaves the queue as it is.
func (tx *Tx) CreateDeployment(c *prefect.DeploymentCreate, queue *uuid.UUID) (d *prefect.Deployment, created bool, err error) {
	before, err := tx.readDeployment(`WHERE deployment.flow_id = ? AND deployment.name = ?`, c.FlowID, c.Name)
	if err != nil {
		return nil, false, err
	}
	labels, err := tx.ReadFlowLabels(c.FlowID)
	if err != nil {
		return nil, false, err
	}
	labels["prefect.flow.id"] = prefect.Text(c.FlowID.String())
	maps.Copy(labels, c.Labels)
	id := tx.IDs.V4()
	if before != nil {
		id = before.ID
	} else if err := tx.insertDeployment(id, c); err != nil {
		return nil, false, err
	}
	set := assignments{}
	setDeployment(&set, c.Given.Has, &deploymentFields{c.Version, c.Description, &c.Paused, c.ConcurrencyOptions, &c.Parameters,
		c.ParameterOpenAPISchema, c.Tags, c.WorkQueueName, c.Path, &c.JobVariables, c.PullSteps, c.Entrypoint, c.StorageDocumentID,
		c.InfrastructureDocumentID, &c.EnforceParameterSchema, c.GlobalConcurrencyLimitID})
	set.add("labels", JSON(labels))
	if queue != nil {
		set.add("work_queue_id", *queue)
	}
	if _, err := tx.update("deployment", id, set); err != nil {
		return nil, false, err
	}
	if err := tx.DeleteUpcomingRuns(id, true); err != nil {
		return nil, false, err
	}
	if err := tx.replaceSchedules(id, c.Schedules); err != nil {
		return nil, false, err
	}
	if c.Has("concurrency_limit") {
		if err := tx.limitDeployment(id, c.ConcurrencyLimit); err != nil {
			return nil, false, err
		}
	}
	d, err = tx.afterDeploymentChange(id, before)
	return d, before == nil, err
}

func (tx *Tx) insertDeployment(id uuid.UUID, c *prefect.DeploymentCreate) error {
	_, err := tx.conn.Exec(`INSERT INTO deployment (id, created, updated, name, flow_id, parameter_openapi_schema, pull_steps)
		VALUES (?, ?, ?, ?, ?, '{}', '[]')`, id, tx.Now, tx.Now, c.Name, c.FlowID)
	return err
}

// deploymentFields are the fields that creating and updating have in common.
type deploymentFields struct {
	Version, Description     *string
	Paused                   *bool
	ConcurrencyOptions       *prefect.ConcurrencyOptions
	Parameters               *prefect.Object
	ParameterOpenAPISchema   *prefect.Object
	Tags                     prefect.Tags
	WorkQueueName, Path      *string
	JobVariables             *prefect.Object
	PullSteps                *prefect.PullSteps
	Entrypoint               *string
	StorageDocumentID        *uuid.UUID
	InfrastructureDocumentID *uuid.UUID
	EnforceParameterSchema   *bool
	GlobalConcurrencyLimitID *uuid.UUID
}

// setDeployment assigns the columns of the fields that were given.
func setDeployment(set *assignments, given func(string) bool, f *deploymentFields) {
	for _, field := range []struct {
		key, column string
		value       any
	}{
		{"version", "version", f.Version},
		{"description", "description", f.Description},
		{"paused", "paused", f.Paused},
		{"concurrency_options", "concurrency_options", NullJSON(f.ConcurrencyOptions)},
		{"parameters", "parameters", f.Parameters},
		{"parameter_openapi_schema", "parameter_openapi_schema", f.ParameterOpenAPISchema},
		{"tags", "tags", JSON(f.Tags)},
		{"work_queue_name", "work_queue_name", f.WorkQueueName},
		{"path", "path", f.Path},
		{"pull_steps", "pull_steps", NullJSON(f.PullSteps)},
		{"entrypoint", "entrypoint", f.Entrypoint},
		{"storage_document_id", "storage_document_id", f.StorageDocumentID},
		{"infrastructure_document_id", "infrastructure_document_id", f.InfrastructureDocumentID},
		{"enforce_parameter_schema", "enforce_parameter_schema", f.EnforceParameterSchema},
		{"global_concurrency_limit_id", "concurrency_limit_id", f.GlobalConcurrencyLimitID},
	} {
		if given(field.key) {
			set.add(field.column, field.value)
		}
	}
	if given("concurrency_options") && f.ConcurrencyOptions != nil && f.ConcurrencyOptions.CollisionStrategy == "CANCEL_NEW" {
		set.add("collisions", nil) // ENQUEUE is what clients are shown of ours
	}
	if given("job_variables") && f.JobVariables != nil {
		set.add("job_variables", f.JobVariables)
	}
}

// QueueChange says what an update does to a deployment's queue.
type QueueChange struct {
	Change bool
	To     *uuid.UUID
}

// UpdateDeployment changes what was given and deletes future scheduled runs.
// With replace set, the schedules are replaced by those of u.
func (tx *Tx) UpdateDeployment(before *prefect.Deployment, u *prefect.DeploymentUpdate, queue QueueChange, replace bool) error {
	set := assignments{}
	setDeployment(&set, u.Given.Has, &deploymentFields{u.Version, u.Description, &u.Paused, u.ConcurrencyOptions, u.Parameters,
		u.ParameterOpenAPISchema, u.Tags, u.WorkQueueName, u.Path, u.JobVariables, u.PullSteps, u.Entrypoint, u.StorageDocumentID,
		u.InfrastructureDocumentID, u.EnforceParameterSchema, u.GlobalConcurrencyLimitID})
	if queue.Change {
		set.add("work_queue_id", queue.To)
	}
	if _, err := tx.update("deployment", before.ID, set); err != nil {
		return err
	}
	if err := tx.DeleteUpcomingRuns(before.ID, true); err != nil {
		return err
	}
	if replace {
		var schedules []*prefect.DeploymentScheduleCreate
		for _, s := range u.Schedules {
			if s.Schedule != nil {
				schedules = append(schedules, newSchedule(s))
			}
		}
		if err := tx.replaceSchedules(before.ID, schedules); err != nil {
			return err
		}
	}
	if u.Has("concurrency_limit") {
		if err := tx.limitDeployment(before.ID, u.ConcurrencyLimit); err != nil {
			return err
		}
	}
	_, err := tx.afterDeploymentChange(before.ID, before)
	return err
}

// afterDeploymentChange asks for a look of the scheduler and tells of what
// changed since before, which is nil for a new deployment.
func (tx *Tx) afterDeploymentChange(id uuid.UUID, before *prefect.Deployment) (*prefect.Deployment, error) {
	if err := tx.ScheduleSoon(id); err != nil {
		return nil, err
	}
	after, err := tx.ReadDeployment(id)
	if err != nil {
		return nil, err
	}
	place, err := tx.ReadDeploymentPlace(id)
	if err != nil {
		return nil, err
	}
	if before == nil {
		return after, tx.Emit(events.DeploymentCreated(tx.IDs.V7(), tx.Now, place))
	}
	changes := deploymentChanges(before, after)
	if changes.Empty() {
		return after, nil
	}
	e, err := events.DeploymentUpdated(tx.IDs.V7(), tx.Now, place, changes)
	if err != nil {
		return nil, err
	}
	return after, tx.Emit(e)
}

// deploymentChanges are the changed fields that events tell of.
func deploymentChanges(a, b *prefect.Deployment) *events.Changes {
	changes := &events.Changes{}
	for _, field := range []struct {
		name     string
		from, to any
	}{
		{"description", a.Description, b.Description},
		{"tags", a.Tags, b.Tags},
		{"parameters", a.Parameters, b.Parameters},
		{"parameter_openapi_schema", a.ParameterOpenAPISchema, b.ParameterOpenAPISchema},
		{"enforce_parameter_schema", a.EnforceParameterSchema, b.EnforceParameterSchema},
		{"entrypoint", a.Entrypoint, b.Entrypoint},
		{"path", a.Path, b.Path},
		{"pull_steps", a.PullSteps, b.PullSteps},
		{"work_queue_id", a.WorkQueueID, b.WorkQueueID},
		{"infra_overrides", a.JobVariables, b.JobVariables},
		{"paused", a.Paused, b.Paused},
		{"labels", a.Labels, b.Labels},
		{"version", a.Version, b.Version},
		{"concurrency_limit_id", a.ConcurrencyLimitID, b.ConcurrencyLimitID},
		{"concurrency_options", a.ConcurrencyOptions, b.ConcurrencyOptions},
	} {
		if !sameJSON(field.from, field.to) {
			changes.Add(field.name, field.from, field.to)
		}
	}
	return changes
}

// limitDeployment returns a deployment a limit of its own, resizes the one it is
// linked to, or with nil takes that away.
func (tx *Tx) limitDeployment(id uuid.UUID, slots *int) error {
	var linked *uuid.UUID
	if err := tx.one(`SELECT concurrency_limit_id FROM deployment WHERE id = ?`, []any{id}, &linked); err != nil {
		return err
	}
	if linked == nil {
		if slots == nil {
			return nil
		}
		limit := &concurrency.Limit{ID: tx.IDs.V4(), Created: tx.Now, Updated: tx.Now, Active: true,
			Name: concurrency.DeploymentName(id), Limit: *slots, AvgSlotOccupancySeconds: 2}
		if err := tx.CreateConcurrencyLimit(limit); err != nil {
			return err
		}
		_, err := tx.conn.Exec(`UPDATE deployment SET concurrency_limit_id = ? WHERE id = ?`, limit.ID, id)
		return err
	}
	if slots == nil {
		_, err := tx.DeleteConcurrencyLimit(*linked)
		return err
	}
	limit, err := tx.ReadConcurrencyLimit(*linked)
	if err != nil || limit == nil || limit.Limit == *slots {
		return err
	}
	limit.Limit = *slots
	return tx.UpdateConcurrencyLimit(limit)
}

// PauseDeployment pauses a deployment and deletes its automatically scheduled
// runs, or resumes it. False when there is no such deployment.
func (tx *Tx) PauseDeployment(id uuid.UUID, paused bool) (bool, error) {
	found, err := tx.exists(`SELECT 1 FROM deployment WHERE id = ?`, id)
	if err != nil || !found {
		return false, err
	}
	if _, err := tx.conn.Exec(`UPDATE deployment SET paused = ?, updated = ? WHERE id = ? AND paused <> ?`, paused, tx.Now, id, paused); err != nil {
		return false, err
	}
	if paused {
		if err := tx.DeleteUpcomingRuns(id, false); err != nil {
			return false, err
		}
	}
	return true, tx.ScheduleSoon(id)
}

// DeleteDeployment deletes a deployment with its limit and the runs that wait
// to be started; its other runs stay. False when there is no such deployment.
func (tx *Tx) DeleteDeployment(id uuid.UUID) (bool, error) {
	place, err := tx.ReadDeploymentPlace(id)
	if err != nil {
		return false, err
	}
	done, err := tx.clearOut(deletableDeployment, id, func() (bool, error) { return tx.clearDeployment(id) })
	if err != nil || !done || place == nil {
		return place != nil, err
	}
	if place.LimitID != nil {
		if _, err := tx.DeleteConcurrencyLimit(*place.LimitID); err != nil {
			return false, err
		}
	}
	if _, err := tx.conn.Exec(`DELETE FROM deployment WHERE id = ?`, id); err != nil {
		return false, err
	}
	tx.Touch(Deadlines)
	return true, tx.Emit(events.DeploymentDeleted(tx.IDs.V7(), tx.Now, place))
}

// WorkQueuesForDeployment returns the queues whose filters select a deployment by
// its tags and its id; one without a filter selects every deployment.
func (tx *Tx) WorkQueuesForDeployment(d *prefect.Deployment) ([]*prefect.WorkQueue, error) {
	queues, err := collect(tx, `SELECT `+workQueueColumns+workQueueFrom+`ORDER BY work_queue.id`, nil, scanWorkQueue)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(queues, func(q *prefect.WorkQueue) bool {
		if q.Filter == nil {
			return false
		}
		for _, tag := range q.Filter.Tags {
			if !d.Tags.Has(tag) {
				return true
			}
		}
		return len(q.Filter.DeploymentIDs) > 0 && !slices.Contains(q.Filter.DeploymentIDs, d.ID)
	}), nil
}
