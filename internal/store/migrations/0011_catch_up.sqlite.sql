-- Which of the times that a schedule missed get their run: all, latest or none; null for
-- those whose run had been made. missed_since is since when it has been missing times,
-- while it was not followed or the server was away, until that has been settled.
ALTER TABLE deployment_schedule ADD COLUMN catch_up TEXT;
ALTER TABLE deployment_schedule ADD COLUMN missed_since INTEGER;
CREATE INDEX deployment_schedule_catch_up ON deployment_schedule (deployment_id) WHERE catch_up IS NOT NULL;
