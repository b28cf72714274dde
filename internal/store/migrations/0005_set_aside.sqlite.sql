-- A number that each change of what a deployment's schedules depend on raises. The
-- times of schedules are computed outside transactions; by it a transaction sees
-- that they are still those of the deployment.
ALTER TABLE deployment ADD COLUMN schedule_revision INTEGER NOT NULL DEFAULT 0;

-- Why the scheduler leaves a schedule alone until it is changed, and since when.
ALTER TABLE deployment_schedule ADD COLUMN set_aside TEXT;
ALTER TABLE deployment_schedule ADD COLUMN set_aside_at INTEGER;
CREATE INDEX deployment_schedule_set_aside ON deployment_schedule (deployment_id) WHERE set_aside IS NOT NULL;
