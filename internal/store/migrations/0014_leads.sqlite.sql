-- The runs by when they started, or should have, and by their state hold what runs are most
-- often restricted by besides, so that who looks through them reads a run only when it is wanted.
DROP INDEX flow_run_start;
CREATE INDEX flow_run_start ON flow_run (coalesce(start_time, expected_start_time), flow_id, deployment_id, work_queue_id, parent_task_run_id);
DROP INDEX flow_run_by_state;
CREATE INDEX flow_run_by_state ON flow_run (state_type, coalesce(start_time, expected_start_time), state_name, flow_id, deployment_id, work_queue_id, parent_task_run_id);
-- How many runs a queue has ever had is known by looking no further than a few thousand.
CREATE INDEX flow_run_queue ON flow_run (work_queue_id) WHERE work_queue_id IS NOT NULL;

-- The tags of runs. Those in flow_run and task_run are what clients read; these are how runs are found.
CREATE TABLE flow_run_tag (
    tag    TEXT NOT NULL,
    run_id BLOB NOT NULL,
    PRIMARY KEY (tag, run_id)
) WITHOUT ROWID;
INSERT OR IGNORE INTO flow_run_tag (tag, run_id)
    SELECT have.value, flow_run.id FROM flow_run, json_each(flow_run.tags) AS have WHERE flow_run.tags <> '[]';
CREATE TRIGGER flow_run_tagged AFTER INSERT ON flow_run WHEN NEW.tags <> '[]' BEGIN
    INSERT INTO flow_run_tag (tag, run_id) SELECT DISTINCT value, NEW.id FROM json_each(NEW.tags);
END;
CREATE TRIGGER flow_run_tags_changed AFTER UPDATE OF tags ON flow_run WHEN NEW.tags <> OLD.tags BEGIN
    DELETE FROM flow_run_tag WHERE tag IN (SELECT value FROM json_each(OLD.tags)) AND run_id = OLD.id;
    INSERT INTO flow_run_tag (tag, run_id) SELECT DISTINCT value, NEW.id FROM json_each(NEW.tags);
END;
CREATE TRIGGER flow_run_untagged AFTER DELETE ON flow_run WHEN OLD.tags <> '[]' BEGIN
    DELETE FROM flow_run_tag WHERE tag IN (SELECT value FROM json_each(OLD.tags)) AND run_id = OLD.id;
END;
CREATE TABLE task_run_tag (
    tag    TEXT NOT NULL,
    run_id BLOB NOT NULL,
    PRIMARY KEY (tag, run_id)
) WITHOUT ROWID;
INSERT OR IGNORE INTO task_run_tag (tag, run_id)
    SELECT have.value, task_run.id FROM task_run, json_each(task_run.tags) AS have WHERE task_run.tags <> '[]';
CREATE TRIGGER task_run_tagged AFTER INSERT ON task_run WHEN NEW.tags <> '[]' BEGIN
    INSERT INTO task_run_tag (tag, run_id) SELECT DISTINCT value, NEW.id FROM json_each(NEW.tags);
END;
CREATE TRIGGER task_run_tags_changed AFTER UPDATE OF tags ON task_run WHEN NEW.tags <> OLD.tags BEGIN
    DELETE FROM task_run_tag WHERE tag IN (SELECT value FROM json_each(OLD.tags)) AND run_id = OLD.id;
    INSERT INTO task_run_tag (tag, run_id) SELECT DISTINCT value, NEW.id FROM json_each(NEW.tags);
END;
CREATE TRIGGER task_run_untagged AFTER DELETE ON task_run WHEN OLD.tags <> '[]' BEGIN
    DELETE FROM task_run_tag WHERE tag IN (SELECT value FROM json_each(OLD.tags)) AND run_id = OLD.id;
END;
