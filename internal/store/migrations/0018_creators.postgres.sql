-- Runs by who made them. What has no author has no type.
CREATE INDEX flow_run_creator ON flow_run ((created_by::json #>> '{type}') NULLS FIRST, (created_by::json #>> '{id}') NULLS FIRST);
