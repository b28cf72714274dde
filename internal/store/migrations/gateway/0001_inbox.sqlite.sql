-- The gateway's inbox: every webhook that was answered with 202, until its
-- retention ends. seq is the order of arrival.
CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    path TEXT NOT NULL,
    delivery TEXT,              -- the sender's id of this delivery
    lane TEXT NOT NULL,         -- entries of a lane are delivered in order
    status TEXT NOT NULL CHECK (status IN ('waiting', 'delivered', 'dead')),
    headers TEXT NOT NULL,      -- JSON object, without secrets
    query TEXT NOT NULL,        -- JSON object
    body BLOB NOT NULL,
    size INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER,
    error TEXT,                 -- why the last attempt failed
    finished_at INTEGER,
    outcome TEXT,               -- what was made: "flow-run ID" or "event ID"
    again INTEGER NOT NULL DEFAULT 0, -- how often a delivered entry was replayed
    replayed_at INTEGER
) STRICT;

CREATE UNIQUE INDEX inbox_delivery ON inbox (path, delivery) WHERE delivery IS NOT NULL;
CREATE INDEX inbox_waiting ON inbox (seq) WHERE status = 'waiting';
CREATE INDEX inbox_finished ON inbox (status, finished_at) WHERE status != 'waiting';
CREATE INDEX inbox_replayed ON inbox (replayed_at) WHERE replayed_at IS NOT NULL AND status = 'waiting';
