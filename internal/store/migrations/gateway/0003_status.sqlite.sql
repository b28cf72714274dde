-- A page of the entries of one status, the newest first, reads no others: they are
-- many, and large.
CREATE INDEX inbox_status ON inbox (status, seq) WHERE status != 'waiting';
