-- PostgreSQL has here what 0019 has made for SQLite.
SELECT 1;
