-- The store's statements on a layout that layout.sql has made: processor time of the session for each, in µs, with a plan that is kept
-- (as in prepared statements), then the planning of one that is not.
SET search_path = :layout;
SET synchronous_commit = off;
SET client_min_messages = error;
SET jit = off;
SET timezone = 'UTC';
SELECT set_config('bench.rows', :'rows', false), set_config('bench.days', :'days', false) \gset
SELECT :'layout' = 'day' AS by_day \gset

-- measure runs a statement some times, n for up to four partitions, for random rows, and says what each took.
CREATE OR REPLACE FUNCTION measure(what text, n int, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    began bigint;
    planned bigint;
BEGIN
    -- A function, so that its plan is kept.
    EXECUTE format('CREATE OR REPLACE FUNCTION one(x float) RETURNS void LANGUAGE plpgsql AS $f$
        DECLARE
            rows bigint := current_setting(''bench.rows'')::bigint;
            days float := current_setting(''bench.days'')::float;
            k bigint := 1 + (x * (rows - 2))::bigint;    -- a log
            e bigint := 1 + (x * (rows / 2 - 2))::bigint; -- an event
            a bytea := key(''run'', k / 100);
            b text := run(e / 50);
            t bigint := at(days * x);
            r bigint := at(days - 0.0001); -- now
            new_id bytea := key(''new'', (x * 1e15)::bigint);
            old_id bytea := key(''event'', e);
            tail bigint := rows - 50;
            etail bigint := rows / 2 - 50;
        BEGIN %s; END $f$', statement);
    n := greatest(40, n * 4 / current_setting('bench.days')::int);
    PERFORM one(random()) FROM generate_series(1, 10);
    began := cpu();
    PERFORM one(random()) FROM generate_series(1, n);
    began := cpu() - began;
    RETURN format('%s|%s', what, round(began / 1e3 / n, 1));
END
$$;

SELECT measure('newest 200 logs of a run', 2000, $$PERFORM count(*) FROM (SELECT * FROM log WHERE flow_run_id = a ORDER BY timestamp DESC, sequence DESC LIMIT 200) s$$);
SELECT measure('oldest 200 logs of a run', 2000, $$PERFORM count(*) FROM (SELECT * FROM log WHERE flow_run_id = a ORDER BY timestamp, sequence LIMIT 200) s$$);
SELECT measure('last sign of life of a run', 4000, $$PERFORM (SELECT created FROM log WHERE flow_run_id = a ORDER BY timestamp DESC LIMIT 1)$$);
SELECT measure('200 logs by time and level', 1000, $$PERFORM count(*) FROM (SELECT * FROM log WHERE timestamp >= t AND timestamp <= t + 3600000000 AND level >= 30 ORDER BY timestamp, sequence LIMIT 200) s$$);
SELECT measure('200 newest logs by level', 1000, $$PERFORM count(*) FROM (SELECT * FROM log WHERE level >= 30 ORDER BY timestamp DESC, sequence DESC LIMIT 200) s$$);
SELECT measure('log tail', 4000, $$PERFORM count(*) FROM (SELECT * FROM log WHERE sequence > tail ORDER BY sequence LIMIT 50) s$$);

SELECT measure('event by id', 10000, $$PERFORM count(*) FROM (SELECT * FROM event WHERE event.id = old_id) s$$);
SELECT measure('event tail', 4000, $$PERFORM count(*) FROM (SELECT * FROM event WHERE sequence > etail AND sequence <= rows AND event >= 'prefect.' AND event < 'prefect/' ORDER BY sequence LIMIT 50) s$$);
SELECT measure('newest 50 events', 2000, $$PERFORM count(*) FROM (SELECT event.* FROM (SELECT sequence AS wanted FROM (SELECT sequence, occurred FROM event WHERE occurred BETWEEN 0 AND r ORDER BY occurred DESC, sequence DESC LIMIT 50) k) w JOIN event ON event.sequence = wanted ORDER BY occurred DESC, sequence DESC) s$$);
SELECT measure('50 events of a name and day', 2000, $$PERFORM count(*) FROM (SELECT event.* FROM (SELECT sequence AS wanted FROM (SELECT sequence, occurred FROM event WHERE occurred BETWEEN t AND t + 86400000000 AND event = 'order.shipped' ORDER BY occurred DESC, sequence DESC LIMIT 50) k) w JOIN event ON event.sequence = wanted ORDER BY occurred DESC, sequence DESC) s$$);
SELECT measure('50 events of a resource', 2000, $$PERFORM count(*) FROM (SELECT event.* FROM (SELECT sequence AS wanted FROM (
    SELECT sequence, occurred FROM event WHERE resource_id = b AND occurred BETWEEN 0 AND r UNION SELECT DISTINCT sequence, occurred FROM event_related WHERE resource_id = b AND occurred BETWEEN 0 AND r
    ORDER BY occurred DESC, sequence DESC LIMIT 50) k) w JOIN event ON event.sequence = wanted ORDER BY occurred DESC, sequence DESC) s$$);
SELECT measure('oldest event of a name', 10000, $$PERFORM (SELECT occurred FROM event WHERE event = 'order.shipped' ORDER BY occurred LIMIT 1)$$);

SELECT measure('16 logs added', 2000, $$INSERT INTO log (id, created, name, level, message, timestamp, flow_run_id, task_run_id)
    SELECT new_id, r, 'prefect.flow_runs', 20, repeat('a line of a log, as a flow writes it ', 3), r, a, a FROM generate_series(1, 16)$$);
SELECT measure('25 logs of a run deleted', 500, $$DELETE FROM log WHERE sequence IN (SELECT sequence FROM log WHERE flow_run_id = a LIMIT 25)$$);
\if :by_day
\set related 'INSERT INTO event_related (received, resource_id, occurred, sequence, resource_role) SELECT r, related.id, r, added.sequence, related.role FROM added'
\else
\set related 'INSERT INTO event_related (resource_id, occurred, sequence, resource_role) SELECT related.id, r, added.sequence, related.role FROM added'
\endif
SELECT CASE WHEN :'layout' = 'plain' THEN 'VALUES (ID, r, r, ''prefect.flow-run.Running'', b, repeat(''x'', 150), repeat(''x'', 250), repeat(''x'', 300)) ON CONFLICT (id) DO NOTHING'
    ELSE 'SELECT ID, r, r, ''prefect.flow-run.Running'', b, repeat(''x'', 150), repeat(''x'', 250), repeat(''x'', 300) WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.id = ID)' END AS new,
    'INSERT INTO event (id, occurred, received, event, resource_id, resource, related, payload) ' AS insert \gset
SELECT measure('event added with 2 related', 10000, 'WITH added AS (' || :'insert' || replace(:'new', 'ID', 'new_id') || ' RETURNING sequence) ' || :'related' || $$, (VALUES ('prefect.flow.' || e % 20, 'flow'), ('prefect.deployment.' || e % 200, 'deployment')) AS related (id, role) ON CONFLICT DO NOTHING$$);
SELECT measure('event sent again', 10000, :'insert' || replace(:'new', 'ID', 'old_id'));

SELECT measure('planning: a run''s logs', 500, $$EXECUTE 'EXPLAIN SELECT * FROM log WHERE flow_run_id = ''\x00'' ORDER BY timestamp DESC, sequence DESC LIMIT 200'$$);
SELECT measure('planning: 50 events', 500, $$EXECUTE 'EXPLAIN SELECT event.* FROM (SELECT sequence AS wanted FROM (SELECT sequence, occurred FROM event WHERE occurred BETWEEN 0 AND 1 ORDER BY occurred DESC, sequence DESC LIMIT 50) k) w JOIN event ON event.sequence = wanted ORDER BY occurred DESC, sequence DESC'$$);
SELECT 'memory of the session, MB|' || round(sum(total_bytes) / 1048576.0, 1) FROM pg_backend_memory_contexts;
BEGIN;
SELECT count(*) AS found FROM (SELECT event.* FROM (SELECT sequence AS wanted FROM (SELECT sequence, occurred FROM event WHERE occurred BETWEEN 0 AND 1 ORDER BY occurred DESC, sequence DESC LIMIT 50) k) w JOIN event ON event.sequence = wanted ORDER BY occurred DESC, sequence DESC) s \gset
SELECT 'locks of a page of 50 events|' || count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation::regclass::text LIKE :'layout' || '.%' OR pid = pg_backend_pid() AND relation::regclass::text LIKE 'event%';
COMMIT;
