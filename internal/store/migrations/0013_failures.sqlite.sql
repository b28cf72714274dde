-- What failed of late is found among what failed, in the order of its end.
CREATE INDEX flow_run_failed ON flow_run (end_time) WHERE state_type IN ('FAILED', 'CRASHED');
