-- What is read in the order in which it was added has a sequence that is never
-- used twice. A rowid of its own is: after the newest row is deleted the next
-- row takes its place, and whoever follows a table misses it.

CREATE TABLE log_sequenced (
    sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
    id          BLOB NOT NULL,
    created     INTEGER NOT NULL,
    name        TEXT NOT NULL,
    level       INTEGER NOT NULL,
    message     TEXT NOT NULL,
    timestamp   INTEGER NOT NULL,
    flow_run_id BLOB,
    task_run_id BLOB
);
INSERT INTO log_sequenced SELECT rowid, id, created, name, level, message, timestamp, flow_run_id, task_run_id FROM log ORDER BY rowid;
DROP TABLE log;
ALTER TABLE log_sequenced RENAME TO log;
CREATE INDEX log_flow_run ON log (flow_run_id, timestamp) WHERE flow_run_id IS NOT NULL;
CREATE INDEX log_task_run ON log (task_run_id, timestamp) WHERE task_run_id IS NOT NULL;
CREATE INDEX log_timestamp ON log (timestamp);

CREATE TABLE block_schema_sequenced (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    id            BLOB NOT NULL UNIQUE,
    created       INTEGER NOT NULL,
    updated       INTEGER NOT NULL,
    checksum      TEXT NOT NULL,
    fields        TEXT NOT NULL DEFAULT '{}',
    capabilities  TEXT NOT NULL DEFAULT '[]',
    version       TEXT NOT NULL DEFAULT 'non-versioned',
    block_type_id BLOB NOT NULL REFERENCES block_type (id) ON DELETE CASCADE,
    UNIQUE (checksum, version)
);
INSERT INTO block_schema_sequenced SELECT rowid, id, created, updated, checksum, fields, capabilities, version, block_type_id
    FROM block_schema ORDER BY rowid;
DROP TABLE block_schema;
ALTER TABLE block_schema_sequenced RENAME TO block_schema;
CREATE INDEX block_schema_created ON block_schema (created);
CREATE INDEX block_schema_type ON block_schema (block_type_id);

CREATE TABLE block_schema_reference_sequenced (
    sequence                  INTEGER PRIMARY KEY AUTOINCREMENT,
    id                        BLOB NOT NULL UNIQUE,
    created                   INTEGER NOT NULL,
    updated                   INTEGER NOT NULL,
    name                      TEXT NOT NULL,
    parent_block_schema_id    BLOB NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    reference_block_schema_id BLOB NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE
);
INSERT INTO block_schema_reference_sequenced SELECT rowid, id, created, updated, name, parent_block_schema_id, reference_block_schema_id
    FROM block_schema_reference ORDER BY rowid;
DROP TABLE block_schema_reference;
ALTER TABLE block_schema_reference_sequenced RENAME TO block_schema_reference;
CREATE INDEX block_schema_reference_parent ON block_schema_reference (parent_block_schema_id);
CREATE INDEX block_schema_reference_target ON block_schema_reference (reference_block_schema_id);

CREATE TABLE block_document_reference_sequenced (
    sequence                    INTEGER PRIMARY KEY AUTOINCREMENT,
    id                          BLOB NOT NULL UNIQUE,
    created                     INTEGER NOT NULL,
    updated                     INTEGER NOT NULL,
    name                        TEXT NOT NULL,
    parent_block_document_id    BLOB NOT NULL REFERENCES block_document (id) ON DELETE CASCADE,
    reference_block_document_id BLOB NOT NULL REFERENCES block_document (id) ON DELETE CASCADE
);
INSERT INTO block_document_reference_sequenced SELECT rowid, id, created, updated, name, parent_block_document_id, reference_block_document_id
    FROM block_document_reference ORDER BY rowid;
DROP TABLE block_document_reference;
ALTER TABLE block_document_reference_sequenced RENAME TO block_document_reference;
CREATE INDEX block_document_reference_parent ON block_document_reference (parent_block_document_id);
CREATE INDEX block_document_reference_target ON block_document_reference (reference_block_document_id);

CREATE TABLE deployment_schedule_sequenced (
    sequence           INTEGER PRIMARY KEY AUTOINCREMENT,
    id                 BLOB NOT NULL UNIQUE,
    created            INTEGER NOT NULL,
    updated            INTEGER NOT NULL,
    deployment_id      BLOB NOT NULL REFERENCES deployment (id) ON DELETE CASCADE,
    schedule           TEXT NOT NULL,
    active             INTEGER NOT NULL DEFAULT 1,
    max_scheduled_runs INTEGER,
    parameters         TEXT NOT NULL DEFAULT '{}',
    slug               TEXT,
    UNIQUE (deployment_id, slug)
);
INSERT INTO deployment_schedule_sequenced SELECT rowid, id, created, updated, deployment_id, schedule, active, max_scheduled_runs, parameters, slug
    FROM deployment_schedule ORDER BY rowid;
DROP TABLE deployment_schedule;
ALTER TABLE deployment_schedule_sequenced RENAME TO deployment_schedule;
CREATE INDEX deployment_schedule_deployment ON deployment_schedule (deployment_id, created);
