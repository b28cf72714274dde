-- Ids are 16-byte blobs, moments are microseconds since 1970 in UTC, lengths of
-- time are microseconds, booleans are 0 or 1, and columns that hold lists or
-- objects are JSON text.

CREATE TABLE configuration (
    key     TEXT PRIMARY KEY,
    value   TEXT NOT NULL,
    updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE flow (
    id      BLOB PRIMARY KEY,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name    TEXT NOT NULL UNIQUE,
    tags    TEXT NOT NULL DEFAULT '[]',
    labels  TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX flow_created ON flow (created);

CREATE TABLE work_pool (
    id                          BLOB PRIMARY KEY,
    created                     INTEGER NOT NULL,
    updated                     INTEGER NOT NULL,
    name                        TEXT NOT NULL UNIQUE,
    description                 TEXT,
    type                        TEXT NOT NULL,
    base_job_template           TEXT NOT NULL DEFAULT '{}',
    is_paused                   INTEGER NOT NULL DEFAULT 0,
    concurrency_limit           INTEGER,
    default_queue_id            BLOB,
    status                      TEXT NOT NULL DEFAULT 'NOT_READY',
    last_transitioned_status_at INTEGER,
    last_status_event_id        BLOB,
    storage_configuration       TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX work_pool_type ON work_pool (type);

CREATE TABLE work_queue (
    id                BLOB PRIMARY KEY,
    created           INTEGER NOT NULL,
    updated           INTEGER NOT NULL,
    name              TEXT NOT NULL,
    description       TEXT NOT NULL DEFAULT '',
    is_paused         INTEGER NOT NULL DEFAULT 0,
    concurrency_limit INTEGER,
    priority          INTEGER NOT NULL DEFAULT 1,
    last_polled       INTEGER,
    status            TEXT NOT NULL DEFAULT 'NOT_READY',
    filter            TEXT,
    work_pool_id      BLOB NOT NULL REFERENCES work_pool (id) ON DELETE CASCADE,
    UNIQUE (work_pool_id, name)
);
CREATE INDEX work_queue_priority ON work_queue (work_pool_id, priority);

CREATE TABLE worker (
    id                         BLOB PRIMARY KEY,
    created                    INTEGER NOT NULL,
    updated                    INTEGER NOT NULL,
    name                       TEXT NOT NULL,
    work_pool_id               BLOB NOT NULL REFERENCES work_pool (id) ON DELETE CASCADE,
    last_heartbeat_time        INTEGER,
    heartbeat_interval_seconds INTEGER,
    status                     TEXT NOT NULL DEFAULT 'OFFLINE',
    -- Since when it has been heard of without a break, but for the server's sleep.
    online_since               INTEGER,
    UNIQUE (work_pool_id, name)
);
CREATE INDEX worker_heartbeat ON worker (work_pool_id, last_heartbeat_time);

CREATE TABLE concurrency_limit (
    id                         BLOB PRIMARY KEY,
    created                    INTEGER NOT NULL,
    updated                    INTEGER NOT NULL,
    active                     INTEGER NOT NULL DEFAULT 1,
    name                       TEXT NOT NULL UNIQUE,
    "limit"                    INTEGER NOT NULL,
    -- As of updated; both decay from then on.
    active_slots               REAL NOT NULL DEFAULT 0,
    denied_slots               REAL NOT NULL DEFAULT 0,
    slot_decay_per_second      REAL NOT NULL DEFAULT 0,
    avg_slot_occupancy_seconds REAL NOT NULL DEFAULT 2.0
);

-- A lease holds slots of one or more limits until it is released or expires.
CREATE TABLE concurrency_lease (
    id          BLOB PRIMARY KEY,
    created     INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    slots       INTEGER NOT NULL,
    holder_type TEXT,
    holder_id   BLOB,
    -- The holder ended and the slots are free; the row stays until it expires.
    released    INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX concurrency_lease_expires ON concurrency_lease (expires);
CREATE INDEX concurrency_lease_holder ON concurrency_lease (holder_id) WHERE holder_id IS NOT NULL;

CREATE TABLE concurrency_lease_limit (
    lease_id BLOB NOT NULL REFERENCES concurrency_lease (id) ON DELETE CASCADE,
    limit_id BLOB NOT NULL,
    PRIMARY KEY (lease_id, limit_id)
) WITHOUT ROWID;
CREATE INDEX concurrency_lease_limit_limit ON concurrency_lease_limit (limit_id);

CREATE TABLE block_type (
    id                BLOB PRIMARY KEY,
    created           INTEGER NOT NULL,
    updated           INTEGER NOT NULL,
    name              TEXT NOT NULL,
    slug              TEXT NOT NULL UNIQUE,
    logo_url          TEXT,
    documentation_url TEXT,
    description       TEXT,
    code_example      TEXT,
    is_protected      INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX block_type_name ON block_type (name);

CREATE TABLE block_schema (
    id            BLOB PRIMARY KEY,
    created       INTEGER NOT NULL,
    updated       INTEGER NOT NULL,
    checksum      TEXT NOT NULL,
    fields        TEXT NOT NULL DEFAULT '{}',
    capabilities  TEXT NOT NULL DEFAULT '[]',
    version       TEXT NOT NULL DEFAULT 'non-versioned',
    block_type_id BLOB NOT NULL REFERENCES block_type (id) ON DELETE CASCADE,
    UNIQUE (checksum, version)
);
CREATE INDEX block_schema_created ON block_schema (created);
CREATE INDEX block_schema_type ON block_schema (block_type_id);

CREATE TABLE block_schema_reference (
    id                        BLOB PRIMARY KEY,
    created                   INTEGER NOT NULL,
    updated                   INTEGER NOT NULL,
    name                      TEXT NOT NULL,
    parent_block_schema_id    BLOB NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    reference_block_schema_id BLOB NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE
);
CREATE INDEX block_schema_reference_parent ON block_schema_reference (parent_block_schema_id);
CREATE INDEX block_schema_reference_target ON block_schema_reference (reference_block_schema_id);

CREATE TABLE block_document (
    id              BLOB PRIMARY KEY,
    created         INTEGER NOT NULL,
    updated         INTEGER NOT NULL,
    name            TEXT NOT NULL,
    data            TEXT NOT NULL,
    is_anonymous    INTEGER NOT NULL DEFAULT 0,
    block_type_id   BLOB NOT NULL REFERENCES block_type (id) ON DELETE CASCADE,
    block_type_name TEXT,
    block_schema_id BLOB NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    UNIQUE (block_type_id, name)
);
CREATE INDEX block_document_name ON block_document (name);
CREATE INDEX block_document_type_name ON block_document (block_type_name, name);
CREATE INDEX block_document_schema ON block_document (block_schema_id);

CREATE TABLE block_document_reference (
    id                          BLOB PRIMARY KEY,
    created                     INTEGER NOT NULL,
    updated                     INTEGER NOT NULL,
    name                        TEXT NOT NULL,
    parent_block_document_id    BLOB NOT NULL REFERENCES block_document (id) ON DELETE CASCADE,
    reference_block_document_id BLOB NOT NULL REFERENCES block_document (id) ON DELETE CASCADE
);
CREATE INDEX block_document_reference_parent ON block_document_reference (parent_block_document_id);
CREATE INDEX block_document_reference_target ON block_document_reference (reference_block_document_id);

CREATE TABLE deployment (
    id                         BLOB PRIMARY KEY,
    created                    INTEGER NOT NULL,
    updated                    INTEGER NOT NULL,
    name                       TEXT NOT NULL,
    version                    TEXT,
    description                TEXT,
    flow_id                    BLOB NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    paused                     INTEGER NOT NULL DEFAULT 0,
    status                     TEXT NOT NULL DEFAULT 'NOT_READY',
    last_polled                INTEGER,
    concurrency_limit_id       BLOB REFERENCES concurrency_limit (id) ON DELETE SET NULL,
    concurrency_options        TEXT,
    job_variables              TEXT NOT NULL DEFAULT '{}',
    parameters                 TEXT NOT NULL DEFAULT '{}',
    parameter_openapi_schema   TEXT,
    enforce_parameter_schema   INTEGER NOT NULL DEFAULT 1,
    pull_steps                 TEXT,
    tags                       TEXT NOT NULL DEFAULT '[]',
    labels                     TEXT NOT NULL DEFAULT '{}',
    path                       TEXT,
    entrypoint                 TEXT,
    work_queue_name            TEXT,
    work_queue_id              BLOB REFERENCES work_queue (id) ON DELETE SET NULL,
    storage_document_id        BLOB REFERENCES block_document (id) ON DELETE CASCADE,
    infrastructure_document_id BLOB REFERENCES block_document (id) ON DELETE CASCADE,
    created_by                 TEXT,
    updated_by                 TEXT,
    -- When the scheduler must next look at this deployment; null when it never need.
    next_scheduling            INTEGER,
    UNIQUE (flow_id, name)
);
CREATE INDEX deployment_created ON deployment (created);
CREATE INDEX deployment_updated ON deployment (updated);
CREATE INDEX deployment_name ON deployment (name);
CREATE INDEX deployment_queue ON deployment (work_queue_id);
CREATE INDEX deployment_limit ON deployment (concurrency_limit_id) WHERE concurrency_limit_id IS NOT NULL;
CREATE INDEX deployment_storage ON deployment (storage_document_id) WHERE storage_document_id IS NOT NULL;
CREATE INDEX deployment_infrastructure ON deployment (infrastructure_document_id) WHERE infrastructure_document_id IS NOT NULL;
CREATE INDEX deployment_next_scheduling ON deployment (next_scheduling) WHERE next_scheduling IS NOT NULL;
CREATE INDEX deployment_last_polled ON deployment (last_polled) WHERE status = 'READY';

CREATE TABLE deployment_schedule (
    id                 BLOB PRIMARY KEY,
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
CREATE INDEX deployment_schedule_deployment ON deployment_schedule (deployment_id, created);

CREATE TABLE flow_run (
    id                         BLOB PRIMARY KEY,
    created                    INTEGER NOT NULL,
    updated                    INTEGER NOT NULL,
    name                       TEXT NOT NULL,
    flow_id                    BLOB NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    state_id                   BLOB,
    state_type                 TEXT,
    state_name                 TEXT,
    state_timestamp            INTEGER,
    -- The deployment may be deleted; its runs stay.
    deployment_id              BLOB,
    deployment_version         TEXT,
    work_queue_id              BLOB REFERENCES work_queue (id) ON DELETE SET NULL,
    work_queue_name            TEXT,
    flow_version               TEXT,
    parameters                 TEXT NOT NULL DEFAULT '{}',
    idempotency_key            TEXT,
    context                    TEXT NOT NULL DEFAULT '{}',
    empirical_policy           TEXT NOT NULL DEFAULT '{}',
    tags                       TEXT NOT NULL DEFAULT '[]',
    labels                     TEXT NOT NULL DEFAULT '{}',
    parent_task_run_id         BLOB REFERENCES task_run (id) ON DELETE SET NULL,
    run_count                  INTEGER NOT NULL DEFAULT 0,
    expected_start_time        INTEGER,
    next_scheduled_start_time  INTEGER,
    -- When a paused run fails for not being resumed; null in other states.
    pause_timeout              INTEGER,
    start_time                 INTEGER,
    end_time                   INTEGER,
    total_run_time             INTEGER NOT NULL DEFAULT 0,
    auto_scheduled             INTEGER NOT NULL DEFAULT 0,
    infrastructure_document_id BLOB REFERENCES block_document (id) ON DELETE CASCADE,
    infrastructure_pid         TEXT,
    created_by                 TEXT,
    job_variables              TEXT,
    UNIQUE (flow_id, idempotency_key)
);
CREATE INDEX flow_run_name ON flow_run (name);
CREATE INDEX flow_run_deployment ON flow_run (deployment_id) WHERE deployment_id IS NOT NULL;
CREATE INDEX flow_run_parent ON flow_run (parent_task_run_id) WHERE parent_task_run_id IS NOT NULL;
CREATE INDEX flow_run_start ON flow_run (coalesce(start_time, expected_start_time));
CREATE INDEX flow_run_by_state ON flow_run (state_type, coalesce(start_time, expected_start_time));
CREATE INDEX flow_run_expected_start ON flow_run (expected_start_time);
CREATE INDEX flow_run_end ON flow_run (end_time);
CREATE INDEX flow_run_infrastructure ON flow_run (infrastructure_document_id) WHERE infrastructure_document_id IS NOT NULL;
-- What workers are handed, what falls late, and what the scheduler counts.
CREATE INDEX flow_run_due ON flow_run (work_queue_id, next_scheduled_start_time) WHERE state_type = 'SCHEDULED';
CREATE INDEX flow_run_late ON flow_run (next_scheduled_start_time) WHERE state_name = 'Scheduled';
CREATE INDEX flow_run_slots ON flow_run (work_queue_id, state_type) WHERE state_type IN ('RUNNING', 'PENDING', 'CANCELLING');
CREATE INDEX flow_run_upcoming ON flow_run (deployment_id, next_scheduled_start_time) WHERE state_type = 'SCHEDULED' AND auto_scheduled = 1;
CREATE INDEX flow_run_pause_timeout ON flow_run (pause_timeout) WHERE pause_timeout IS NOT NULL;

-- The runs that count against their flow's limit; see activeOfFlow in the store.
CREATE INDEX flow_run_active ON flow_run (flow_id) WHERE deployment_id IS NOT NULL AND
    (state_type IN ('RUNNING', 'PENDING', 'CANCELLING') OR state_name = 'AwaitingRetry');

-- What runs took, kept in the transaction that ends them: a few rows for each
-- flow, however many runs it had. bucket is the longest time, in microseconds,
-- that the bucket holds.
CREATE TABLE flow_run_time (
    flow_id BLOB NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    outcome TEXT NOT NULL,
    bucket  INTEGER NOT NULL,
    runs    INTEGER NOT NULL,
    took    INTEGER NOT NULL,
    PRIMARY KEY (flow_id, outcome, bucket)
) WITHOUT ROWID;

-- How many runs of a flow may be active at once. Kept by name: it may be set
-- before the flow is known.
CREATE TABLE flow_limit (
    flow_name      TEXT PRIMARY KEY,
    max_concurrent INTEGER NOT NULL,
    -- Whether it comes from the configuration file, and goes when it leaves it.
    configured     INTEGER NOT NULL,
    updated        INTEGER NOT NULL
) WITHOUT ROWID;

-- Cancelled runs whose task runs and subflows are looked after.
CREATE TABLE flow_run_cancellation (
    flow_run_id BLOB PRIMARY KEY REFERENCES flow_run (id) ON DELETE CASCADE,
    cancelled   INTEGER NOT NULL,
    due         INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX flow_run_cancellation_due ON flow_run_cancellation (due);

-- Runs with a process that sends heartbeats, while they are pending, running or
-- cancelling. gap and gap_before are the times, in microseconds, between the last
-- three that it sent; 0 for those that it has not sent yet.
CREATE TABLE flow_run_heartbeat (
    flow_run_id BLOB PRIMARY KEY REFERENCES flow_run (id) ON DELETE CASCADE,
    heard       INTEGER NOT NULL,
    sent        INTEGER NOT NULL,
    gap         INTEGER NOT NULL,
    gap_before  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE flow_run_state (
    id                 BLOB PRIMARY KEY,
    flow_run_id        BLOB NOT NULL REFERENCES flow_run (id) ON DELETE CASCADE,
    type               TEXT NOT NULL,
    timestamp          INTEGER NOT NULL,
    name               TEXT NOT NULL,
    message            TEXT,
    state_details      TEXT NOT NULL,
    result_artifact_id BLOB,
    UNIQUE (flow_run_id, timestamp)
);

CREATE TABLE task_run (
    id                        BLOB PRIMARY KEY,
    created                   INTEGER NOT NULL,
    updated                   INTEGER NOT NULL,
    name                      TEXT NOT NULL,
    flow_run_id               BLOB REFERENCES flow_run (id) ON DELETE CASCADE,
    task_key                  TEXT NOT NULL,
    dynamic_key               TEXT NOT NULL,
    cache_key                 TEXT,
    cache_expiration          INTEGER,
    task_version              TEXT,
    flow_run_run_count        INTEGER NOT NULL DEFAULT 0,
    empirical_policy          TEXT NOT NULL DEFAULT '{}',
    tags                      TEXT NOT NULL DEFAULT '[]',
    labels                    TEXT NOT NULL DEFAULT '{}',
    task_inputs               TEXT NOT NULL DEFAULT '{}',
    state_id                  BLOB,
    state_type                TEXT,
    state_name                TEXT,
    state_timestamp           INTEGER,
    run_count                 INTEGER NOT NULL DEFAULT 0,
    expected_start_time       INTEGER,
    next_scheduled_start_time INTEGER,
    start_time                INTEGER,
    end_time                  INTEGER,
    total_run_time            INTEGER NOT NULL DEFAULT 0,
    UNIQUE (flow_run_id, task_key, dynamic_key)
);
CREATE INDEX task_run_name ON task_run (name);
CREATE INDEX task_run_background ON task_run (task_key, dynamic_key) WHERE flow_run_id IS NULL;
CREATE INDEX task_run_by_state ON task_run (state_type, start_time);
-- What task workers are handed.
CREATE INDEX task_run_scheduled ON task_run (task_key, state_timestamp) WHERE state_type = 'SCHEDULED';
CREATE INDEX task_run_start ON task_run (start_time);
CREATE INDEX task_run_expected_start ON task_run (expected_start_time);
CREATE INDEX task_run_end ON task_run (end_time);

CREATE TABLE task_run_state (
    id                 BLOB PRIMARY KEY,
    task_run_id        BLOB NOT NULL REFERENCES task_run (id) ON DELETE CASCADE,
    type               TEXT NOT NULL,
    timestamp          INTEGER NOT NULL,
    name               TEXT NOT NULL,
    message            TEXT,
    state_details      TEXT NOT NULL,
    -- The data of a state that a client reported by an event; that of others is an artifact.
    data               TEXT,
    result_artifact_id BLOB,
    UNIQUE (task_run_id, timestamp)
);

-- Background task runs that a task worker has taken over, in the state it took
-- them in: they are not handed out again for that state.
CREATE TABLE task_run_delivery (
    task_run_id BLOB PRIMARY KEY REFERENCES task_run (id) ON DELETE CASCADE,
    state_id    BLOB NOT NULL,
    worker      TEXT NOT NULL,
    delivered   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE task_run_state_cache (
    id                BLOB PRIMARY KEY,
    created           INTEGER NOT NULL,
    cache_key         TEXT NOT NULL,
    cache_expiration  INTEGER,
    task_run_state_id BLOB NOT NULL
);
CREATE INDEX task_run_state_cache_key ON task_run_state_cache (cache_key, created);

-- Background task runs that wait for a task worker.
CREATE TABLE task_run_queue (
    task_run_id BLOB PRIMARY KEY REFERENCES task_run (id) ON DELETE CASCADE,
    task_key    TEXT NOT NULL,
    retry       INTEGER NOT NULL,
    created     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX task_run_queue_next ON task_run_queue (task_key, retry DESC, created);

CREATE TABLE flow_run_input (
    id          BLOB PRIMARY KEY,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    flow_run_id BLOB NOT NULL REFERENCES flow_run (id) ON DELETE CASCADE,
    key         TEXT NOT NULL,
    value       TEXT NOT NULL,
    sender      TEXT,
    UNIQUE (flow_run_id, key)
);

CREATE TABLE artifact (
    id          BLOB PRIMARY KEY,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    key         TEXT,
    type        TEXT,
    description TEXT,
    data        TEXT,
    metadata    TEXT,
    flow_run_id BLOB,
    task_run_id BLOB
);
CREATE INDEX artifact_key ON artifact (key, created) WHERE key IS NOT NULL;
CREATE INDEX artifact_created ON artifact (created);
CREATE INDEX artifact_flow_run ON artifact (flow_run_id) WHERE flow_run_id IS NOT NULL;
CREATE INDEX artifact_task_run ON artifact (task_run_id) WHERE task_run_id IS NOT NULL;

CREATE TABLE artifact_collection (
    id          BLOB PRIMARY KEY,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    key         TEXT NOT NULL UNIQUE,
    latest_id   BLOB NOT NULL,
    type        TEXT,
    description TEXT,
    data        TEXT,
    metadata    TEXT,
    flow_run_id BLOB,
    task_run_id BLOB
);
CREATE INDEX artifact_collection_latest ON artifact_collection (latest_id);

CREATE TABLE log (
    id          BLOB PRIMARY KEY,
    created     INTEGER NOT NULL,
    name        TEXT NOT NULL,
    level       INTEGER NOT NULL,
    message     TEXT NOT NULL,
    timestamp   INTEGER NOT NULL,
    flow_run_id BLOB,
    task_run_id BLOB
);
CREATE INDEX log_flow_run ON log (flow_run_id, timestamp) WHERE flow_run_id IS NOT NULL;
CREATE INDEX log_task_run ON log (task_run_id, timestamp) WHERE task_run_id IS NOT NULL;
CREATE INDEX log_timestamp ON log (timestamp);

CREATE TABLE variable (
    id      BLOB PRIMARY KEY,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name    TEXT NOT NULL UNIQUE,
    value   TEXT,
    tags    TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE saved_search (
    id      BLOB PRIMARY KEY,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name    TEXT NOT NULL UNIQUE,
    filters TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE csrf_token (
    id         BLOB PRIMARY KEY,
    created    INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    token      TEXT NOT NULL,
    client     TEXT NOT NULL UNIQUE,
    expiration INTEGER NOT NULL
);
CREATE INDEX csrf_token_expiration ON csrf_token (expiration);

-- The event log. Consumers read it in the order of sequence and keep their
-- place in event_cursor.
CREATE TABLE event (
    sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
    id          BLOB NOT NULL UNIQUE,
    occurred    INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    event       TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    resource    TEXT NOT NULL,
    related     TEXT NOT NULL,
    payload     TEXT NOT NULL,
    follows     BLOB
);
-- Names and ids are in it so that counting, grouping and leaving out by them
-- need not read the events themselves.
CREATE INDEX event_occurred ON event (occurred, event, resource_id);
CREATE INDEX event_name ON event (event, occurred);
CREATE INDEX event_resource_occurred ON event (resource_id, occurred);

-- One row for each related resource of an event. Rows go with their event: who
-- deletes it deletes them, found through its related column.
CREATE TABLE event_related (
    resource_id   TEXT NOT NULL,
    occurred      INTEGER NOT NULL,
    sequence      INTEGER NOT NULL,
    resource_role TEXT NOT NULL,
    PRIMARY KEY (resource_id, occurred, sequence, resource_role)
) WITHOUT ROWID;

CREATE TABLE event_cursor (
    consumer TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    updated  INTEGER NOT NULL
) WITHOUT ROWID;

-- Messages that ask a pool's workers to clean up after a run.
CREATE TABLE worker_cleanup (
    id              BLOB PRIMARY KEY,
    created         INTEGER NOT NULL,
    updated         INTEGER NOT NULL,
    work_pool_id    BLOB NOT NULL REFERENCES work_pool (id) ON DELETE CASCADE,
    work_queue_id   BLOB,
    kind            TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    target          TEXT NOT NULL,
    data            TEXT NOT NULL DEFAULT '{}',
    deliveries      INTEGER NOT NULL DEFAULT 0,
    -- While it is leased: the reservation's token, its end, and the worker
    -- process that has it.
    lease_id        BLOB,
    lease_expires   INTEGER,
    consumer_id     BLOB,
    -- ready, leased, done, or dead after too many deliveries.
    state           TEXT NOT NULL DEFAULT 'ready',
    UNIQUE (work_pool_id, idempotency_key)
);
CREATE INDEX worker_cleanup_ready ON worker_cleanup (work_pool_id, created) WHERE state = 'ready';
CREATE INDEX worker_cleanup_leased ON worker_cleanup (lease_expires) WHERE state = 'leased';

-- When the server was awake. A row is open until the server goes to sleep; each
-- bears the sums of those before it, so that totals are read from the last one.
CREATE TABLE awakening (
    id           INTEGER PRIMARY KEY,
    woke         INTEGER NOT NULL,
    reason       TEXT NOT NULL,
    -- From the start of the process until it answered; null when it was there already.
    wake_time    INTEGER,
    seen         INTEGER NOT NULL,
    slept        INTEGER,
    slept_reason TEXT,
    awake_before     INTEGER NOT NULL,
    asleep_before    INTEGER NOT NULL,
    starts_before    INTEGER NOT NULL,
    wake_time_before INTEGER NOT NULL
);
CREATE INDEX awakening_woke ON awakening (woke);

-- Who stands between workers and the server, and is called when there is
-- something to do for them.
CREATE TABLE gateway (
    name    TEXT PRIMARY KEY,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    url     TEXT NOT NULL,
    token   TEXT NOT NULL, -- what it wants to be shown
    pools   TEXT NOT NULL  -- JSON list of names; an empty one stands for all
) WITHOUT ROWID;
