package prefect

// AppendJSON writes the state as encoding/json does, quicker.
func (s *State) AppendJSON(b []byte) []byte {
	o := newObject(b, false)
	o.id("id", s.ID)
	o.text("type", string(s.Type))
	o.text("name", s.Name)
	o.time("timestamp", s.Timestamp)
	optional(&o, "message", s.Message)
	o.raw("data", s.Data)
	o.key("state_details")
	o.b = s.StateDetails.append(o.b, false)
	return o.end()
}

// AppendCompact writes the details without what is null: the form in which they
// are kept. Deferred is always there, since its null is not its default.
func (d *StateDetails) AppendCompact(b []byte) []byte { return d.append(b, true) }

func (d *StateDetails) append(b []byte, compact bool) []byte {
	o := newObject(b, compact)
	o.idOrNull("flow_run_id", d.FlowRunID)
	o.idOrNull("task_run_id", d.TaskRunID)
	o.idOrNull("child_flow_run_id", d.ChildFlowRunID)
	o.timeOrNull("scheduled_time", d.ScheduledTime)
	optional(&o, "cache_key", d.CacheKey)
	o.timeOrNull("cache_expiration", d.CacheExpiration)
	if d.Deferred == nil {
		o.raw("deferred", []byte("null"))
	} else {
		o.bool("deferred", *d.Deferred)
	}
	o.bool("untrackable_result", d.UntrackableResult)
	o.timeOrNull("pause_timeout", d.PauseTimeout)
	o.bool("pause_reschedule", d.PauseReschedule)
	optional(&o, "pause_key", d.PauseKey)
	if d.RunInputKeyset == nil {
		o.null("run_input_keyset")
	} else {
		o.value("run_input_keyset", d.RunInputKeyset)
	}
	o.boolOrNull("refresh_cache", d.RefreshCache)
	o.boolOrNull("retriable", d.Retriable)
	o.idOrNull("transition_id", d.TransitionID)
	o.idOrNull("task_parameters_id", d.TaskParametersID)
	optional(&o, "traceparent", d.Traceparent)
	o.idOrNull("deployment_concurrency_lease_id", d.DeploymentConcurrencyLeaseID)
	return o.end()
}
