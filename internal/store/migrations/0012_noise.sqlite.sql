-- Which of an automation's messages are sent, and when; no row for all, at once.
CREATE TABLE automation_noise (
    automation_id BLOB PRIMARY KEY REFERENCES automation (id) ON DELETE CASCADE,
    updated       INTEGER NOT NULL,
    settings      TEXT NOT NULL
) WITHOUT ROWID;

-- Those of automations that belonged to a deployment and were deleted with the others of
-- it: a deploy makes them anew, by name.
CREATE TABLE automation_noise_kept (
    owner    TEXT NOT NULL,
    name     TEXT NOT NULL,
    kept     INTEGER NOT NULL,
    settings TEXT NOT NULL,
    PRIMARY KEY (owner, name)
) WITHOUT ROWID;
CREATE INDEX automation_noise_kept_kept ON automation_noise_kept (kept);

-- A delivery may be held until it is let go, told by another, or dropped: then its status
-- is held, gathered or dropped, and reason says why. Of one that never was held all of
-- these are as they are here.
ALTER TABLE automation_delivery ADD COLUMN again INTEGER;       -- since when it waits out of its place in the order
ALTER TABLE automation_delivery ADD COLUMN subject TEXT;        -- what the message is about
ALTER TABLE automation_delivery ADD COLUMN run_id BLOB;         -- the flow run of that
ALTER TABLE automation_delivery ADD COLUMN noise_group TEXT;    -- what it is gathered by with others of its action
ALTER TABLE automation_delivery ADD COLUMN held_for TEXT;       -- settle, quiet or, once it was, repeat
ALTER TABLE automation_delivery ADD COLUMN carries INTEGER NOT NULL DEFAULT 0; -- it is held, and others of its group join it
ALTER TABLE automation_delivery ADD COLUMN let_go INTEGER;      -- when it was no longer held
ALTER TABLE automation_delivery ADD COLUMN gathered_by BLOB;    -- the id of the delivery that tells it
ALTER TABLE automation_delivery ADD COLUMN beyond INTEGER NOT NULL DEFAULT 0; -- how many more it tells of than are gathered by it
ALTER TABLE automation_delivery ADD COLUMN incident TEXT;       -- what has to succeed for it to be over
ALTER TABLE automation_delivery ADD COLUMN resolves BLOB;       -- the id of the delivery of whose end it tells
ALTER TABLE automation_delivery ADD COLUMN resolution TEXT;     -- what made that end
UPDATE automation_delivery SET again = begun WHERE status = 'waiting' AND begun != created;

DROP INDEX automation_delivery_resent;
CREATE INDEX automation_delivery_again ON automation_delivery (again) WHERE status = 'waiting' AND again IS NOT NULL;
CREATE INDEX automation_delivery_held ON automation_delivery (due, sequence) WHERE status = 'held';
CREATE UNIQUE INDEX automation_delivery_carries ON automation_delivery (automation_id, action_index, noise_group) WHERE carries = 1;
CREATE INDEX automation_delivery_group ON automation_delivery (automation_id, action_index, noise_group, let_go) WHERE let_go IS NOT NULL;
CREATE INDEX automation_delivery_gathered ON automation_delivery (gathered_by, sequence) WHERE gathered_by IS NOT NULL;
CREATE INDEX automation_delivery_run ON automation_delivery (run_id, sequence) WHERE run_id IS NOT NULL;

-- What was told of, or is about to be, and has not been over: the newest for each run,
-- flow or deployment of an action whose automation tells of ends.
CREATE TABLE automation_incident (
    automation_id BLOB NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
    action_index  INTEGER NOT NULL,
    incident      TEXT NOT NULL,    -- the id of the resource; "automation" of a figure
    opened        INTEGER NOT NULL,
    told          BLOB,             -- the id of the newest delivery that told of it
    over          INTEGER,
    resolution    TEXT,
    PRIMARY KEY (automation_id, action_index, incident)
) WITHOUT ROWID;
CREATE INDEX automation_incident_incident ON automation_incident (incident) WHERE over IS NULL;
CREATE INDEX automation_incident_over ON automation_incident (over) WHERE over IS NOT NULL AND told IS NOT NULL;
CREATE INDEX automation_incident_opened ON automation_incident (opened);
CREATE INDEX automation_incident_told ON automation_incident (told) WHERE told IS NOT NULL;
