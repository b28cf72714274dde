-- The runs that have ended, summed up by the hour in which they were expected to start: what
-- histories and averages are made of, but for the hours that a bound of theirs cuts and for
-- the runs that have not ended. A blob without bytes stands for no deployment or queue, the
-- least of all numbers for no hour. Kept by triggers, once for each run that ends.
CREATE TABLE flow_run_hour (
    hour             INTEGER NOT NULL,
    flow_id          BLOB NOT NULL,
    deployment_id    BLOB NOT NULL,
    work_queue_id    BLOB NOT NULL,
    state_type       TEXT NOT NULL,
    state_name       TEXT NOT NULL,
    runs             INTEGER NOT NULL,
    run_time         INTEGER NOT NULL,
    lateness         INTEGER NOT NULL,
    lateness_seconds INTEGER NOT NULL, -- of moments that are cut to seconds
    PRIMARY KEY (hour, flow_id, deployment_id, work_queue_id, state_type, state_name)
) WITHOUT ROWID;
INSERT INTO flow_run_hour (hour, flow_id, deployment_id, work_queue_id, state_type, state_name, runs, run_time, lateness, lateness_seconds)
    SELECT coalesce(flow_run.expected_start_time / 3600000000 - (flow_run.expected_start_time % 3600000000 < 0), -9223372036854775808), flow_run.flow_id, coalesce(flow_run.deployment_id, x''), coalesce(flow_run.work_queue_id, x''),
        flow_run.state_type, coalesce(flow_run.state_name, ''), 1, max(0, flow_run.total_run_time),
        iif(flow_run.start_time > flow_run.expected_start_time, flow_run.start_time - flow_run.expected_start_time, 0),
        iif(flow_run.start_time > flow_run.expected_start_time, flow_run.start_time / 1000000 - flow_run.expected_start_time / 1000000, 0)
    FROM flow_run WHERE flow_run.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') ORDER BY flow_run.expected_start_time
    ON CONFLICT DO UPDATE SET runs = runs + 1, run_time = run_time + excluded.run_time,
        lateness = lateness + excluded.lateness, lateness_seconds = lateness_seconds + excluded.lateness_seconds;
CREATE TRIGGER flow_run_ended_at_once AFTER INSERT ON flow_run WHEN NEW.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') BEGIN
    INSERT INTO flow_run_hour (hour, flow_id, deployment_id, work_queue_id, state_type, state_name, runs, run_time, lateness, lateness_seconds)
        VALUES (coalesce(NEW.expected_start_time / 3600000000 - (NEW.expected_start_time % 3600000000 < 0), -9223372036854775808), NEW.flow_id, coalesce(NEW.deployment_id, x''), coalesce(NEW.work_queue_id, x''),
        NEW.state_type, coalesce(NEW.state_name, ''), 1, max(0, NEW.total_run_time),
        iif(NEW.start_time > NEW.expected_start_time, NEW.start_time - NEW.expected_start_time, 0),
        iif(NEW.start_time > NEW.expected_start_time, NEW.start_time / 1000000 - NEW.expected_start_time / 1000000, 0))
        ON CONFLICT DO UPDATE SET runs = runs + 1, run_time = run_time + excluded.run_time,
        lateness = lateness + excluded.lateness, lateness_seconds = lateness_seconds + excluded.lateness_seconds;
END;
CREATE TRIGGER flow_run_no_longer_ended AFTER UPDATE OF flow_id, deployment_id, work_queue_id, state_type, state_name, expected_start_time, start_time, total_run_time ON flow_run WHEN OLD.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') BEGIN
    UPDATE flow_run_hour SET runs = runs - 1, run_time = run_time - max(0, OLD.total_run_time),
        lateness = lateness - iif(OLD.start_time > OLD.expected_start_time, OLD.start_time - OLD.expected_start_time, 0),
        lateness_seconds = lateness_seconds - iif(OLD.start_time > OLD.expected_start_time, OLD.start_time / 1000000 - OLD.expected_start_time / 1000000, 0)
        WHERE hour = coalesce(OLD.expected_start_time / 3600000000 - (OLD.expected_start_time % 3600000000 < 0), -9223372036854775808) AND flow_id = OLD.flow_id
            AND deployment_id = coalesce(OLD.deployment_id, x'') AND work_queue_id = coalesce(OLD.work_queue_id, x'')
            AND state_type = OLD.state_type AND state_name = coalesce(OLD.state_name, '');
    DELETE FROM flow_run_hour WHERE runs = 0
        AND hour = coalesce(OLD.expected_start_time / 3600000000 - (OLD.expected_start_time % 3600000000 < 0), -9223372036854775808) AND flow_id = OLD.flow_id
            AND deployment_id = coalesce(OLD.deployment_id, x'') AND work_queue_id = coalesce(OLD.work_queue_id, x'')
            AND state_type = OLD.state_type AND state_name = coalesce(OLD.state_name, '');
END;
CREATE TRIGGER flow_run_ended AFTER UPDATE OF flow_id, deployment_id, work_queue_id, state_type, state_name, expected_start_time, start_time, total_run_time ON flow_run WHEN NEW.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') BEGIN
    INSERT INTO flow_run_hour (hour, flow_id, deployment_id, work_queue_id, state_type, state_name, runs, run_time, lateness, lateness_seconds)
        VALUES (coalesce(NEW.expected_start_time / 3600000000 - (NEW.expected_start_time % 3600000000 < 0), -9223372036854775808), NEW.flow_id, coalesce(NEW.deployment_id, x''), coalesce(NEW.work_queue_id, x''),
        NEW.state_type, coalesce(NEW.state_name, ''), 1, max(0, NEW.total_run_time),
        iif(NEW.start_time > NEW.expected_start_time, NEW.start_time - NEW.expected_start_time, 0),
        iif(NEW.start_time > NEW.expected_start_time, NEW.start_time / 1000000 - NEW.expected_start_time / 1000000, 0))
        ON CONFLICT DO UPDATE SET runs = runs + 1, run_time = run_time + excluded.run_time,
        lateness = lateness + excluded.lateness, lateness_seconds = lateness_seconds + excluded.lateness_seconds;
END;
CREATE TRIGGER flow_run_ended_deleted AFTER DELETE ON flow_run WHEN OLD.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') BEGIN
    UPDATE flow_run_hour SET runs = runs - 1, run_time = run_time - max(0, OLD.total_run_time),
        lateness = lateness - iif(OLD.start_time > OLD.expected_start_time, OLD.start_time - OLD.expected_start_time, 0),
        lateness_seconds = lateness_seconds - iif(OLD.start_time > OLD.expected_start_time, OLD.start_time / 1000000 - OLD.expected_start_time / 1000000, 0)
        WHERE hour = coalesce(OLD.expected_start_time / 3600000000 - (OLD.expected_start_time % 3600000000 < 0), -9223372036854775808) AND flow_id = OLD.flow_id
            AND deployment_id = coalesce(OLD.deployment_id, x'') AND work_queue_id = coalesce(OLD.work_queue_id, x'')
            AND state_type = OLD.state_type AND state_name = coalesce(OLD.state_name, '');
    DELETE FROM flow_run_hour WHERE runs = 0
        AND hour = coalesce(OLD.expected_start_time / 3600000000 - (OLD.expected_start_time % 3600000000 < 0), -9223372036854775808) AND flow_id = OLD.flow_id
            AND deployment_id = coalesce(OLD.deployment_id, x'') AND work_queue_id = coalesce(OLD.work_queue_id, x'')
            AND state_type = OLD.state_type AND state_name = coalesce(OLD.state_name, '');
END;
