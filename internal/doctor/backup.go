package doctor

import (
	"context"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

const (
	// behind is how far a copy may be behind what was written.
	behind = 5 * time.Minute
	// recent is how long ago a restore is worth a word.
	recent = 7 * 24 * time.Hour
)

// backups is what GET /reeve/backup answers.
type backups struct {
	Databases []struct {
		Database string     `json:"database"`
		URL      string     `json:"url"`
		Until    *time.Time `json:"until"`
		Pending  bool       `json:"pending"`
		Error    *string    `json:"error"`
		Since    *time.Time `json:"failing_since"`
	} `json:"databases"`
	Restored *struct {
		At time.Time `json:"at"`
	} `json:"restored"`
}

// checkBackup looks at the copies of the database: the continuous one that the
// server keeps elsewhere, and the snapshots beside it.
func checkBackup(ctx context.Context, e *Exam) []Finding {
	var said backups
	if err := e.api().Ask(ctx, http.MethodGet, "/reeve/backup", nil, &said); err != nil || len(said.Databases) == 0 {
		if e.Config.Backup.URL != "" {
			return one(Fail, "restart it with this reeve.toml: "+e.start(""), "[backup] names %s, but the server keeps no copy there", e.Config.Backup.URL)
		}
		return e.snapshots()
	}
	var found []Finding
	for _, d := range said.Databases {
		switch {
		case d.Error != nil && d.Since != nil:
			found = append(found, one(Fail, "reeve config check shows which keys are set; then look at the server's log", "the copy of the %s database to %s fails since %s: %s", d.Database, d.URL, days(e.Clock.Now().Sub(*d.Since)), *d.Error)...)
		case d.Until == nil:
			found = append(found, one(Warn, "reeve doctor again in a minute; then look at the server's log", "nothing of the %s database has arrived at %s yet", d.Database, d.URL)...)
		case d.Pending && e.Clock.Now().Sub(*d.Until) > behind:
			found = append(found, one(Fail, "look at the server's log", "the copy of the %s database at %s is %s behind", d.Database, d.URL, days(e.Clock.Now().Sub(*d.Until)))...)
		default:
			found = append(found, ok("the copy of the %s database at %s has all until %s", d.Database, d.URL, e.ago(d.Until))...)
		}
	}
	if r := said.Restored; r != nil && e.Clock.Now().Sub(r.At) < recent {
		found = append(found, one(Warn, "look for what is missing since: prefect flow-run ls --limit 50", "the database was lost and a copy put in its place %s", e.ago(&r.At))...)
	}
	return found
}

// snapshots says how old the newest copy beside the database is. That there is
// none elsewhere is a warning where it is not somebody's own machine.
func (e *Exam) snapshots() []Finding {
	const next = "reeve server database backup FILE each night, or in reeve.toml: [backup] url = \"s3://BUCKET/PREFIX\""
	severity := Warn
	if e.local() && config.Loopback(e.Config.Text("server.api.host")) {
		severity = OK
	}
	if e.Config.Postgres() != "" {
		return skipped("copies of the database are made with the tools of PostgreSQL")
	}
	newest := "there is none beside it either"
	path := e.Config.Database()
	if all, err := sqlite.Snapshots(path); e.absent(path) {
		newest = "those beside it are on another machine"
	} else if err == nil && len(all) > 0 {
		newest = "the newest snapshot beside it is from " + e.ago(&all[0].Time)
	}
	return one(severity, next, "no copy of the database is kept elsewhere; %s", newest)
}
