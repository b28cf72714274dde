-- The runs that have ended are summed up by the hour, by the day, and all of them, in the place of
-- flow_run_hour. hours is how many one row is of, 0 for all there are; at numbers them from 1970 on, the
-- least of all numbers for no expected start.
DROP TRIGGER flow_run_ended_at_once ON flow_run;
DROP TRIGGER flow_run_ended ON flow_run;
DROP TRIGGER flow_run_ended_deleted ON flow_run;
DROP FUNCTION sum_hours();
DROP FUNCTION add_to_hour(flow_run, bigint);
DROP TABLE flow_run_hour;
CREATE TABLE flow_run_sum (
    hours            bigint NOT NULL,
    at               bigint NOT NULL,
    flow_id          bytea NOT NULL,
    deployment_id    bytea NOT NULL,
    work_queue_id    bytea NOT NULL,
    called           bigint NOT NULL,
    state_type       text COLLATE "C" NOT NULL,
    state_name       text COLLATE "C" NOT NULL,
    runs             bigint NOT NULL,
    run_time         bigint NOT NULL,
    lateness         bigint NOT NULL,
    lateness_seconds bigint NOT NULL, -- of moments that are cut to seconds
    PRIMARY KEY (hours, at, flow_id, deployment_id, work_queue_id, called, state_type, state_name)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.02);
-- The number of the hours that a run falls into, as many as one row is of.
CREATE FUNCTION sum_at(expected bigint, hours bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN hours = 0 THEN 0 WHEN expected IS NULL THEN -9223372036854775808
        ELSE expected / (hours * 3600000000) - (expected % (hours * 3600000000) < 0)::int END
$$;
CREATE FUNCTION add_to_sums(run flow_run, by bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    late boolean := coalesce(run.start_time > run.expected_start_time, false);
BEGIN
    INSERT INTO flow_run_sum AS sums (hours, at, flow_id, deployment_id, work_queue_id, called, state_type, state_name, runs, run_time, lateness, lateness_seconds)
        SELECT long, sum_at(run.expected_start_time, long), run.flow_id, coalesce(run.deployment_id, '\x'), coalesce(run.work_queue_id, '\x'),
            (run.parent_task_run_id IS NOT NULL)::int, run.state_type, coalesce(run.state_name, ''), by, by * greatest(0, run.total_run_time),
            CASE WHEN late THEN by * (run.start_time - run.expected_start_time) ELSE 0 END,
            CASE WHEN late THEN by * (run.start_time / 1000000 - run.expected_start_time / 1000000) ELSE 0 END
        FROM (VALUES (1::bigint), (24), (0)) AS level (long)
        ON CONFLICT (hours, at, flow_id, deployment_id, work_queue_id, called, state_type, state_name) DO UPDATE
            SET runs = sums.runs + excluded.runs, run_time = sums.run_time + excluded.run_time,
                lateness = sums.lateness + excluded.lateness, lateness_seconds = sums.lateness_seconds + excluded.lateness_seconds;
    IF by < 0 THEN
        DELETE FROM flow_run_sum WHERE runs = 0 AND hours IN (1, 24, 0) AND at = sum_at(run.expected_start_time, hours) AND flow_id = run.flow_id
            AND deployment_id = coalesce(run.deployment_id, '\x') AND work_queue_id = coalesce(run.work_queue_id, '\x')
            AND called = (run.parent_task_run_id IS NOT NULL)::int AND state_type = run.state_type AND state_name = coalesce(run.state_name, '');
    END IF;
END
$$;
CREATE FUNCTION sum_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') THEN
        PERFORM add_to_sums(OLD, -1);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') THEN
        PERFORM add_to_sums(NEW, 1);
    END IF;
    RETURN NULL;
END
$$;
INSERT INTO flow_run_sum (hours, at, flow_id, deployment_id, work_queue_id, called, state_type, state_name, runs, run_time, lateness, lateness_seconds)
    SELECT level.long, sum_at(flow_run.expected_start_time, level.long) AS part, flow_run.flow_id, coalesce(flow_run.deployment_id, '\x'), coalesce(flow_run.work_queue_id, '\x'),
        (flow_run.parent_task_run_id IS NOT NULL)::int, flow_run.state_type, coalesce(flow_run.state_name, ''), count(*), sum(greatest(0, flow_run.total_run_time)),
        sum(CASE WHEN flow_run.start_time > flow_run.expected_start_time THEN flow_run.start_time - flow_run.expected_start_time ELSE 0 END),
        sum(CASE WHEN flow_run.start_time > flow_run.expected_start_time THEN flow_run.start_time / 1000000 - flow_run.expected_start_time / 1000000 ELSE 0 END)
    FROM flow_run, (VALUES (1::bigint), (24), (0)) AS level (long)
    WHERE flow_run.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
CREATE TRIGGER flow_run_ended_at_once AFTER INSERT ON flow_run FOR EACH ROW WHEN (NEW.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')) EXECUTE FUNCTION sum_run();
CREATE TRIGGER flow_run_ended AFTER UPDATE OF flow_id, deployment_id, work_queue_id, parent_task_run_id, state_type, state_name, expected_start_time, start_time, total_run_time ON flow_run FOR EACH ROW
    WHEN (NEW.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') OR OLD.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')) EXECUTE FUNCTION sum_run();
CREATE TRIGGER flow_run_ended_deleted AFTER DELETE ON flow_run FOR EACH ROW WHEN (OLD.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')) EXECUTE FUNCTION sum_run();
