-- The runs that have ended are summed up by the hour, by the day, and all of them, so that a count of
-- all and a history of a year read a row for many. This takes the place of flow_run_hour. hours is how
-- many one row is of, 0 for all there are; at numbers them from 1970 on, the least of all numbers for no
-- expected start. A blob without bytes stands for no deployment or queue; called is whether another run
-- called them. Kept by triggers, for each run that ends.
DROP TRIGGER flow_run_ended_at_once;
DROP TRIGGER flow_run_no_longer_ended;
DROP TRIGGER flow_run_ended;
DROP TRIGGER flow_run_ended_deleted;
DROP TABLE flow_run_hour;
CREATE TABLE flow_run_sum (
    hours            INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    flow_id          BLOB NOT NULL,
    deployment_id    BLOB NOT NULL,
    work_queue_id    BLOB NOT NULL,
    called           INTEGER NOT NULL,
    state_type       TEXT NOT NULL,
    state_name       TEXT NOT NULL,
    runs             INTEGER NOT NULL,
    run_time         INTEGER NOT NULL,
    lateness         INTEGER NOT NULL,
    lateness_seconds INTEGER NOT NULL, -- of moments that are cut to seconds
    PRIMARY KEY (hours, at, flow_id, deployment_id, work_queue_id, called, state_type, state_name)
) WITHOUT ROWID;
INSERT INTO flow_run_sum (hours, at, flow_id, deployment_id, work_queue_id, called, state_type, state_name, runs, run_time, lateness, lateness_seconds)
    SELECT 1, coalesce(flow_run.expected_start_time / 3600000000 - (flow_run.expected_start_time % 3600000000 < 0), -9223372036854775808), flow_run.flow_id, coalesce(flow_run.deployment_id, x''), coalesce(flow_run.work_queue_id, x''), flow_run.parent_task_run_id IS NOT NULL, flow_run.state_type, coalesce(flow_run.state_name, ''), 1,
        max(0, flow_run.total_run_time),
        iif(flow_run.start_time > flow_run.expected_start_time, flow_run.start_time - flow_run.expected_start_time, 0),
        iif(flow_run.start_time > flow_run.expected_start_time, flow_run.start_time / 1000000 - flow_run.expected_start_time / 1000000, 0)
    FROM flow_run WHERE flow_run.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') ORDER BY flow_run.expected_start_time
    ON CONFLICT DO UPDATE SET runs = runs + 1, run_time = run_time + excluded.run_time,
        lateness = lateness + excluded.lateness, lateness_seconds = lateness_seconds + excluded.lateness_seconds;
INSERT INTO flow_run_sum (hours, at, flow_id, deployment_id, work_queue_id, called, state_type, state_name, runs, run_time, lateness, lateness_seconds)
    SELECT 24, iif(at = -9223372036854775808, at, at / 24 - (at % 24 < 0)) AS part, flow_id, deployment_id, work_queue_id, called, state_type, state_name, sum(runs), sum(run_time), sum(lateness), sum(lateness_seconds)
    FROM flow_run_sum WHERE hours = 1 GROUP BY part, flow_id, deployment_id, work_queue_id, called, state_type, state_name;
INSERT INTO flow_run_sum (hours, at, flow_id, deployment_id, work_queue_id, called, state_type, state_name, runs, run_time, lateness, lateness_seconds)
    SELECT 0, 0 AS part, flow_id, deployment_id, work_queue_id, called, state_type, state_name, sum(runs), sum(run_time), sum(lateness), sum(lateness_seconds)
    FROM flow_run_sum WHERE hours = 24 GROUP BY part, flow_id, deployment_id, work_queue_id, called, state_type, state_name;
