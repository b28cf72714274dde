package cli

import (
	"os"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/backup"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/server"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// openServer opens the database of the settings and a server on it. others are the
// shippers of databases that are not the server's.
func openServer(p *process, c *config.Config, settings server.Config, kept safety, others ...*backup.Shipper) (*server.Server, error) {
	var readTime time.Duration // the contract's default is too short for some queries of a long history
	if c.IsSet("server.database.timeout") {
		readTime = c.Seconds("server.database.timeout")
	}
	if url := c.Postgres(); url != "" {
		db, err := postgres.Open(p.ctx, postgres.Options{URL: url, Migrate: c.Bool("server.database.migrate_on_start"), ReadTime: readTime,
			Replica: true, Logger: p.partOf("server"), Observer: settings.API.Meter})
		if err != nil {
			return nil, err
		}
		settings.Backups = server.Backups{Others: others, Start: func() {}}
		return server.Open(p.ctx, db, settings, p.partOf("server"))
	}
	db, err := sqlite.Open(p.ctx, sqlite.Options{Path: c.Database(), Migrate: c.Bool("server.database.migrate_on_start"),
		KeepSnapshots: c.Backup.Keep, ReadTime: readTime, Logger: p.partOf("server"), Observer: settings.API.Meter,
		Heal: kept.heal, Track: kept.ship != nil, Untouched: kept.ship.Untouched})
	if err != nil {
		return nil, err
	}
	settings.Backups = server.Backups{Shipper: kept.ship, Others: others, Start: func() { kept.ship.Start(db.Changes()) },
		Snapshots: func() ([]api.RestoreSnapshot, error) { return snapshotsOf(c.Database()) }}
	return server.Open(p.ctx, db, settings, p.partOf("server"))
}

// snapshotsOf lists the snapshots of a database as the API shows them.
func snapshotsOf(database string) (shown []api.RestoreSnapshot, err error) {
	all, err := sqlite.Snapshots(database)
	for _, s := range all {
		size := int64(0)
		if info, err := os.Stat(s.Path); err == nil { // else it was just taken away
			size = info.Size()
		}
		shown = append(shown, api.RestoreSnapshot{At: prefect.At(s.Time), Path: s.Path, Size: size})
	}
	return shown, err
}
