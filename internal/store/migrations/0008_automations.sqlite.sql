CREATE TABLE automation (
    sequence           INTEGER PRIMARY KEY AUTOINCREMENT,
    id                 BLOB NOT NULL UNIQUE,
    created            INTEGER NOT NULL,
    updated            INTEGER NOT NULL,
    name               TEXT NOT NULL,
    description        TEXT NOT NULL,
    enabled            INTEGER NOT NULL,
    tags               TEXT NOT NULL,
    trigger            TEXT NOT NULL,
    actions            TEXT NOT NULL,
    actions_on_trigger TEXT NOT NULL,
    actions_on_resolve TEXT NOT NULL
);
CREATE INDEX automation_name ON automation (name);

-- Counts the changes of automations, in the transaction of each: who keeps them in
-- memory compares the count with that of what it has.
CREATE TABLE automation_version (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
);
INSERT INTO automation_version (id, version) VALUES (1, 0);

-- What an automation is about, or belongs to: a deploy deletes those that belong to its deployment.
CREATE TABLE automation_related_resource (
    automation_id BLOB NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    resource_id   TEXT NOT NULL,
    owned         INTEGER NOT NULL,
    PRIMARY KEY (automation_id, resource_id)
) WITHOUT ROWID;
CREATE INDEX automation_related_resource_resource ON automation_related_resource (resource_id);

-- How many events an event trigger has seen in the window that is open, for each value
-- of the labels that it is evaluated for each of (bucket, a JSON array of them). A metric
-- trigger has one, too: how long its figure has been beyond the threshold, or not.
CREATE TABLE automation_bucket (
    automation_id BLOB NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    trigger_id    BLOB NOT NULL,
    bucket        TEXT NOT NULL,
    window_start  INTEGER NOT NULL,
    window_end    INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    last_event    BLOB,    -- its id, of proactive triggers
    due           INTEGER, -- when it is looked at without an event
    PRIMARY KEY (trigger_id, bucket)
) WITHOUT ROWID;
CREATE INDEX automation_bucket_automation ON automation_bucket (automation_id);
CREATE INDEX automation_bucket_due ON automation_bucket (due) WHERE due IS NOT NULL;
CREATE INDEX automation_bucket_end ON automation_bucket (window_end) WHERE due IS NULL;

-- When the next window opens of a proactive trigger that waits for nothing.
CREATE TABLE automation_opening (
    trigger_id    BLOB PRIMARY KEY,
    automation_id BLOB NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    due           INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX automation_opening_automation ON automation_opening (automation_id);
CREATE INDEX automation_opening_due ON automation_opening (due);

-- Expected events of triggers with "after", for buckets that open later over them.
CREATE TABLE automation_held_event (
    automation_id BLOB NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    trigger_id    BLOB NOT NULL,
    bucket        TEXT NOT NULL,
    event_id      BLOB NOT NULL,
    occurred      INTEGER NOT NULL,
    starts        INTEGER NOT NULL, -- it opens windows
    expects       INTEGER NOT NULL, -- it counts in them
    held          INTEGER NOT NULL,
    PRIMARY KEY (trigger_id, bucket, event_id)
) WITHOUT ROWID;
CREATE INDEX automation_held_event_automation ON automation_held_event (automation_id);
CREATE INDEX automation_held_event_occurred ON automation_held_event (trigger_id, bucket, occurred, event_id);
CREATE INDEX automation_held_event_held ON automation_held_event (held);

-- The newest firing of each child of a composite trigger: when it fired by the events,
-- and its place among those of one moment.
CREATE TABLE automation_child_firing (
    automation_id     BLOB NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    parent_trigger_id BLOB NOT NULL,
    child_trigger_id  BLOB NOT NULL,
    moment            INTEGER NOT NULL,
    ordinal           INTEGER NOT NULL,
    firing            TEXT NOT NULL,
    PRIMARY KEY (parent_trigger_id, child_trigger_id)
) WITHOUT ROWID;
CREATE INDEX automation_child_firing_automation ON automation_child_firing (automation_id);

-- Events that wait for the one that they follow; due when that one was evaluated, or
-- has not come for too long.
CREATE TABLE automation_follower (
    follower_id BLOB PRIMARY KEY,
    leader_id   BLOB NOT NULL,
    occurred    INTEGER NOT NULL,
    due         INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX automation_follower_leader ON automation_follower (leader_id);
CREATE INDEX automation_follower_due ON automation_follower (due, occurred);

-- The automations see what comes from now on, however long the log is.
INSERT INTO event_cursor (consumer, sequence, updated)
    SELECT 'automations', coalesce(max(sequence), 0), unixepoch() * 1000000 FROM event;

-- What fired. The id is derived from the automation, the trigger, the bucket and its
-- window: what fires once is one row.
CREATE TABLE automation_firing (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    id            BLOB NOT NULL UNIQUE,
    automation_id BLOB NOT NULL,
    trigger_id    BLOB NOT NULL,
    triggered     INTEGER NOT NULL,
    firing        TEXT NOT NULL,
    told          BLOB NOT NULL, -- the event that tells of it
    -- The automations whose actions set this one off, the first one first, and how often
    -- its own are among them.
    ancestors     TEXT NOT NULL DEFAULT '[]',
    own           INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX automation_firing_told ON automation_firing (told);
CREATE INDEX automation_firing_own ON automation_firing (automation_id, triggered) WHERE own > 0;
CREATE INDEX automation_firing_automation ON automation_firing (automation_id, sequence);
CREATE INDEX automation_firing_triggered ON automation_firing (triggered);

-- What came of firings: the events that their actions caused and the flow runs that
-- they made, by the ids of resources.
CREATE TABLE automation_effect (
    resource_id TEXT PRIMARY KEY,
    firing_id   BLOB NOT NULL,
    noted       INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX automation_effect_noted ON automation_effect (noted);

-- What a firing has to do: one row for each of its actions. It outlives the automation,
-- which it keeps as it was. The action is tried from begun on, and given up some time later.
CREATE TABLE automation_delivery (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    id            BLOB NOT NULL UNIQUE,
    firing_id     BLOB NOT NULL REFERENCES automation_firing (id) ON DELETE CASCADE,
    automation_id BLOB NOT NULL,
    automation    TEXT NOT NULL,
    created       INTEGER NOT NULL,
    action_index  INTEGER NOT NULL,
    action        TEXT NOT NULL,
    state         TEXT,             -- of the automation that asks for the action, null when every firing does
    told_by       BLOB,             -- the event that tells of the firing
    status        TEXT NOT NULL,    -- waiting, delivered or dead
    attempts      INTEGER NOT NULL DEFAULT 0,
    begun         INTEGER NOT NULL,
    due           INTEGER,          -- when it may be tried, while it waits
    leased_until  INTEGER,          -- while an attempt is under way
    finished      INTEGER,
    answer_status INTEGER NOT NULL DEFAULT 0,
    answer        TEXT NOT NULL DEFAULT '',
    reason        TEXT NOT NULL DEFAULT '' -- why the newest attempt failed
);
CREATE INDEX automation_delivery_waiting ON automation_delivery (due, sequence) WHERE status = 'waiting';
CREATE INDEX automation_delivery_resent ON automation_delivery (begun) WHERE status = 'waiting' AND begun != created;
CREATE INDEX automation_delivery_automation ON automation_delivery (automation_id, sequence);
CREATE INDEX automation_delivery_firing ON automation_delivery (firing_id);
CREATE INDEX automation_delivery_finished ON automation_delivery (status, finished);
