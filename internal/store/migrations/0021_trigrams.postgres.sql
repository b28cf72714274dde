-- The names that runs have, each once, with their trigrams: how a part of a name is found. A service
-- adds them, so that whoever makes a run pays for none of it; name_cursor says up to which run it has
-- come. That run is there: the next one is behind it whatever was deleted, and stays behind it in a copy
-- whose rows are numbered anew. Names of more than 512 letters are not among them. No extension is
-- needed: an index of arrays (GIN) has the trigrams.
CREATE TABLE name_cursor (
    of     text COLLATE "C" PRIMARY KEY,
    run_id bytea
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.02);
INSERT INTO name_cursor (of, run_id) VALUES ('flow_run', NULL), ('task_run', NULL);

-- The pieces of three letters that a name has, those of A to Z as small ones.
CREATE FUNCTION trigrams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT DISTINCT substr(lower(name COLLATE "C"), at, 3) COLLATE "C" FROM generate_series(1, length(name) - 2) AS at)
$$;

CREATE TABLE flow_run_known_name (name text COLLATE "C" PRIMARY KEY);
CREATE TABLE task_run_known_name (name text COLLATE "C" PRIMARY KEY);
-- Without a list of what is yet to be put into its place, which each search would go through.
CREATE INDEX flow_run_trigram ON flow_run_known_name USING gin (trigrams(name)) WITH (fastupdate = off);
CREATE INDEX task_run_trigram ON task_run_known_name USING gin (trigrams(name)) WITH (fastupdate = off);
CREATE INDEX flow_run_long_name ON flow_run (length(name)) WHERE length(name) > 512;
CREATE INDEX task_run_long_name ON task_run (length(name)) WHERE length(name) > 512;

-- What the task runs of a flow are called, of those names; some that only others have by now may be left.
CREATE TABLE flow_task_name (
    name    text COLLATE "C" NOT NULL,
    flow_id bytea NOT NULL,
    PRIMARY KEY (name, flow_id)
);
CREATE INDEX flow_task_name_flow ON flow_task_name (flow_id, name);

CREATE FUNCTION flow_run_name_lost() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE name_cursor SET run_id = (SELECT id FROM flow_run WHERE rowid < OLD.rowid ORDER BY rowid DESC LIMIT 1) WHERE of = 'flow_run' AND run_id = OLD.id;
    ELSIF length(NEW.name) <= 512 THEN
        INSERT INTO flow_run_known_name (name) VALUES (NEW.name) ON CONFLICT DO NOTHING;
    END IF;
    DELETE FROM flow_run_known_name WHERE name = OLD.name AND NOT EXISTS (SELECT 1 FROM flow_run WHERE name = OLD.name);
    RETURN NULL;
END
$$;
CREATE TRIGGER flow_run_renamed AFTER UPDATE OF name ON flow_run FOR EACH ROW WHEN (NEW.name <> OLD.name) EXECUTE FUNCTION flow_run_name_lost();
CREATE TRIGGER flow_run_name_deleted AFTER DELETE ON flow_run FOR EACH ROW EXECUTE FUNCTION flow_run_name_lost();

CREATE FUNCTION task_run_name_lost() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE name_cursor SET run_id = (SELECT id FROM task_run WHERE rowid < OLD.rowid ORDER BY rowid DESC LIMIT 1) WHERE of = 'task_run' AND run_id = OLD.id;
    ELSIF length(NEW.name) <= 512 THEN
        INSERT INTO task_run_known_name (name) VALUES (NEW.name) ON CONFLICT DO NOTHING;
        INSERT INTO flow_task_name (name, flow_id) SELECT NEW.name, flow_id FROM flow_run WHERE id = NEW.flow_run_id ON CONFLICT DO NOTHING;
    END IF;
    DELETE FROM task_run_known_name WHERE name = OLD.name AND NOT EXISTS (SELECT 1 FROM task_run WHERE name = OLD.name);
    IF FOUND THEN
        DELETE FROM flow_task_name WHERE name = OLD.name;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER task_run_renamed AFTER UPDATE OF name ON task_run FOR EACH ROW WHEN (NEW.name <> OLD.name) EXECUTE FUNCTION task_run_name_lost();
CREATE TRIGGER task_run_name_deleted AFTER DELETE ON task_run FOR EACH ROW EXECUTE FUNCTION task_run_name_lost();
