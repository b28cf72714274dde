-- Whether a run waits inside its process to try again: it is scheduled, named
-- AwaitingRetry, and its policy says so. See dispatch.Standing.RetriesInProcess.
ALTER TABLE flow_run ADD COLUMN retries_in_process INTEGER NOT NULL DEFAULT 0;
UPDATE flow_run SET retries_in_process = 1 WHERE state_type = 'SCHEDULED' AND state_name = 'AwaitingRetry' AND
    json_extract(empirical_policy, '$.retry_type') = 'in_process';

-- The runs that count against their flow's limit; see dispatch.Flow.
DROP INDEX flow_run_active;
CREATE INDEX flow_run_active ON flow_run (flow_id) WHERE deployment_id IS NOT NULL AND
    (state_type IN ('RUNNING', 'PENDING', 'CANCELLING') OR retries_in_process = 1);
