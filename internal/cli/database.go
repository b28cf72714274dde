package cli

import (
	"fmt"

	"github.com/reevehq/reeve/internal/backup"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/migrations"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

type databaseCommands struct {
	Upgrade databaseUpgrade `cmd:"" help:"Bring the database's schema up to date."`
	Check   databaseCheck   `cmd:"" help:"Look for damage in the database."`
	Backup  databaseBackup  `cmd:"" help:"Copy the database into a new file, also while a server runs."`
	Restore databaseRestore `cmd:"" help:"Put a copy in the place of the database."`
	Copy    databaseCopy    `cmd:"" help:"Copy the database to another, between SQLite and PostgreSQL."`
}

// databaseFlags name one of the two databases.
type databaseFlags struct {
	settingFlags `embed:""`
	Inbox        bool `help:"The gateway's inbox instead of the server's database."`
}

// chosen is the database that the flags name, with its schema.
type chosen struct {
	path  string
	steps []migrations.Migration
	flag  string // that names it in a command
	keep  int

	settings config.Backup
	source   backup.Source // without its bucket
}

func (f *databaseFlags) choose(p *process) (chosen, error) {
	c, err := f.prepare(p, nil)
	if err != nil {
		return chosen{}, err
	}
	if c.Postgres() != "" && !f.Inbox {
		return chosen{}, fault.New(fault.Invalid, "this command is for SQLite; the database is %s", databaseName(c)).
			WithHint("use the tools of PostgreSQL: pg_dump, pg_restore, pg_amcheck")
	}
	db := chosen{path: c.Database(), flag: "--database " + c.Database(), keep: c.Backup.Keep,
		source: backup.Source{URL: c.Backup.URL, Name: serverName}}
	if f.Inbox {
		db.path, db.flag, db.source.Name = c.Gateway.Database, "--inbox", inboxName
		db.steps, err = migrations.Gateway("sqlite")
	} else {
		db.steps, err = migrations.For("sqlite")
	}
	db.source.Steps, db.settings = db.steps, c.Backup
	return db, err
}

type databaseUpgrade struct {
	databaseFlags `embed:""`
	Yes           bool `short:"y" help:"Accepted for scripts; the upgrade asks nothing."`
}

// Help implements kong's detailed help.
func (*databaseUpgrade) Help() string {
	return "Example:\n\n  reeve server database upgrade --database /data/reeve.db\n\nStop the server first. The database as it was is kept in snapshots/ beside it."
}

// Run upgrades the schema.
func (d *databaseUpgrade) Run(p *process) error {
	if c, err := d.prepare(p, nil); err != nil {
		return err
	} else if c.Postgres() != "" && !d.Inbox {
		return upgradePostgres(p, c)
	}
	db, err := d.choose(p)
	if err != nil {
		return err
	}
	schema, err := sqlite.Upgrade(p.ctx, sqlite.Options{Path: db.path, Steps: db.steps, KeepSnapshots: db.keep, Logger: p.log})
	if err != nil {
		return err
	}
	if schema.From == schema.To {
		_, err = fmt.Fprintf(p.out, "%s has schema %d, the newest.\n", db.path, schema.To)
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s was brought from schema %d to %d.\n", db.path, schema.From, schema.To)
	return err
}

type databaseCheck struct {
	databaseFlags `embed:""`
	JSON          bool `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*databaseCheck) Help() string {
	return `Example:

  reeve server database check --database /data/reeve.db --json

Every page, index and reference is read; nothing is written, and the server may
run. Exit code 1 when the database is damaged, 2 when it is none of Reeve's.`
}

// Run checks pages, indexes and references.
func (d *databaseCheck) Run(p *process) error {
	db, err := d.choose(p)
	if err != nil {
		return err
	}
	found, err := sqlite.Check(p.ctx, db.path, db.steps)
	if err != nil {
		return err
	}
	if d.JSON {
		err = printJSON(p, found)
	} else {
		for _, damage := range found.Damage {
			fmt.Fprintln(p.out, damage)
		}
		if len(found.Damage) == 0 {
			_, err = fmt.Fprintf(p.out, "%s is sound: schema %d%s, %d bytes.\n", db.path, found.Schema, beside(found), found.Bytes)
		}
	}
	if err != nil || len(found.Damage) == 0 {
		return err
	}
	return fault.New(fault.Internal, "database %s is damaged in %d places", db.path, len(found.Damage)).
		WithHint("stop the server and restore a copy: reeve server database restore --latest %s", db.flag)
}

// beside says how a schema stands to the newest that this program knows.
func beside(found sqlite.Found) string {
	switch {
	case found.Schema > found.Newest:
		return fmt.Sprintf(" (newer than this program's %d)", found.Newest)
	case found.Schema < found.Newest:
		return fmt.Sprintf(" (this program brings it to %d)", found.Newest)
	}
	return ""
}

type databaseBackup struct {
	databaseFlags `embed:""`
	File          string `arg:"" optional:"" help:"The new file; else a snapshot in snapshots/ beside the database."`
}

// Help implements kong's detailed help.
func (*databaseBackup) Help() string {
	return `Examples:

  reeve server database backup /backups/monday.db --database /data/reeve.db
  reeve server database backup --database /data/reeve.db

The server may run. The file appears once it is whole and was checked. Without a
file a snapshot is made beside the database; [backup] keep says how many stay.`
}

// Run copies and checks the copy.
func (d *databaseBackup) Run(p *process) error {
	db, err := d.choose(p)
	if err != nil {
		return err
	}
	var found sqlite.Found
	to := d.File
	if to == "" {
		to, found, err = sqlite.TakeSnapshot(p.ctx, db.path, db.steps, clock.System{}.Now(), db.keep)
	} else {
		found, err = sqlite.Backup(p.ctx, db.path, to, db.steps)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s holds %s: schema %d, %d bytes, sound.\n", to, db.path, found.Schema, found.Bytes)
	return err
}