CREATE TRIGGER flow_run_ended_at_once AFTER INSERT ON flow_run WHEN NEW.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') BEGIN
    INSERT INTO flow_run_sum (hours, at, flow_id, deployment_id, work_queue_id, called, state_type, state_name, runs, run_time, lateness, lateness_seconds) VALUES
        (1, coalesce(NEW.expected_start_time / 3600000000 - (NEW.expected_start_time % 3600000000 < 0), -9223372036854775808), NEW.flow_id, coalesce(NEW.deployment_id, x''), coalesce(NEW.work_queue_id, x''), NEW.parent_task_run_id IS NOT NULL, NEW.state_type, coalesce(NEW.state_name, ''), 1,
            max(0, NEW.total_run_time), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time - NEW.expected_start_time, 0), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time / 1000000 - NEW.expected_start_time / 1000000, 0)),
        (24, coalesce(NEW.expected_start_time / 86400000000 - (NEW.expected_start_time % 86400000000 < 0), -9223372036854775808), NEW.flow_id, coalesce(NEW.deployment_id, x''), coalesce(NEW.work_queue_id, x''), NEW.parent_task_run_id IS NOT NULL, NEW.state_type, coalesce(NEW.state_name, ''), 1,
            max(0, NEW.total_run_time), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time - NEW.expected_start_time, 0), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time / 1000000 - NEW.expected_start_time / 1000000, 0)),
        (0, 0, NEW.flow_id, coalesce(NEW.deployment_id, x''), coalesce(NEW.work_queue_id, x''), NEW.parent_task_run_id IS NOT NULL, NEW.state_type, coalesce(NEW.state_name, ''), 1,
            max(0, NEW.total_run_time), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time - NEW.expected_start_time, 0), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time / 1000000 - NEW.expected_start_time / 1000000, 0))
        ON CONFLICT DO UPDATE SET runs = runs + 1, run_time = run_time + excluded.run_time,
        lateness = lateness + excluded.lateness, lateness_seconds = lateness_seconds + excluded.lateness_seconds;
END;
CREATE TRIGGER flow_run_no_longer_ended AFTER UPDATE OF flow_id, deployment_id, work_queue_id, parent_task_run_id, state_type, state_name, expected_start_time, start_time, total_run_time ON flow_run WHEN OLD.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') BEGIN
    UPDATE flow_run_sum SET runs = runs - 1, run_time = run_time - max(0, OLD.total_run_time),
        lateness = lateness - iif(OLD.start_time > OLD.expected_start_time, OLD.start_time - OLD.expected_start_time, 0),
        lateness_seconds = lateness_seconds - iif(OLD.start_time > OLD.expected_start_time, OLD.start_time / 1000000 - OLD.expected_start_time / 1000000, 0)
        WHERE (hours, at) IN (VALUES (1, coalesce(OLD.expected_start_time / 3600000000 - (OLD.expected_start_time % 3600000000 < 0), -9223372036854775808)), (24, coalesce(OLD.expected_start_time / 86400000000 - (OLD.expected_start_time % 86400000000 < 0), -9223372036854775808)), (0, 0))
            AND flow_id = OLD.flow_id AND deployment_id = coalesce(OLD.deployment_id, x'') AND work_queue_id = coalesce(OLD.work_queue_id, x'')
            AND called = (OLD.parent_task_run_id IS NOT NULL) AND state_type = OLD.state_type AND state_name = coalesce(OLD.state_name, '');
    DELETE FROM flow_run_sum WHERE runs = 0 AND (hours, at) IN (VALUES (1, coalesce(OLD.expected_start_time / 3600000000 - (OLD.expected_start_time % 3600000000 < 0), -9223372036854775808)), (24, coalesce(OLD.expected_start_time / 86400000000 - (OLD.expected_start_time % 86400000000 < 0), -9223372036854775808)), (0, 0))
            AND flow_id = OLD.flow_id AND deployment_id = coalesce(OLD.deployment_id, x'') AND work_queue_id = coalesce(OLD.work_queue_id, x'')
            AND called = (OLD.parent_task_run_id IS NOT NULL) AND state_type = OLD.state_type AND state_name = coalesce(OLD.state_name, '');
