-- The runs that failed, by their names: whoever looks through names for them would read each run before.
-- A run pays for it when it fails.
CREATE INDEX flow_run_failed_name ON flow_run (name) WHERE state_type IN ('FAILED', 'CRASHED');
CREATE INDEX task_run_failed_name ON task_run (name) WHERE state_type IN ('FAILED', 'CRASHED');
