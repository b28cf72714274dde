-- The types and names of state that are kept, and when each was first and last
-- entered: GET /observed-states goes from one pair to the next.
CREATE INDEX flow_run_state_observed ON flow_run_state (type, name, timestamp);
CREATE INDEX task_run_state_observed ON task_run_state (type, name, timestamp);
