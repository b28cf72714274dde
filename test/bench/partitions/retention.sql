-- What it takes to remove the first day of events from a layout that layout.sql has made: processor time and WAL.
SET search_path = :layout;
SET client_min_messages = error;
SELECT :'layout' = 'day' AS by_day \gset
SELECT count(*) AS events FROM event WHERE received < at(1) \gset
CREATE OR REPLACE PROCEDURE remove() LANGUAGE plpgsql AS $$
DECLARE
    gone bigint;
BEGIN
    LOOP
        WITH old AS MATERIALIZED (SELECT sequence, occurred FROM event WHERE occurred < at(1) ORDER BY occurred LIMIT 500),
            related AS (DELETE FROM event_related USING old, (VALUES ('flow', 20), ('deployment', 200)) AS r (role, of)
                WHERE event_related.resource_id = 'prefect.' || role || '.' || md5(role || old.sequence % of) AND event_related.occurred = old.occurred AND event_related.sequence = old.sequence)
        DELETE FROM event USING old WHERE event.sequence = old.sequence;
        GET DIAGNOSTICS gone = ROW_COUNT;
        EXIT WHEN gone = 0;
        COMMIT;
    END LOOP;
END
$$;
CHECKPOINT;
SELECT pg_current_wal_lsn() AS wal, cpu() AS cpu \gset
\if :by_day
DROP TABLE event_0, event_related_0;
\else
CALL remove();
\endif
SELECT 'event removed|' || round((cpu() - :cpu) / 1e3 / :events, 1);
SELECT 'bytes of WAL for that|' || round((pg_current_wal_lsn() - :'wal'::pg_lsn) / :events);
SELECT pg_current_wal_lsn() AS wal, cpu() AS cpu \gset
\if :by_day
\else
VACUUM event, event_related;
\endif
SELECT 'event vacuumed|' || round((cpu() - :cpu) / 1e3 / :events, 1);
SELECT 'bytes of WAL for that, too|' || round((pg_current_wal_lsn() - :'wal'::pg_lsn) / :events);
