-- The schema of sixteen migrations of the other database, as its 0016 leaves it: from here on
-- both have the same numbers.
--
-- Ids are 16 bytes, moments are microseconds since 1970 in UTC, lengths of time are
-- microseconds, booleans are 0 or 1, and columns that hold lists or objects are JSON text, as
-- it was written. Texts are compared by their bytes. What may be null comes first in
-- indexes, as the statements' orders have it.

-- What SQLite has as functions, with its meaning. See internal/store/postgres/spell.go for
-- what is spelled otherwise.

CREATE FUNCTION json_each(document text) RETURNS TABLE (key text, value text) LANGUAGE sql IMMUTABLE ROWS 5 AS $$
    SELECT (item.place - 1)::text, item.value
        FROM json_array_elements_text(CASE json_typeof(document::json) WHEN 'array' THEN document::json END) WITH ORDINALITY AS item (value, place)
    UNION ALL
    SELECT member.key, member.value FROM json_each_text(CASE json_typeof(document::json) WHEN 'object' THEN document::json END) AS member
$$;

CREATE FUNCTION unhex(digits text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT decode(digits, 'hex') $$;
CREATE FUNCTION instr(whole text, part text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT strpos(whole, part) $$;
CREATE FUNCTION iif(condition boolean, yes anycompatible, no anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN condition THEN yes ELSE no END $$;
CREATE FUNCTION lower_ascii(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(value COLLATE "C") $$;

-- The larger or smaller of two; null when either is.
CREATE FUNCTION larger(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN greatest(a, b) END $$;
CREATE FUNCTION larger(a double precision, b double precision) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN greatest(a, b) END $$;
CREATE FUNCTION smaller(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN least(a, b) END $$;
CREATE FUNCTION smaller(a double precision, b double precision) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN least(a, b) END $$;
CREATE FUNCTION larger(a bigint, b bigint, c bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT larger(larger(a, b), c) $$;
CREATE FUNCTION substr(whole text, first bigint, length bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT substr(whole, first::int, length::int) $$;

-- Sums of whole numbers are whole numbers; PostgreSQL's own are decimals.
CREATE AGGREGATE sum_whole (bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = safe);
CREATE AGGREGATE sum_whole (double precision) (SFUNC = float8pl, STYPE = double precision, COMBINEFUNC = float8pl, PARALLEL = safe);
CREATE FUNCTION count_true(so_far bigint, is_so boolean) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(so_far, 0) + coalesce(is_so::int, 0) $$;
CREATE AGGREGATE sum_whole (boolean) (SFUNC = count_true, STYPE = bigint, PARALLEL = safe);

-- The regular expression of a GLOB pattern: * and ? stand for any characters, [a-z] for one of
-- a class, all others for themselves.
CREATE FUNCTION glob_pattern(pattern text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    result text := '';
    at int := 1;
    close int;
    c text;
BEGIN
    WHILE at <= length(pattern) LOOP
        c := substr(pattern, at, 1);
        close := CASE WHEN c = '[' THEN strpos(substr(pattern, at + 2), ']') ELSE 0 END;
        IF c = '*' THEN
            result := result || '.*';
        ELSIF c = '?' THEN
            result := result || '.';
        ELSIF close > 0 THEN
            result := result || '[' || replace(replace(substr(pattern, at + 1, close), '\', '\\'), '[', '\[') || ']';
            at := at + close + 1;
        ELSIF c ~ '[[:alnum:]_ /:-]' THEN
            result := result || c;
        ELSE
            result := result || '[' || CASE WHEN c IN ('\', '[', ']', '^') THEN '\' || c ELSE c END || ']';
        END IF;
        at := at + 1;
    END LOOP;
    RETURN '^(?:' || result || ')$';
END
$$;

-- Whether a text passes a prefect.TextSearch, written as its String does.
CREATE FUNCTION text_search(search text, body text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (coalesce(json_typeof(search::json -> 'Include'), 'null') <> 'array' OR json_array_length(search::json -> 'Include') = 0
            OR EXISTS (SELECT 1 FROM json_each(search::json ->> 'Include') AS term WHERE strpos(lower_ascii(body), lower_ascii(term.value)) > 0))
        AND (coalesce(json_typeof(search::json -> 'Required'), 'null') <> 'array'
            OR NOT EXISTS (SELECT 1 FROM json_each(search::json ->> 'Required') AS term WHERE strpos(lower_ascii(body), lower_ascii(term.value)) = 0))
        AND (coalesce(json_typeof(search::json -> 'Exclude'), 'null') <> 'array'
            OR NOT EXISTS (SELECT 1 FROM json_each(search::json ->> 'Exclude') AS term WHERE strpos(lower_ascii(body), lower_ascii(term.value)) > 0))
$$;

CREATE TABLE configuration (
    key     text COLLATE "C" PRIMARY KEY,
    value   text COLLATE "C" NOT NULL,
    updated bigint NOT NULL
);

CREATE TABLE flow (
    id      bytea PRIMARY KEY,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    name    text COLLATE "C" NOT NULL UNIQUE,
    tags    text COLLATE "C" NOT NULL DEFAULT '[]',
    labels  text COLLATE "C" NOT NULL DEFAULT '{}'
);
CREATE INDEX flow_created ON flow (created);

CREATE TABLE work_pool (
    id                          bytea PRIMARY KEY,
    created                     bigint NOT NULL,
    updated                     bigint NOT NULL,
    name                        text COLLATE "C" NOT NULL UNIQUE,
    description                 text COLLATE "C",
    type                        text COLLATE "C" NOT NULL,
    base_job_template           text COLLATE "C" NOT NULL DEFAULT '{}',
    is_paused                   bigint NOT NULL DEFAULT 0,
    concurrency_limit           bigint,
    default_queue_id            bytea,
    status                      text COLLATE "C" NOT NULL DEFAULT 'NOT_READY',
    last_transitioned_status_at bigint,
    last_status_event_id        bytea,
    storage_configuration       text COLLATE "C" NOT NULL DEFAULT '{}'
);
CREATE INDEX work_pool_type ON work_pool (type);

CREATE TABLE work_queue (
    id                bytea PRIMARY KEY,
    created           bigint NOT NULL,
    updated           bigint NOT NULL,
    name              text COLLATE "C" NOT NULL,
    description       text COLLATE "C" NOT NULL DEFAULT '',
    is_paused         bigint NOT NULL DEFAULT 0,
    concurrency_limit bigint,
    priority          bigint NOT NULL DEFAULT 1,
    last_polled       bigint,
    status            text COLLATE "C" NOT NULL DEFAULT 'NOT_READY',
    filter            text COLLATE "C",
    work_pool_id      bytea NOT NULL REFERENCES work_pool (id) ON DELETE CASCADE,
    UNIQUE (work_pool_id, name)
);
CREATE INDEX work_queue_priority ON work_queue (work_pool_id, priority);

CREATE TABLE worker (
    id                         bytea PRIMARY KEY,
    created                    bigint NOT NULL,
    updated                    bigint NOT NULL,
    name                       text COLLATE "C" NOT NULL,
    work_pool_id               bytea NOT NULL REFERENCES work_pool (id) ON DELETE CASCADE,
    last_heartbeat_time        bigint,
    heartbeat_interval_seconds bigint,
    status                     text COLLATE "C" NOT NULL DEFAULT 'OFFLINE',
    -- Since when it has been heard of without a break, but for the server's sleep.
    online_since               bigint,
    UNIQUE (work_pool_id, name)
);
CREATE INDEX worker_heartbeat ON worker (work_pool_id, last_heartbeat_time NULLS FIRST);

CREATE TABLE concurrency_limit (
    id                         bytea PRIMARY KEY,
    created                    bigint NOT NULL,
    updated                    bigint NOT NULL,
    active                     bigint NOT NULL DEFAULT 1,
    name                       text COLLATE "C" NOT NULL UNIQUE,
    "limit"                    bigint NOT NULL,
    -- As of updated; both decay from then on.
    active_slots               double precision NOT NULL DEFAULT 0,
    denied_slots               double precision NOT NULL DEFAULT 0,
    slot_decay_per_second      double precision NOT NULL DEFAULT 0,
    avg_slot_occupancy_seconds double precision NOT NULL DEFAULT 2.0
);

CREATE TABLE concurrency_lease (
    id          bytea PRIMARY KEY,
    created     bigint NOT NULL,
    expires     bigint NOT NULL,
    slots       bigint NOT NULL,
    holder_type text COLLATE "C",
    holder_id   bytea,
    -- The holder ended and the slots are free; the row stays until it expires.
    released    bigint NOT NULL DEFAULT 0
);
CREATE INDEX concurrency_lease_expires ON concurrency_lease (expires);
CREATE INDEX concurrency_lease_holder ON concurrency_lease (holder_id NULLS FIRST) WHERE holder_id IS NOT NULL;

CREATE TABLE concurrency_lease_limit (
    lease_id bytea NOT NULL REFERENCES concurrency_lease (id) ON DELETE CASCADE,
    limit_id bytea NOT NULL,
    PRIMARY KEY (lease_id, limit_id)
);
CREATE INDEX concurrency_lease_limit_limit ON concurrency_lease_limit (limit_id);

CREATE TABLE block_type (
    id                bytea PRIMARY KEY,
    created           bigint NOT NULL,
    updated           bigint NOT NULL,
    name              text COLLATE "C" NOT NULL,
    slug              text COLLATE "C" NOT NULL UNIQUE,
    logo_url          text COLLATE "C",
    documentation_url text COLLATE "C",
    description       text COLLATE "C",
    code_example      text COLLATE "C",
    is_protected      bigint NOT NULL DEFAULT 0
);
CREATE INDEX block_type_name ON block_type (name);

CREATE TABLE block_schema (
    sequence      bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    id            bytea NOT NULL UNIQUE,
    created       bigint NOT NULL,
    updated       bigint NOT NULL,
    checksum      text COLLATE "C" NOT NULL,
    fields        text COLLATE "C" NOT NULL DEFAULT '{}',
    capabilities  text COLLATE "C" NOT NULL DEFAULT '[]',
    version       text COLLATE "C" NOT NULL DEFAULT 'non-versioned',
    block_type_id bytea NOT NULL REFERENCES block_type (id) ON DELETE CASCADE,
    UNIQUE (checksum, version)
);
CREATE INDEX block_schema_created ON block_schema (created);
CREATE INDEX block_schema_type ON block_schema (block_type_id);

CREATE TABLE block_document (
    id              bytea PRIMARY KEY,
    created         bigint NOT NULL,
    updated         bigint NOT NULL,
    name            text COLLATE "C" NOT NULL,
    data            text COLLATE "C" NOT NULL,
    is_anonymous    bigint NOT NULL DEFAULT 0,
    block_type_id   bytea NOT NULL REFERENCES block_type (id) ON DELETE CASCADE,
    block_type_name text COLLATE "C",
    block_schema_id bytea NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    UNIQUE (block_type_id, name)
);
CREATE INDEX block_document_name ON block_document (name);
CREATE INDEX block_document_type_name ON block_document (block_type_name NULLS FIRST, name);
CREATE INDEX block_document_schema ON block_document (block_schema_id);

CREATE TABLE deployment (
    id                         bytea PRIMARY KEY,
    created                    bigint NOT NULL,
    updated                    bigint NOT NULL,
    name                       text COLLATE "C" NOT NULL,
    version                    text COLLATE "C",
    description                text COLLATE "C",
    flow_id                    bytea NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    paused                     bigint NOT NULL DEFAULT 0,
    status                     text COLLATE "C" NOT NULL DEFAULT 'NOT_READY',
    last_polled                bigint,
    concurrency_limit_id       bytea REFERENCES concurrency_limit (id) ON DELETE SET NULL,
    concurrency_options        text COLLATE "C",
    job_variables              text COLLATE "C" NOT NULL DEFAULT '{}',
    parameters                 text COLLATE "C" NOT NULL DEFAULT '{}',
    parameter_openapi_schema   text COLLATE "C",
    enforce_parameter_schema   bigint NOT NULL DEFAULT 1,
    pull_steps                 text COLLATE "C",
    tags                       text COLLATE "C" NOT NULL DEFAULT '[]',
    labels                     text COLLATE "C" NOT NULL DEFAULT '{}',
    path                       text COLLATE "C",
    entrypoint                 text COLLATE "C",
    work_queue_name            text COLLATE "C",
    work_queue_id              bytea REFERENCES work_queue (id) ON DELETE SET NULL,
    storage_document_id        bytea REFERENCES block_document (id) ON DELETE CASCADE,
    infrastructure_document_id bytea REFERENCES block_document (id) ON DELETE CASCADE,
    created_by                 text COLLATE "C",
    updated_by                 text COLLATE "C",
    -- When the scheduler must next look at this deployment; null when it never need.
    next_scheduling            bigint,
    schedule_revision bigint NOT NULL DEFAULT 0,
    collisions text COLLATE "C",
    UNIQUE (flow_id, name)
);
CREATE INDEX deployment_created ON deployment (created);
CREATE INDEX deployment_updated ON deployment (updated);
CREATE INDEX deployment_name ON deployment (name);
CREATE INDEX deployment_queue ON deployment (work_queue_id NULLS FIRST);
CREATE INDEX deployment_limit ON deployment (concurrency_limit_id NULLS FIRST) WHERE concurrency_limit_id IS NOT NULL;
CREATE INDEX deployment_storage ON deployment (storage_document_id NULLS FIRST) WHERE storage_document_id IS NOT NULL;
CREATE INDEX deployment_infrastructure ON deployment (infrastructure_document_id NULLS FIRST) WHERE infrastructure_document_id IS NOT NULL;
CREATE INDEX deployment_next_scheduling ON deployment (next_scheduling NULLS FIRST) WHERE next_scheduling IS NOT NULL;
-- By id, since an index of last_polled would be written by every poll.
CREATE INDEX deployment_last_polled ON deployment (id) WHERE status = 'READY';
CREATE INDEX deployment_collisions ON deployment (coalesce(collisions, concurrency_options::json ->> 'collision_strategy') NULLS FIRST);

CREATE TABLE flow_run (
    id                         bytea PRIMARY KEY,
    created                    bigint NOT NULL,
    updated                    bigint NOT NULL,
    name                       text COLLATE "C" NOT NULL,
    flow_id                    bytea NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    state_id                   bytea,
    state_type                 text COLLATE "C",
    state_name                 text COLLATE "C",
    state_timestamp            bigint,
    -- The deployment may be deleted; its runs stay.
    deployment_id              bytea,
    deployment_version         text COLLATE "C",
    work_queue_id              bytea REFERENCES work_queue (id) ON DELETE SET NULL,
    work_queue_name            text COLLATE "C",
    flow_version               text COLLATE "C",
    parameters                 text COLLATE "C" NOT NULL DEFAULT '{}',
    idempotency_key            text COLLATE "C",
    context                    text COLLATE "C" NOT NULL DEFAULT '{}',
    empirical_policy           text COLLATE "C" NOT NULL DEFAULT '{}',
    tags                       text COLLATE "C" NOT NULL DEFAULT '[]',
    labels                     text COLLATE "C" NOT NULL DEFAULT '{}',
    parent_task_run_id         bytea,
    run_count                  bigint NOT NULL DEFAULT 0,
    expected_start_time        bigint,
    next_scheduled_start_time  bigint,
    -- When a paused run fails for not being resumed; null in other states.
    pause_timeout              bigint,
    start_time                 bigint,
    end_time                   bigint,
    total_run_time             bigint NOT NULL DEFAULT 0,
    auto_scheduled             bigint NOT NULL DEFAULT 0,
    infrastructure_document_id bytea REFERENCES block_document (id) ON DELETE CASCADE,
    infrastructure_pid         text COLLATE "C",
    created_by                 text COLLATE "C",
    job_variables              text COLLATE "C",
    owner_due                  bigint,
    hand_outs bigint NOT NULL DEFAULT 0,
    retries_in_process bigint NOT NULL DEFAULT 0,
    UNIQUE (flow_id, idempotency_key)
);
CREATE INDEX flow_run_name ON flow_run (name);
CREATE INDEX flow_run_deployment ON flow_run (deployment_id NULLS FIRST) WHERE deployment_id IS NOT NULL;
CREATE INDEX flow_run_parent ON flow_run (parent_task_run_id NULLS FIRST) WHERE parent_task_run_id IS NOT NULL;
CREATE INDEX flow_run_expected_start ON flow_run (expected_start_time NULLS FIRST);
CREATE INDEX flow_run_end ON flow_run (end_time NULLS FIRST);
CREATE INDEX flow_run_infrastructure ON flow_run (infrastructure_document_id NULLS FIRST) WHERE infrastructure_document_id IS NOT NULL;
CREATE INDEX flow_run_due ON flow_run (work_queue_id NULLS FIRST, next_scheduled_start_time NULLS FIRST) WHERE state_type = 'SCHEDULED';
CREATE INDEX flow_run_late ON flow_run (next_scheduled_start_time NULLS FIRST) WHERE state_name = 'Scheduled';
CREATE INDEX flow_run_slots ON flow_run (work_queue_id NULLS FIRST, state_type NULLS FIRST) WHERE state_type IN ('RUNNING', 'PENDING', 'CANCELLING');
CREATE INDEX flow_run_pause_timeout ON flow_run (pause_timeout NULLS FIRST) WHERE pause_timeout IS NOT NULL;
CREATE INDEX flow_run_owner_due ON flow_run (owner_due NULLS FIRST) WHERE owner_due IS NOT NULL;
CREATE INDEX flow_run_awaiting_slot ON flow_run (deployment_id NULLS FIRST, next_scheduled_start_time NULLS FIRST) WHERE state_name = 'AwaitingConcurrencySlot';
CREATE INDEX flow_run_active ON flow_run (flow_id) WHERE deployment_id IS NOT NULL AND
    (state_type IN ('RUNNING', 'PENDING', 'CANCELLING') OR retries_in_process = 1);
CREATE INDEX flow_run_upcoming ON flow_run (deployment_id NULLS FIRST, next_scheduled_start_time NULLS FIRST) WHERE state_type = 'SCHEDULED';
CREATE INDEX flow_run_failed ON flow_run (end_time NULLS FIRST) WHERE state_type IN ('FAILED', 'CRASHED');
CREATE INDEX flow_run_start ON flow_run (coalesce(start_time, expected_start_time) NULLS FIRST, flow_id, deployment_id NULLS FIRST, work_queue_id NULLS FIRST, parent_task_run_id NULLS FIRST);
CREATE INDEX flow_run_by_state ON flow_run (state_type NULLS FIRST, coalesce(start_time, expected_start_time) NULLS FIRST, state_name NULLS FIRST, flow_id, deployment_id NULLS FIRST, work_queue_id NULLS FIRST, parent_task_run_id NULLS FIRST);
CREATE INDEX flow_run_queue ON flow_run (work_queue_id NULLS FIRST) WHERE work_queue_id IS NOT NULL;

CREATE TABLE flow_run_time (
    flow_id bytea NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    outcome text COLLATE "C" NOT NULL,
    bucket  bigint NOT NULL,
    runs    bigint NOT NULL,
    took    bigint NOT NULL,
    PRIMARY KEY (flow_id, outcome, bucket)
);

CREATE TABLE flow_limit (
    flow_name      text COLLATE "C" PRIMARY KEY,
    max_concurrent bigint NOT NULL,
    -- Whether it comes from the configuration file, and goes when it leaves it.
    configured     bigint NOT NULL,
    updated        bigint NOT NULL
);

CREATE TABLE flow_run_cancellation (
    flow_run_id bytea PRIMARY KEY REFERENCES flow_run (id) ON DELETE CASCADE,
    cancelled   bigint NOT NULL,
    due         bigint NOT NULL
);
CREATE INDEX flow_run_cancellation_due ON flow_run_cancellation (due);

CREATE TABLE flow_run_heartbeat (
    flow_run_id bytea PRIMARY KEY REFERENCES flow_run (id) ON DELETE CASCADE,
    heard       bigint NOT NULL,
    sent        bigint NOT NULL,
    gap         bigint NOT NULL,
    gap_before  bigint NOT NULL
);

CREATE TABLE flow_run_state (
    id                 bytea PRIMARY KEY,
    flow_run_id        bytea NOT NULL REFERENCES flow_run (id) ON DELETE CASCADE,
    type               text COLLATE "C" NOT NULL,
    timestamp          bigint NOT NULL,
    name               text COLLATE "C" NOT NULL,
    message            text COLLATE "C",
    state_details      text COLLATE "C" NOT NULL,
    result_artifact_id bytea,
    UNIQUE (flow_run_id, timestamp)
);
CREATE INDEX flow_run_state_observed ON flow_run_state (type, name, timestamp);

CREATE TABLE task_run (
    id                        bytea PRIMARY KEY,
    created                   bigint NOT NULL,
    updated                   bigint NOT NULL,
    name                      text COLLATE "C" NOT NULL,
    flow_run_id               bytea REFERENCES flow_run (id) ON DELETE CASCADE,
    task_key                  text COLLATE "C" NOT NULL,
    dynamic_key               text COLLATE "C" NOT NULL,
    cache_key                 text COLLATE "C",
    cache_expiration          bigint,
    task_version              text COLLATE "C",
    flow_run_run_count        bigint NOT NULL DEFAULT 0,
    empirical_policy          text COLLATE "C" NOT NULL DEFAULT '{}',
    tags                      text COLLATE "C" NOT NULL DEFAULT '[]',
    labels                    text COLLATE "C" NOT NULL DEFAULT '{}',
    task_inputs               text COLLATE "C" NOT NULL DEFAULT '{}',
    state_id                  bytea,
    state_type                text COLLATE "C",
    state_name                text COLLATE "C",
    state_timestamp           bigint,
    run_count                 bigint NOT NULL DEFAULT 0,
    expected_start_time       bigint,
    next_scheduled_start_time bigint,
    start_time                bigint,
    end_time                  bigint,
    total_run_time            bigint NOT NULL DEFAULT 0,
    owner_due                  bigint,
    UNIQUE (flow_run_id, task_key, dynamic_key)
);
CREATE INDEX task_run_name ON task_run (name);
CREATE INDEX task_run_background ON task_run (task_key, dynamic_key) WHERE flow_run_id IS NULL;
CREATE INDEX task_run_by_state ON task_run (state_type NULLS FIRST, start_time NULLS FIRST);
CREATE INDEX task_run_scheduled ON task_run (task_key, state_timestamp NULLS FIRST) WHERE state_type = 'SCHEDULED';
CREATE INDEX task_run_start ON task_run (start_time NULLS FIRST);
CREATE INDEX task_run_expected_start ON task_run (expected_start_time NULLS FIRST);
CREATE INDEX task_run_end ON task_run (end_time NULLS FIRST);
CREATE INDEX task_run_owner_due ON task_run (owner_due NULLS FIRST) WHERE owner_due IS NOT NULL;

CREATE TABLE task_run_state (
    id                 bytea PRIMARY KEY,
    task_run_id        bytea NOT NULL REFERENCES task_run (id) ON DELETE CASCADE,
    type               text COLLATE "C" NOT NULL,
    timestamp          bigint NOT NULL,
    name               text COLLATE "C" NOT NULL,
    message            text COLLATE "C",
    state_details      text COLLATE "C" NOT NULL,
    -- The data of a state that a client reported by an event; that of others is an artifact.
    data               text COLLATE "C",
    result_artifact_id bytea,
    UNIQUE (task_run_id, timestamp)
);
CREATE INDEX task_run_state_observed ON task_run_state (type, name, timestamp);

CREATE TABLE task_run_delivery (
    task_run_id bytea PRIMARY KEY REFERENCES task_run (id) ON DELETE CASCADE,
    state_id    bytea NOT NULL,
    worker      text COLLATE "C" NOT NULL,
    delivered   bigint NOT NULL
, hand_outs bigint NOT NULL DEFAULT 0);

CREATE TABLE task_run_state_cache (
    id                bytea PRIMARY KEY,
    created           bigint NOT NULL,
    cache_key         text COLLATE "C" NOT NULL,
    cache_expiration  bigint,
    task_run_state_id bytea NOT NULL
);
CREATE INDEX task_run_state_cache_key ON task_run_state_cache (cache_key, created);

CREATE TABLE task_run_queue (
    task_run_id bytea PRIMARY KEY REFERENCES task_run (id) ON DELETE CASCADE,
    task_key    text COLLATE "C" NOT NULL,
    retry       bigint NOT NULL,
    created     bigint NOT NULL
);
CREATE INDEX task_run_queue_next ON task_run_queue (task_key, retry DESC, created);

CREATE TABLE flow_run_input (
    id          bytea PRIMARY KEY,
    created     bigint NOT NULL,
    updated     bigint NOT NULL,
    flow_run_id bytea NOT NULL REFERENCES flow_run (id) ON DELETE CASCADE,
    key         text COLLATE "C" NOT NULL,
    value       text COLLATE "C" NOT NULL,
    sender      text COLLATE "C",
    UNIQUE (flow_run_id, key)
);

CREATE TABLE artifact (
    id          bytea PRIMARY KEY,
    created     bigint NOT NULL,
    updated     bigint NOT NULL,
    key         text COLLATE "C",
    type        text COLLATE "C",
    description text COLLATE "C",
    data        text COLLATE "C",
    metadata    text COLLATE "C",
    flow_run_id bytea,
    task_run_id bytea
);
CREATE INDEX artifact_key ON artifact (key NULLS FIRST, created) WHERE key IS NOT NULL;
CREATE INDEX artifact_created ON artifact (created);
CREATE INDEX artifact_flow_run ON artifact (flow_run_id NULLS FIRST) WHERE flow_run_id IS NOT NULL;
CREATE INDEX artifact_task_run ON artifact (task_run_id NULLS FIRST) WHERE task_run_id IS NOT NULL;

CREATE TABLE artifact_collection (
    id          bytea PRIMARY KEY,
    created     bigint NOT NULL,
    updated     bigint NOT NULL,
    key         text COLLATE "C" NOT NULL UNIQUE,
    latest_id   bytea NOT NULL,
    type        text COLLATE "C",
    description text COLLATE "C",
    data        text COLLATE "C",
    metadata    text COLLATE "C",
    flow_run_id bytea,
    task_run_id bytea
);
CREATE INDEX artifact_collection_latest ON artifact_collection (latest_id);

CREATE TABLE variable (
    id      bytea PRIMARY KEY,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    name    text COLLATE "C" NOT NULL UNIQUE,
    value   text COLLATE "C",
    tags    text COLLATE "C" NOT NULL DEFAULT '[]'
);

CREATE TABLE saved_search (
    id      bytea PRIMARY KEY,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    name    text COLLATE "C" NOT NULL UNIQUE,
    filters text COLLATE "C" NOT NULL DEFAULT '[]'
);

CREATE TABLE csrf_token (
    id         bytea PRIMARY KEY,
    created    bigint NOT NULL,
    updated    bigint NOT NULL,
    token      text COLLATE "C" NOT NULL,
    client     text COLLATE "C" NOT NULL UNIQUE,
    expiration bigint NOT NULL
);
CREATE INDEX csrf_token_expiration ON csrf_token (expiration);

CREATE TABLE event (
    sequence    bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    id          bytea NOT NULL UNIQUE,
    occurred    bigint NOT NULL,
    received    bigint NOT NULL,
    event       text COLLATE "C" NOT NULL,
    resource_id text COLLATE "C" NOT NULL,
    resource    text COLLATE "C" NOT NULL,
    related     text COLLATE "C" NOT NULL,
    payload     text COLLATE "C" NOT NULL,
    follows     bytea
);
CREATE INDEX event_occurred ON event (occurred, event, resource_id);
CREATE INDEX event_name ON event (event, occurred);
CREATE INDEX event_resource_occurred ON event (resource_id, occurred);

CREATE TABLE event_related (
    resource_id   text COLLATE "C" NOT NULL,
    occurred      bigint NOT NULL,
    sequence      bigint NOT NULL,
    resource_role text COLLATE "C" NOT NULL,
    PRIMARY KEY (resource_id, occurred, sequence, resource_role)
);

CREATE TABLE event_cursor (
    consumer text COLLATE "C" PRIMARY KEY,
    sequence bigint NOT NULL,
    updated  bigint NOT NULL
);

CREATE TABLE worker_cleanup (
    id              bytea PRIMARY KEY,
    created         bigint NOT NULL,
    updated         bigint NOT NULL,
    work_pool_id    bytea NOT NULL REFERENCES work_pool (id) ON DELETE CASCADE,
    work_queue_id   bytea,
    kind            text COLLATE "C" NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    target          text COLLATE "C" NOT NULL,
    data            text COLLATE "C" NOT NULL DEFAULT '{}',
    deliveries      bigint NOT NULL DEFAULT 0,
    -- While it is leased: the reservation's token, its end, and the worker
    -- process that has it.
    lease_id        bytea,
    lease_expires   bigint,
    consumer_id     bytea,
    -- ready, leased, done, or dead after too many deliveries.
    state           text COLLATE "C" NOT NULL DEFAULT 'ready',
    UNIQUE (work_pool_id, idempotency_key)
);
CREATE INDEX worker_cleanup_ready ON worker_cleanup (work_pool_id, created) WHERE state = 'ready';
CREATE INDEX worker_cleanup_leased ON worker_cleanup (lease_expires NULLS FIRST) WHERE state = 'leased';

CREATE TABLE awakening (
    id           bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    woke         bigint NOT NULL,
    reason       text COLLATE "C" NOT NULL,
    -- From the start of the process until it answered; null when it was there already.
    wake_time    bigint,
    seen         bigint NOT NULL,
    slept        bigint,
    slept_reason text COLLATE "C",
    awake_before     bigint NOT NULL,
    asleep_before    bigint NOT NULL,
    starts_before    bigint NOT NULL,
    wake_time_before bigint NOT NULL
);
CREATE INDEX awakening_woke ON awakening (woke);

CREATE TABLE gateway (
    name    text COLLATE "C" PRIMARY KEY,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    url     text COLLATE "C" NOT NULL,
    token   text COLLATE "C" NOT NULL, -- what it wants to be shown
    pools   text COLLATE "C" NOT NULL  -- JSON list of names; an empty one stands for all
);

CREATE TABLE log (
    sequence    bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    id          bytea NOT NULL,
    created     bigint NOT NULL,
    name        text COLLATE "C" NOT NULL,
    level       bigint NOT NULL,
    message     text COLLATE "C" NOT NULL,
    timestamp   bigint NOT NULL,
    flow_run_id bytea,
    task_run_id bytea
);
CREATE INDEX log_flow_run ON log (flow_run_id NULLS FIRST, timestamp) WHERE flow_run_id IS NOT NULL;
CREATE INDEX log_task_run ON log (task_run_id NULLS FIRST, timestamp) WHERE task_run_id IS NOT NULL;
CREATE INDEX log_timestamp ON log (timestamp);

CREATE TABLE block_schema_reference (
    sequence                  bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    id                        bytea NOT NULL UNIQUE,
    created                   bigint NOT NULL,
    updated                   bigint NOT NULL,
    name                      text COLLATE "C" NOT NULL,
    parent_block_schema_id    bytea NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    reference_block_schema_id bytea NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE
);
CREATE INDEX block_schema_reference_parent ON block_schema_reference (parent_block_schema_id);
CREATE INDEX block_schema_reference_target ON block_schema_reference (reference_block_schema_id);

CREATE TABLE block_document_reference (
    sequence                    bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    id                          bytea NOT NULL UNIQUE,
    created                     bigint NOT NULL,
    updated                     bigint NOT NULL,
    name                        text COLLATE "C" NOT NULL,
    parent_block_document_id    bytea NOT NULL REFERENCES block_document (id) ON DELETE CASCADE,
    reference_block_document_id bytea NOT NULL REFERENCES block_document (id) ON DELETE CASCADE
);
CREATE INDEX block_document_reference_parent ON block_document_reference (parent_block_document_id);
CREATE INDEX block_document_reference_target ON block_document_reference (reference_block_document_id);

CREATE TABLE deployment_schedule (
    sequence           bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    id                 bytea NOT NULL UNIQUE,
    created            bigint NOT NULL,
    updated            bigint NOT NULL,
    deployment_id      bytea NOT NULL REFERENCES deployment (id) ON DELETE CASCADE,
    schedule           text COLLATE "C" NOT NULL,
    active             bigint NOT NULL DEFAULT 1,
    max_scheduled_runs bigint,
    parameters         text COLLATE "C" NOT NULL DEFAULT '{}',
    slug               text COLLATE "C",
    set_aside text COLLATE "C",
    set_aside_at bigint,
    catch_up text COLLATE "C",
    missed_since bigint,
    UNIQUE (deployment_id, slug)
);
CREATE INDEX deployment_schedule_deployment ON deployment_schedule (deployment_id, created);
CREATE INDEX deployment_schedule_set_aside ON deployment_schedule (deployment_id) WHERE set_aside IS NOT NULL;
CREATE INDEX deployment_schedule_catch_up ON deployment_schedule (deployment_id) WHERE catch_up IS NOT NULL;

CREATE TABLE task_worker (
    name       text COLLATE "C" PRIMARY KEY,
    session    bytea NOT NULL,
    subscribed bigint NOT NULL,
    gone       bigint
);
CREATE INDEX task_worker_gone ON task_worker (gone NULLS FIRST) WHERE gone IS NOT NULL;

CREATE TABLE automation (
    sequence           bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    id                 bytea NOT NULL UNIQUE,
    created            bigint NOT NULL,
    updated            bigint NOT NULL,
    name               text COLLATE "C" NOT NULL,
    description        text COLLATE "C" NOT NULL,
    enabled            bigint NOT NULL,
    tags               text COLLATE "C" NOT NULL,
    trigger            text COLLATE "C" NOT NULL,
    actions            text COLLATE "C" NOT NULL,
    actions_on_trigger text COLLATE "C" NOT NULL,
    actions_on_resolve text COLLATE "C" NOT NULL
);
CREATE INDEX automation_name ON automation (name);

CREATE TABLE automation_version (
    id      bigint PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL
);

CREATE TABLE automation_related_resource (
    automation_id bytea NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    resource_id   text COLLATE "C" NOT NULL,
    owned         bigint NOT NULL,
    PRIMARY KEY (automation_id, resource_id)
);
CREATE INDEX automation_related_resource_resource ON automation_related_resource (resource_id);

CREATE TABLE automation_bucket (
    automation_id bytea NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    trigger_id    bytea NOT NULL,
    bucket        text COLLATE "C" NOT NULL,
    window_start  bigint NOT NULL,
    window_end    bigint NOT NULL,
    count         bigint NOT NULL,
    last_event    bytea,    -- its id, of proactive triggers
    due           bigint, -- when it is looked at without an event
    PRIMARY KEY (trigger_id, bucket)
);
CREATE INDEX automation_bucket_automation ON automation_bucket (automation_id);
CREATE INDEX automation_bucket_due ON automation_bucket (due NULLS FIRST) WHERE due IS NOT NULL;
CREATE INDEX automation_bucket_end ON automation_bucket (window_end) WHERE due IS NULL;

CREATE TABLE automation_opening (
    trigger_id    bytea PRIMARY KEY,
    automation_id bytea NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    due           bigint NOT NULL
);
CREATE INDEX automation_opening_automation ON automation_opening (automation_id);
CREATE INDEX automation_opening_due ON automation_opening (due);

CREATE TABLE automation_held_event (
    automation_id bytea NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    trigger_id    bytea NOT NULL,
    bucket        text COLLATE "C" NOT NULL,
    event_id      bytea NOT NULL,
    occurred      bigint NOT NULL,
    starts        bigint NOT NULL, -- it opens windows
    expects       bigint NOT NULL, -- it counts in them
    held          bigint NOT NULL,
    PRIMARY KEY (trigger_id, bucket, event_id)
);
CREATE INDEX automation_held_event_automation ON automation_held_event (automation_id);
CREATE INDEX automation_held_event_occurred ON automation_held_event (trigger_id, bucket, occurred, event_id);
CREATE INDEX automation_held_event_held ON automation_held_event (held);

CREATE TABLE automation_child_firing (
    automation_id     bytea NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    parent_trigger_id bytea NOT NULL,
    child_trigger_id  bytea NOT NULL,
    moment            bigint NOT NULL,
    ordinal           bigint NOT NULL,
    firing            text COLLATE "C" NOT NULL,
    PRIMARY KEY (parent_trigger_id, child_trigger_id)
);
CREATE INDEX automation_child_firing_automation ON automation_child_firing (automation_id);

CREATE TABLE automation_follower (
    follower_id bytea PRIMARY KEY,
    leader_id   bytea NOT NULL,
    occurred    bigint NOT NULL,
    due         bigint NOT NULL
);
CREATE INDEX automation_follower_leader ON automation_follower (leader_id);
CREATE INDEX automation_follower_due ON automation_follower (due, occurred);

CREATE TABLE automation_firing (
    sequence      bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    id            bytea NOT NULL UNIQUE,
    automation_id bytea NOT NULL,
    trigger_id    bytea NOT NULL,
    triggered     bigint NOT NULL,
    firing        text COLLATE "C" NOT NULL,
    told          bytea NOT NULL, -- the event that tells of it
    -- The automations whose actions set this one off, the first one first, and how often
    -- its own are among them.
    ancestors     text COLLATE "C" NOT NULL DEFAULT '[]',
    own           bigint NOT NULL DEFAULT 0
);
CREATE INDEX automation_firing_told ON automation_firing (told);
CREATE INDEX automation_firing_own ON automation_firing (automation_id, triggered) WHERE own > 0;
CREATE INDEX automation_firing_automation ON automation_firing (automation_id, sequence);
CREATE INDEX automation_firing_triggered ON automation_firing (triggered);

CREATE TABLE automation_effect (
    resource_id text COLLATE "C" PRIMARY KEY,
    firing_id   bytea NOT NULL,
    noted       bigint NOT NULL
);
CREATE INDEX automation_effect_noted ON automation_effect (noted);

CREATE TABLE automation_delivery (
    sequence      bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    id            bytea NOT NULL UNIQUE,
    firing_id     bytea NOT NULL REFERENCES automation_firing (id) ON DELETE CASCADE,
    automation_id bytea NOT NULL,
    automation    text COLLATE "C" NOT NULL,
    created       bigint NOT NULL,
    action_index  bigint NOT NULL,
    action        text COLLATE "C" NOT NULL,
    state         text COLLATE "C",             -- of the automation that asks for the action, null when every firing does
    told_by       bytea,             -- the event that tells of the firing
    status        text COLLATE "C" NOT NULL,    -- waiting, delivered or dead
    attempts      bigint NOT NULL DEFAULT 0,
    begun         bigint NOT NULL,
    due           bigint,          -- when it may be tried, while it waits
    leased_until  bigint,          -- while an attempt is under way
    finished      bigint,
    answer_status bigint NOT NULL DEFAULT 0,
    answer        text COLLATE "C" NOT NULL DEFAULT '',
    reason        text COLLATE "C" NOT NULL DEFAULT '' -- why the newest attempt failed
, again bigint,
    subject text COLLATE "C",
    run_id bytea,
    noise_group text COLLATE "C",
    held_for text COLLATE "C",
    carries bigint NOT NULL DEFAULT 0,
    let_go bigint,
    gathered_by bytea,
    beyond bigint NOT NULL DEFAULT 0,
    incident text COLLATE "C",
    resolves bytea,
    resolution text COLLATE "C");
CREATE INDEX automation_delivery_waiting ON automation_delivery (due NULLS FIRST, sequence) WHERE status = 'waiting';
CREATE INDEX automation_delivery_automation ON automation_delivery (automation_id, sequence);
CREATE INDEX automation_delivery_firing ON automation_delivery (firing_id);
CREATE INDEX automation_delivery_finished ON automation_delivery (status, finished NULLS FIRST);
CREATE INDEX automation_delivery_again ON automation_delivery (again NULLS FIRST) WHERE status = 'waiting' AND again IS NOT NULL;
CREATE INDEX automation_delivery_held ON automation_delivery (due NULLS FIRST, sequence) WHERE status = 'held';
CREATE UNIQUE INDEX automation_delivery_carries ON automation_delivery (automation_id, action_index, noise_group NULLS FIRST) WHERE carries = 1;
CREATE INDEX automation_delivery_group ON automation_delivery (automation_id, action_index, noise_group NULLS FIRST, let_go NULLS FIRST) WHERE let_go IS NOT NULL;
CREATE INDEX automation_delivery_gathered ON automation_delivery (gathered_by NULLS FIRST, sequence) WHERE gathered_by IS NOT NULL;
CREATE INDEX automation_delivery_run ON automation_delivery (run_id NULLS FIRST, sequence) WHERE run_id IS NOT NULL;

CREATE TABLE sla (
    id            bytea PRIMARY KEY,
    created       bigint NOT NULL,
    updated       bigint NOT NULL,
    deployment_id bytea NOT NULL REFERENCES deployment (id) ON DELETE CASCADE,
    name          text COLLATE "C" NOT NULL,
    severity      text COLLATE "C" NOT NULL,
    enabled       bigint NOT NULL,
    kind          text COLLATE "C" NOT NULL,    -- time-to-completion, lateness or frequency
    bound         bigint NOT NULL, -- the longest that something may take
    since         bigint NOT NULL, -- of a frequency: the last completed run, or when it was agreed on
    missed        bigint,          -- since, when that it is too long ago has been told
    UNIQUE (deployment_id, name)
);
CREATE INDEX sla_frequency ON sla ((since + bound) NULLS FIRST) WHERE kind = 'frequency' AND enabled = 1 AND (missed IS NULL OR missed < since);

CREATE TABLE sla_violation (
    sla_id      bytea NOT NULL REFERENCES sla (id) ON DELETE CASCADE,
    flow_run_id bytea NOT NULL REFERENCES flow_run (id) ON DELETE CASCADE,
    occurred    bigint NOT NULL,
    PRIMARY KEY (sla_id, flow_run_id)
);
CREATE INDEX sla_violation_flow_run ON sla_violation (flow_run_id);

CREATE TABLE automation_noise (
    automation_id bytea PRIMARY KEY REFERENCES automation (id) ON DELETE CASCADE,
    updated       bigint NOT NULL,
    settings      text COLLATE "C" NOT NULL
);

CREATE TABLE automation_noise_kept (
    owner    text COLLATE "C" NOT NULL,
    name     text COLLATE "C" NOT NULL,
    kept     bigint NOT NULL,
    settings text COLLATE "C" NOT NULL,
    PRIMARY KEY (owner, name)
);
CREATE INDEX automation_noise_kept_kept ON automation_noise_kept (kept);

CREATE TABLE automation_incident (
    automation_id bytea NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    action_index  bigint NOT NULL,
    incident      text COLLATE "C" NOT NULL,    -- the id of the resource; "automation" of a figure
    opened        bigint NOT NULL,
    told          bytea,             -- the id of the newest delivery that told of it
    over          bigint,
    resolution    text COLLATE "C",
    PRIMARY KEY (automation_id, action_index, incident)
);
CREATE INDEX automation_incident_incident ON automation_incident (incident) WHERE over IS NULL;
CREATE INDEX automation_incident_over ON automation_incident (over NULLS FIRST) WHERE over IS NOT NULL AND told IS NOT NULL;
CREATE INDEX automation_incident_opened ON automation_incident (opened);
CREATE INDEX automation_incident_told ON automation_incident (told NULLS FIRST) WHERE told IS NOT NULL;

CREATE TABLE flow_run_tag (
    tag    text COLLATE "C" NOT NULL,
    run_id bytea NOT NULL,
    PRIMARY KEY (tag, run_id)
);

CREATE TABLE task_run_tag (
    tag    text COLLATE "C" NOT NULL,
    run_id bytea NOT NULL,
    PRIMARY KEY (tag, run_id)
);

CREATE TABLE flow_run_hour (
    hour             bigint NOT NULL,
    flow_id          bytea NOT NULL,
    deployment_id    bytea NOT NULL,
    work_queue_id    bytea NOT NULL,
    state_type       text COLLATE "C" NOT NULL,
    state_name       text COLLATE "C" NOT NULL,
    runs             bigint NOT NULL,
    run_time         bigint NOT NULL,
    lateness         bigint NOT NULL,
    lateness_seconds bigint NOT NULL, -- of moments that are cut to seconds
    PRIMARY KEY (hour, flow_id, deployment_id, work_queue_id, state_type, state_name)
);

CREATE TABLE deletion (
    id    bytea PRIMARY KEY,
    kind  text COLLATE "C" NOT NULL,
    begun bigint NOT NULL
);
CREATE INDEX deletion_begun ON deletion (begun);
ALTER TABLE flow_run ADD FOREIGN KEY (parent_task_run_id) REFERENCES task_run (id) ON DELETE SET NULL;

-- A number by which a search knows a run that it has found.
ALTER TABLE flow_run ADD COLUMN rowid bigint GENERATED ALWAYS AS IDENTITY UNIQUE;
ALTER TABLE task_run ADD COLUMN rowid bigint GENERATED ALWAYS AS IDENTITY UNIQUE;

-- How tables are kept. An update that changes no column of an index, and finds room in the row's page, writes
-- no index (HOT), and the next reader of the page clears the old version away: fillfactor leaves that room. Vacuum
-- begins at 2 % of rows instead of 20 %, which would be millions of a long history: dead rows slow down whoever looks for what
-- is due or deleted, and what vacuum has not seen must be fetched by scans that read an index alone.
-- TestHotRowsAreUpdatedInPlace says which updates are to be HOT.
DO $$
DECLARE
    name text;
BEGIN
    -- Few rows that are changed all the time.
    FOREACH name IN ARRAY ARRAY['work_queue', 'worker', 'deployment', 'concurrency_limit', 'flow_run_time', 'flow_run_heartbeat',
            'event_cursor', 'automation_bucket', 'automation_version'] LOOP
        EXECUTE format('ALTER TABLE %I SET (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.02)', name);
    END LOOP;
    -- Rows that come and go.
    FOREACH name IN ARRAY ARRAY['task_run_queue', 'task_run_delivery', 'concurrency_lease', 'concurrency_lease_limit', 'flow_run_cancellation',
            'worker_cleanup', 'automation_delivery', 'automation_opening', 'automation_held_event', 'csrf_token'] LOOP
        EXECUTE format('ALTER TABLE %I SET (fillfactor = 80, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.02)', name);
    END LOOP;
    -- Histories. Runs need no room: their updates change columns of indexes, but for a claim, which finds some anyway.
    FOREACH name IN ARRAY ARRAY['flow_run', 'task_run', 'flow_run_state', 'task_run_state', 'flow_run_tag', 'task_run_tag', 'artifact', 'event', 'event_related', 'log'] LOOP
        EXECUTE format('ALTER TABLE %I SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)', name);
    END LOOP;
END
$$;

INSERT INTO automation_version (id, version) VALUES (1, 0);
INSERT INTO event_cursor (consumer, sequence, updated) VALUES ('automations', 0, (extract(epoch FROM now()) * 1000000)::bigint);

-- The tags of runs are kept in tables of their own, by which runs are found.
CREATE FUNCTION tag_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        EXECUTE format('DELETE FROM %I WHERE run_id = $1 AND tag IN (SELECT value FROM json_each($2))', TG_ARGV[0]) USING OLD.id, OLD.tags;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        EXECUTE format('INSERT INTO %I (tag, run_id) SELECT DISTINCT value, $1 FROM json_each($2)', TG_ARGV[0]) USING NEW.id, NEW.tags;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER flow_run_tagged AFTER INSERT ON flow_run FOR EACH ROW WHEN (NEW.tags <> '[]') EXECUTE FUNCTION tag_run('flow_run_tag');
CREATE TRIGGER flow_run_tags_changed AFTER UPDATE OF tags ON flow_run FOR EACH ROW WHEN (NEW.tags <> OLD.tags) EXECUTE FUNCTION tag_run('flow_run_tag');
CREATE TRIGGER flow_run_untagged AFTER DELETE ON flow_run FOR EACH ROW WHEN (OLD.tags <> '[]') EXECUTE FUNCTION tag_run('flow_run_tag');
CREATE TRIGGER task_run_tagged AFTER INSERT ON task_run FOR EACH ROW WHEN (NEW.tags <> '[]') EXECUTE FUNCTION tag_run('task_run_tag');
CREATE TRIGGER task_run_tags_changed AFTER UPDATE OF tags ON task_run FOR EACH ROW WHEN (NEW.tags <> OLD.tags) EXECUTE FUNCTION tag_run('task_run_tag');
CREATE TRIGGER task_run_untagged AFTER DELETE ON task_run FOR EACH ROW WHEN (OLD.tags <> '[]') EXECUTE FUNCTION tag_run('task_run_tag');

-- The runs that have ended, summed up by the hour in which they were expected to start.
CREATE FUNCTION add_to_hour(run flow_run, by bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    at bigint := coalesce(run.expected_start_time / 3600000000 - (run.expected_start_time % 3600000000 < 0)::int, -9223372036854775808);
    late boolean := coalesce(run.start_time > run.expected_start_time, false);
    took bigint := by * greatest(0, run.total_run_time);
    lateness_of bigint := CASE WHEN late THEN by * (run.start_time - run.expected_start_time) ELSE 0 END;
    seconds_of bigint := CASE WHEN late THEN by * (run.start_time / 1000000 - run.expected_start_time / 1000000) ELSE 0 END;
BEGIN
    INSERT INTO flow_run_hour AS sums (hour, flow_id, deployment_id, work_queue_id, state_type, state_name, runs, run_time, lateness, lateness_seconds)
        VALUES (at, run.flow_id, coalesce(run.deployment_id, '\x'), coalesce(run.work_queue_id, '\x'),
            run.state_type, coalesce(run.state_name, ''), by, took, lateness_of, seconds_of)
        ON CONFLICT (hour, flow_id, deployment_id, work_queue_id, state_type, state_name) DO UPDATE
            SET runs = sums.runs + excluded.runs, run_time = sums.run_time + excluded.run_time,
                lateness = sums.lateness + excluded.lateness, lateness_seconds = sums.lateness_seconds + excluded.lateness_seconds;
    IF by < 0 THEN
        DELETE FROM flow_run_hour WHERE runs = 0 AND hour = at AND flow_id = run.flow_id
            AND deployment_id = coalesce(run.deployment_id, '\x') AND work_queue_id = coalesce(run.work_queue_id, '\x')
            AND state_type = run.state_type AND state_name = coalesce(run.state_name, '');
    END IF;
END
$$;
CREATE FUNCTION sum_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') THEN
        PERFORM add_to_hour(OLD, -1);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') THEN
        PERFORM add_to_hour(NEW, 1);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER flow_run_ended_at_once AFTER INSERT ON flow_run FOR EACH ROW WHEN (NEW.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')) EXECUTE FUNCTION sum_hours();
CREATE TRIGGER flow_run_ended AFTER UPDATE OF flow_id, deployment_id, work_queue_id, state_type, state_name, expected_start_time, start_time, total_run_time ON flow_run FOR EACH ROW
    WHEN (NEW.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') OR OLD.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')) EXECUTE FUNCTION sum_hours();
CREATE TRIGGER flow_run_ended_deleted AFTER DELETE ON flow_run FOR EACH ROW WHEN (OLD.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')) EXECUTE FUNCTION sum_hours();
