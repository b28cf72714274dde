-- What becomes of runs that find their deployment's limit full, where that is none of the
-- contract's strategies: CANCEL_RUNNING. Null for what concurrency_options says.
ALTER TABLE deployment ADD COLUMN collisions TEXT;
CREATE INDEX deployment_collisions ON deployment (coalesce(collisions, concurrency_options ->> 'collision_strategy'));

-- A deployment's runs that are to start, whoever asked for them.
DROP INDEX flow_run_upcoming;
CREATE INDEX flow_run_upcoming ON flow_run (deployment_id, next_scheduled_start_time) WHERE state_type = 'SCHEDULED';
