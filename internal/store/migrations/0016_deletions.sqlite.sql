-- What was asked to be deleted and has more behind it than one transaction should delete. It is
-- there until all of that is gone; a row here sees to it whoever asked for it has gone.
CREATE TABLE deletion (
    id    BLOB PRIMARY KEY,
    kind  TEXT NOT NULL,
    begun INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX deletion_begun ON deletion (begun);
