-- SQLite has an index of who made runs here. On PostgreSQL the text of their makers is no expression of an
-- index: to read JSON is not immutable.
SELECT 1;