END;
CREATE TRIGGER flow_run_ended AFTER UPDATE OF flow_id, deployment_id, work_queue_id, parent_task_run_id, state_type, state_name, expected_start_time, start_time, total_run_time ON flow_run WHEN NEW.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') BEGIN
    INSERT INTO flow_run_sum (hours, at, flow_id, deployment_id, work_queue_id, called, state_type, state_name, runs, run_time, lateness, lateness_seconds) VALUES
        (1, coalesce(NEW.expected_start_time / 3600000000 - (NEW.expected_start_time % 3600000000 < 0), -9223372036854775808), NEW.flow_id, coalesce(NEW.deployment_id, x''), coalesce(NEW.work_queue_id, x''), NEW.parent_task_run_id IS NOT NULL, NEW.state_type, coalesce(NEW.state_name, ''), 1,
            max(0, NEW.total_run_time), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time - NEW.expected_start_time, 0), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time / 1000000 - NEW.expected_start_time / 1000000, 0)),
        (24, coalesce(NEW.expected_start_time / 86400000000 - (NEW.expected_start_time % 86400000000 < 0), -9223372036854775808), NEW.flow_id, coalesce(NEW.deployment_id, x''), coalesce(NEW.work_queue_id, x''), NEW.parent_task_run_id IS NOT NULL, NEW.state_type, coalesce(NEW.state_name, ''), 1,
            max(0, NEW.total_run_time), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time - NEW.expected_start_time, 0), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time / 1000000 - NEW.expected_start_time / 1000000, 0)),
        (0, 0, NEW.flow_id, coalesce(NEW.deployment_id, x''), coalesce(NEW.work_queue_id, x''), NEW.parent_task_run_id IS NOT NULL, NEW.state_type, coalesce(NEW.state_name, ''), 1,
            max(0, NEW.total_run_time), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time - NEW.expected_start_time, 0), iif(NEW.start_time > NEW.expected_start_time, NEW.start_time / 1000000 - NEW.expected_start_time / 1000000, 0))
        ON CONFLICT DO UPDATE SET runs = runs + 1, run_time = run_time + excluded.run_time,
        lateness = lateness + excluded.lateness, lateness_seconds = lateness_seconds + excluded.lateness_seconds;
END;
CREATE TRIGGER flow_run_ended_deleted AFTER DELETE ON flow_run WHEN OLD.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') BEGIN
    UPDATE flow_run_sum SET runs = runs - 1, run_time = run_time - max(0, OLD.total_run_time),
        lateness = lateness - iif(OLD.start_time > OLD.expected_start_time, OLD.start_time - OLD.expected_start_time, 0),
        lateness_seconds = lateness_seconds - iif(OLD.start_time > OLD.expected_start_time, OLD.start_time / 1000000 - OLD.expected_start_time / 1000000, 0)
        WHERE (hours, at) IN (VALUES (1, coalesce(OLD.expected_start_time / 3600000000 - (OLD.expected_start_time % 3600000000 < 0), -9223372036854775808)), (24, coalesce(OLD.expected_start_time / 86400000000 - (OLD.expected_start_time % 86400000000 < 0), -9223372036854775808)), (0, 0))
            AND flow_id = OLD.flow_id AND deployment_id = coalesce(OLD.deployment_id, x'') AND work_queue_id = coalesce(OLD.work_queue_id, x'')
            AND called = (OLD.parent_task_run_id IS NOT NULL) AND state_type = OLD.state_type AND state_name = coalesce(OLD.state_name, '');
    DELETE FROM flow_run_sum WHERE runs = 0 AND (hours, at) IN (VALUES (1, coalesce(OLD.expected_start_time / 3600000000 - (OLD.expected_start_time % 3600000000 < 0), -9223372036854775808)), (24, coalesce(OLD.expected_start_time / 86400000000 - (OLD.expected_start_time % 86400000000 < 0), -9223372036854775808)), (0, 0))
            AND flow_id = OLD.flow_id AND deployment_id = coalesce(OLD.deployment_id, x'') AND work_queue_id = coalesce(OLD.work_queue_id, x'')
            AND called = (OLD.parent_task_run_id IS NOT NULL) AND state_type = OLD.state_type AND state_name = coalesce(OLD.state_name, '');
END;
