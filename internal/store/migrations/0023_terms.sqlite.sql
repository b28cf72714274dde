-- PostgreSQL searches texts here as SQLite's function has done it.
SELECT 1;
