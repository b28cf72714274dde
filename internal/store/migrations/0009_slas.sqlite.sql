-- Service level agreements of deployments.
CREATE TABLE sla (
    id            BLOB PRIMARY KEY,
    created       INTEGER NOT NULL,
    updated       INTEGER NOT NULL,
    deployment_id BLOB NOT NULL REFERENCES deployment (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    severity      TEXT NOT NULL,
    enabled       INTEGER NOT NULL,
    kind          TEXT NOT NULL,    -- time-to-completion, lateness or frequency
    bound         INTEGER NOT NULL, -- the longest that something may take
    since         INTEGER NOT NULL, -- of a frequency: the last completed run, or when it was agreed on
    missed        INTEGER,          -- since, when that it is too long ago has been told
    UNIQUE (deployment_id, name)
);
CREATE INDEX sla_frequency ON sla (since + bound) WHERE kind = 'frequency' AND enabled = 1 AND (missed IS NULL OR missed < since);

-- The runs of which it has been told that they violate an agreement.
CREATE TABLE sla_violation (
    sla_id      BLOB NOT NULL REFERENCES sla (id) ON DELETE CASCADE,
    flow_run_id BLOB NOT NULL REFERENCES flow_run (id) ON DELETE CASCADE,
    occurred    INTEGER NOT NULL,
    PRIMARY KEY (sla_id, flow_run_id)
) WITHOUT ROWID;
CREATE INDEX sla_violation_flow_run ON sla_violation (flow_run_id);
