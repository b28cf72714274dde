-- Runs by who made them. What has no author has no type.
CREATE INDEX flow_run_creator ON flow_run (json_extract(created_by, '$.type'), json_extract(created_by, '$.id'));
