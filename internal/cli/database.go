package cli

import (
	"fmt"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

type databaseCommands struct {
	Upgrade databaseUpgrade `cmd:"" help:"Bring the database's schema up to date."`
	Check   databaseCheck   `cmd:"" help:"Look for damage in the database."`
	Backup  databaseBackup  `cmd:"" help:"Copy the database into a new file, also while a server runs."`
}

type databaseUpgrade struct {
	settingFlags `embed:""`
	Yes          bool `short:"y" help:"Accepted for scripts; the upgrade asks nothing."`
}

// Help implements kong's detailed help.
func (*databaseUpgrade) Help() string {
	return "Example:\n\n  reeve server database upgrade --database /data/reeve.db\n\nStop the server first."
}

// Run upgrades the schema.
func (d *databaseUpgrade) Run(p *process) error {
	c, err := d.prepare(p, nil)
	if err != nil {
		return err
	}
	schema, err := sqlite.Upgrade(p.ctx, c.Database(), p.log)
	if err != nil {
		return err
	}
	if schema.From == schema.To {
		_, err = fmt.Fprintf(p.out, "%s has schema %d, the newest.\n", c.Database(), schema.To)
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s was brought from schema %d to %d.\n", c.Database(), schema.From, schema.To)
	return err
}

type databaseCheck struct {
	settingFlags `embed:""`
	JSON         bool `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*databaseCheck) Help() string {
	return "Example:\n\n  reeve server database check --database /data/reeve.db\n\nStop the server first. Exit code 1 when the database is damaged."
}

// Run checks pages, indexes and references.
func (d *databaseCheck) Run(p *process) error {
	c, err := d.prepare(p, nil)
	if err != nil {
		return err
	}
	found, err := sqlite.Check(p.ctx, c.Database())
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
			_, err = fmt.Fprintf(p.out, "%s is sound: schema %d, %d bytes.\n", c.Database(), found.Schema, found.Bytes)
		}
	}
	if err != nil || len(found.Damage) == 0 {
		return err
	}
	return fault.New(fault.Internal, "database %s is damaged in %d places", c.Database(), len(found.Damage)).
		WithHint("restore a backup")
}

type databaseBackup struct {
	settingFlags `embed:""`
	File         string `arg:"" help:"The new file."`
}

// Help implements kong's detailed help.
func (*databaseBackup) Help() string {
	return "Example:\n\n  reeve server database backup /backups/monday.db --database /data/reeve.db\n\nThe server may run. The file appears once it is whole and was checked."
}

// Run copies and checks the copy.
func (d *databaseBackup) Run(p *process) error {
	c, err := d.prepare(p, nil)
	if err != nil {
		return err
	}
	found, err := sqlite.Backup(p.ctx, c.Database(), d.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s holds %s: schema %d, %d bytes, sound.\n", d.File, c.Database(), found.Schema, found.Bytes)
	return err
}
