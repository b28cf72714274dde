-- When to look whether somebody still has a task run in hand that belongs to no
-- flow run, and has not ended. Null for those that wait for a task worker.
ALTER TABLE task_run ADD COLUMN owner_due INTEGER;
CREATE INDEX task_run_owner_due ON task_run (owner_due) WHERE owner_due IS NOT NULL;
UPDATE task_run SET owner_due = state_timestamp WHERE flow_run_id IS NULL AND state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'CANCELLING');

-- How often a run was handed out again because whoever had it was gone before it ran.
ALTER TABLE flow_run ADD COLUMN hand_outs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task_run_delivery ADD COLUMN hand_outs INTEGER NOT NULL DEFAULT 0;

-- Task workers, by the name that they subscribe with. One is subscribed while
-- gone is null and session is that of the server's process.
CREATE TABLE task_worker (
    name       TEXT PRIMARY KEY,
    session    BLOB NOT NULL,
    subscribed INTEGER NOT NULL,
    gone       INTEGER
) WITHOUT ROWID;
CREATE INDEX task_worker_gone ON task_worker (gone) WHERE gone IS NOT NULL;
