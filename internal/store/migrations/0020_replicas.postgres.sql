-- What the servers of one database know of each other. Times are the database's clock, in
-- microseconds: the servers' own may differ. See docs/design/replicas.md.

-- A server is there until expires, which it puts off every second.
CREATE TABLE replica (
    session bytea PRIMARY KEY,
    started bigint NOT NULL,
    expires bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.02);

-- The one that leads does so until expires; each term has a number of its own.
CREATE TABLE leader (
    single  bigint PRIMARY KEY CHECK (single = 1),
    term    bigint NOT NULL,
    session bytea NOT NULL,
    expires bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.02);
INSERT INTO leader (single, term, session, expires) VALUES (1, 0, '\x', 0);

-- Counts commits, so that a server sees that it was not told of one.
CREATE SEQUENCE change;
SELECT nextval('change');

-- A background task run that a server is offering to a task worker.
CREATE TABLE task_run_offer (
    task_run_id bytea PRIMARY KEY REFERENCES task_run (id) ON DELETE CASCADE,
    state_id    bytea NOT NULL,
    session     bytea NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.02);

-- The tasks of a task worker, by its name.
CREATE TABLE task_worker_keys (
    name      text COLLATE "C" PRIMARY KEY REFERENCES task_worker (name) ON DELETE CASCADE,
    task_keys text COLLATE "C" NOT NULL
);
