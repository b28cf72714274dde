package reference

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// theirs is as much of the reference's tables as is read.
const theirs = `
CREATE TABLE alembic_version (version_num VARCHAR(32));
CREATE TABLE automation (name VARCHAR, enabled BOOLEAN, "trigger" JSON, id CHAR(36), created DATETIME, updated DATETIME);
CREATE TABLE events (occurred DATETIME, event TEXT, resource JSON, related JSON, payload JSON, received DATETIME, follows CHAR(36), id CHAR(36));
INSERT INTO automation VALUES
	('second', 0, '{"type":"nothing known"}', '0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b11', '2026-03-01 12:00:01.000000', '2026-03-01 12:00:01.000000'),
	('first', 1, '{"type":"event","id":"0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b12","expect":["a"],"posture":"Reactive","threshold":1,"within":0.0}',
		'0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b10', '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.500000');
INSERT INTO events VALUES
	('2026-03-01 12:00:05.000001', 'b', '{"prefect.resource.id":"x"}', '[{"prefect.resource.id":"y","prefect.resource.role":"z"}]', '{"n":1}',
		'2026-03-01 12:00:06', '0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b13', '0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b14'),
	('2026-03-01 12:00:04.000000', 'a', '{"prefect.resource.id":"x"}', '[]', '{}', '2026-03-01 12:00:04.500000', NULL, '0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b13'),
	('2026-02-01 12:00:04.000000', 'old', '{"prefect.resource.id":"x"}', '[]', '{}', '2026-02-01 12:00:04.500000', NULL, '0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b15');
`

func database(t *testing.T, sql string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prefect.db")
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Migrate: true, Steps: []migrations.Migration{{Number: 1, Name: "theirs", SQL: sql}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAutomationsAndEvents(t *testing.T) {
	path := database(t, theirs)
	err := sqlite.ReadForeign(path, func(c store.Conn) error {
		if err := Check(c, path); err != nil {
			return err
		}
		all, err := Automations(c)
		if err != nil {
			return err
		}
		if len(all) != 2 || all[0].Name != "first" || !all[0].Enabled || all[0].Unread != nil || all[0].Trigger.Event.Expect[0] != "a" ||
			all[0].Updated.Time != time.Date(2026, 3, 1, 12, 0, 0, 500e6, time.UTC) {
			t.Errorf("the first: %+v", all[0])
		}
		if all[1].Enabled || all[1].Unread == nil {
			t.Errorf("the second: %+v", all[1])
		}
		var told []string
		err = Events(c, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), func(e *prefect.ReceivedEvent) error {
			told = append(told, fmt.Sprint(e.Event.Event, " ", e.Resource.ID(), " ", len(e.Related), " ", string(e.Payload), " ", e.Follows != nil && *e.Follows != uuid.Nil))
			return nil
		})
		if got, want := strings.Join(told, "; "), `a x 0 {} false; b x 1 {"n":1} true`; got != want {
			t.Errorf("events %q, want %q", got, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsNoneOfTheirs(t *testing.T) {
	path := database(t, "CREATE TABLE automation (name TEXT)")
	err := sqlite.ReadForeign(path, func(c store.Conn) error { return Check(c, path) })
	if err == nil || !strings.Contains(err.Error(), "no database of Prefect's own server") {
		t.Errorf("it is %v", err)
	}
	if err := sqlite.ReadForeign(path+"x", nil); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("a missing one is %v", err)
	}
}

func TestWhatIsWrittenOtherwise(t *testing.T) {
	path := database(t, strings.ReplaceAll(theirs, "2026-03-01 12:00:06", "yesterday"))
	err := sqlite.ReadForeign(path, func(c store.Conn) error {
		return Events(c, time.Time{}, func(*prefect.ReceivedEvent) error { return nil })
	})
	if err == nil || !strings.Contains(err.Error(), "0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b14") {
		t.Errorf("it is %v", err)
	}
}
