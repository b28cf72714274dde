-- The names that runs have, each once, with their trigrams: how a part of a name is found. A service
-- adds them, so that whoever makes a run pays for none of it; name_cursor says up to which run it has
-- come. That run is there: the next one is behind it whatever was deleted, and stays behind it in a copy
-- whose rows are numbered anew. Names of more than 512 letters are not among them.
CREATE TABLE name_cursor (
    of     TEXT PRIMARY KEY,
    run_id BLOB
) WITHOUT ROWID;
INSERT INTO name_cursor (of, run_id) VALUES ('flow_run', NULL), ('task_run', NULL);

CREATE TABLE flow_run_known_name (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE flow_run_trigram USING fts5(name, content = '', contentless_delete = 1, tokenize = 'trigram', detail = 'none');
CREATE TRIGGER flow_run_name_known AFTER INSERT ON flow_run_known_name BEGIN
    INSERT INTO flow_run_trigram (rowid, name) VALUES (NEW.id, NEW.name);
END;
CREATE TRIGGER flow_run_name_forgotten AFTER DELETE ON flow_run_known_name BEGIN
    DELETE FROM flow_run_trigram WHERE rowid = OLD.id;
END;
CREATE INDEX flow_run_long_name ON flow_run (length(name)) WHERE length(name) > 512;
CREATE TRIGGER flow_run_renamed AFTER UPDATE OF name ON flow_run WHEN NEW.name <> OLD.name BEGIN
    INSERT INTO flow_run_known_name (name) SELECT NEW.name WHERE length(NEW.name) <= 512 ON CONFLICT DO NOTHING;
    DELETE FROM flow_run_known_name WHERE name = OLD.name AND NOT EXISTS (SELECT 1 FROM flow_run WHERE name = OLD.name);
END;
CREATE TRIGGER flow_run_name_deleted AFTER DELETE ON flow_run BEGIN
    UPDATE name_cursor SET run_id = (SELECT id FROM flow_run WHERE rowid < OLD.rowid ORDER BY rowid DESC LIMIT 1) WHERE of = 'flow_run' AND run_id = OLD.id;
    DELETE FROM flow_run_known_name WHERE name = OLD.name AND NOT EXISTS (SELECT 1 FROM flow_run WHERE name = OLD.name);
END;

CREATE TABLE task_run_known_name (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE task_run_trigram USING fts5(name, content = '', contentless_delete = 1, tokenize = 'trigram', detail = 'none');
-- What the task runs of a flow are called, of those names; some that only others have by now may be left.
CREATE TABLE flow_task_name (
    name    TEXT NOT NULL,
    flow_id BLOB NOT NULL,
    PRIMARY KEY (name, flow_id)
) WITHOUT ROWID;
CREATE INDEX flow_task_name_flow ON flow_task_name (flow_id, name);
CREATE TRIGGER task_run_name_known AFTER INSERT ON task_run_known_name BEGIN
    INSERT INTO task_run_trigram (rowid, name) VALUES (NEW.id, NEW.name);
END;
CREATE TRIGGER task_run_name_forgotten AFTER DELETE ON task_run_known_name BEGIN
    DELETE FROM task_run_trigram WHERE rowid = OLD.id;
    DELETE FROM flow_task_name WHERE name = OLD.name;
END;
CREATE INDEX task_run_long_name ON task_run (length(name)) WHERE length(name) > 512;
CREATE TRIGGER task_run_renamed AFTER UPDATE OF name ON task_run WHEN NEW.name <> OLD.name BEGIN
    INSERT INTO task_run_known_name (name) SELECT NEW.name WHERE length(NEW.name) <= 512 ON CONFLICT DO NOTHING;
    INSERT INTO flow_task_name (name, flow_id) SELECT NEW.name, flow_id FROM flow_run WHERE id = NEW.flow_run_id AND length(NEW.name) <= 512 ON CONFLICT DO NOTHING;
    DELETE FROM task_run_known_name WHERE name = OLD.name AND NOT EXISTS (SELECT 1 FROM task_run WHERE name = OLD.name);
END;
CREATE TRIGGER task_run_name_deleted AFTER DELETE ON task_run BEGIN
    UPDATE name_cursor SET run_id = (SELECT id FROM task_run WHERE rowid < OLD.rowid ORDER BY rowid DESC LIMIT 1) WHERE of = 'task_run' AND run_id = OLD.id;
    DELETE FROM task_run_known_name WHERE name = OLD.name AND NOT EXISTS (SELECT 1 FROM task_run WHERE name = OLD.name);
END;
