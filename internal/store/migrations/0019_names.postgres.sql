-- SQLite has the trigrams of names here. On PostgreSQL parts of names are looked for in all of them.
SELECT 1;
