package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/backup"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/store/migrations"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// variable is an environment variable; the last of a name counts.
func (p *process) variable(name string) string {
	for _, line := range slices.Backward(p.environ) {
		if key, value, _ := strings.Cut(line, "="); key == name {
			return value
		}
	}
	return ""
}

// The names of the databases in the storage.
const (
	serverName = "server"
	inboxName  = "inbox"
)

// safety is how one database is kept safe: each part is nil unless it was set.
type safety struct {
	ship *backup.Shipper
	heal sqlite.Healer
}

// keepSafe prepares what the settings say of the backup of a database.
func keepSafe(p *process, c *config.Config, name, path string, steps []migrations.Migration) (safety, error) {
	var s safety
	source := backup.Source{URL: c.Backup.URL, Name: name, Steps: steps}
	if c.Backup.URL != "" {
		bucket, err := backup.Open(c.Backup, p.variable)
		if err != nil {
			return s, err
		}
		source.Bucket = bucket
		machine := clock.System{}
		s.ship = backup.New(backup.Config{Bucket: bucket, URL: c.Backup.URL, Name: name, Path: path,
			Interval: time.Duration(c.Backup.Interval), Retention: time.Duration(c.Backup.Retention),
			Clock: machine, IDs: clock.NewIDs(machine), Log: p.partOf("backup")})
		context.AfterFunc(p.ctx, func() { // hosts kill 5 s after they ask to stop
			hurry, done := context.WithTimeout(context.Background(), 4*time.Second)
			defer done()
			_ = s.ship.Flush(hurry)
		})
	}
	if c.Backup.Restore == "auto" {
		s.heal = backup.Healer(source, path)
	}
	return s, nil
}

// keepServerSafe is keepSafe for the server's database.
func keepServerSafe(p *process, c *config.Config) (safety, error) {
	if c.Postgres() != "" { // which has tools of its own
		if c.Backup.URL != "" {
			p.log.Warn("[backup] url is for SQLite: of a PostgreSQL database no copy is made", "instead", "pg_dump, or the backups of whoever runs it")
		}
		return safety{}, nil
	}
	steps, err := migrations.For("sqlite")
	if err != nil {
		return safety{}, err
	}
	return keepSafe(p, c, serverName, c.Database(), steps)
}
