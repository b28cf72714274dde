-- What a sender proved: the verified MAC of a signed webhook. The same proof is
-- the same delivery, whatever the parts that are not signed say.
ALTER TABLE inbox ADD COLUMN proof BLOB;
CREATE UNIQUE INDEX inbox_proof ON inbox (path, proof) WHERE proof IS NOT NULL;
