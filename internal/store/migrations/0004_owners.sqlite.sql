-- When to look whether somebody still has a run in hand: runs that are pending,
-- running, or wait inside their process to try again. Null in other states.
ALTER TABLE flow_run ADD COLUMN owner_due INTEGER;
CREATE INDEX flow_run_owner_due ON flow_run (owner_due) WHERE owner_due IS NOT NULL;
UPDATE flow_run SET owner_due = state_timestamp WHERE state_type IN ('PENDING', 'RUNNING') OR
    state_type = 'SCHEDULED' AND state_name = 'AwaitingRetry' AND json_extract(empirical_policy, '$.retry_type') = 'in_process';
-- Runs that wait for a slot of their deployment's limit.
CREATE INDEX flow_run_awaiting_slot ON flow_run (deployment_id, next_scheduled_start_time) WHERE state_name = 'AwaitingConcurrencySlot';
