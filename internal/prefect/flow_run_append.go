package prefect

import (
	"maps"
	"slices"
	"time"
)

// AppendJSON writes the run as encoding/json does, quicker.
func (r *FlowRun) AppendJSON(b []byte) []byte {
	o := newObject(b, false)
	o.id("id", r.ID)
	o.timeOrNull("created", r.Created)
	o.timeOrNull("updated", r.Updated)
	o.text("name", r.Name)
	o.id("flow_id", r.FlowID)
	o.idOrNull("state_id", r.StateID)
	o.idOrNull("deployment_id", r.DeploymentID)
	optional(&o, "deployment_version", r.DeploymentVersion)
	o.idOrNull("work_queue_id", r.WorkQueueID)
	optional(&o, "work_queue_name", r.WorkQueueName)
	optional(&o, "flow_version", r.FlowVersion)
	o.object("parameters", r.Parameters)
	optional(&o, "idempotency_key", r.IdempotencyKey)
	o.object("context", r.Context)
	o.key("empirical_policy")
	o.b = r.EmpiricalPolicy.AppendJSON(o.b)
	o.texts("tags", r.Tags)
	o.labels("labels", r.Labels)
	o.idOrNull("parent_task_run_id", r.ParentTaskRunID)
	optional(&o, "state_type", r.StateType)
	optional(&o, "state_name", r.StateName)
	o.int("run_count", r.RunCount)
	o.timeOrNull("expected_start_time", r.ExpectedStartTime)
	o.timeOrNull("next_scheduled_start_time", r.NextScheduledStartTime)
	o.timeOrNull("start_time", r.StartTime)
	o.timeOrNull("end_time", r.EndTime)
	o.seconds("total_run_time", r.TotalRunTime)
	o.seconds("estimated_run_time", r.EstimatedRunTime)
	o.seconds("estimated_start_time_delta", r.EstimatedStartTimeDelta)
	o.bool("auto_scheduled", r.AutoScheduled)
	o.idOrNull("infrastructure_document_id", r.InfrastructureDocumentID)
	optional(&o, "infrastructure_pid", r.InfrastructurePID)
	if r.CreatedBy == nil {
		o.null("created_by")
	} else {
		o.value("created_by", r.CreatedBy)
	}
	o.idOrNull("work_pool_id", r.WorkPoolID)
	optional(&o, "work_pool_name", r.WorkPoolName)
	if r.State == nil {
		o.null("state")
	} else {
		o.key("state")
		o.b = r.State.AppendJSON(o.b)
	}
	if r.JobVariables == nil {
		o.null("job_variables")
	} else {
		o.object("job_variables", *r.JobVariables)
	}
	return o.end()
}

// AppendJSON writes the policy as encoding/json does, quicker.
func (p *FlowRunPolicy) AppendJSON(b []byte) []byte {
	o := newObject(b, false)
	o.int("max_retries", p.MaxRetries)
	o.float("retry_delay_seconds", float64(p.RetryDelaySeconds))
	o.intOrNull("retries", p.Retries)
	o.intOrNull("retry_delay", p.RetryDelay)
	if p.PauseKeys == nil {
		o.null("pause_keys")
	} else {
		o.texts("pause_keys", *p.PauseKeys)
	}
	o.boolOrNull("resuming", p.Resuming)
	optional(&o, "retry_type", p.RetryType)
	return o.end()
}

func (o *object) object(name string, value Object) {
	if len(value) == 0 {
		value = Object("{}")
	}
	o.raw(name, value)
}

func (o *object) labels(name string, labels Labels) {
	o.key(name)
	inner := newObject(o.b, false)
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		inner.label(key, labels[key])
	}
	o.b = inner.end()
}

func (o *object) seconds(name string, value Seconds) {
	o.float(name, time.Duration(value).Round(time.Microsecond).Seconds())
}
