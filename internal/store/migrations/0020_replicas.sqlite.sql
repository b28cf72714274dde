-- PostgreSQL has here what the servers of one database know of each other. SQLite has one server.
SELECT 1;
