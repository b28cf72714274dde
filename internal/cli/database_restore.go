package cli

import (
	"fmt"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

type databaseRestore struct {
	databaseFlags `embed:""`
	File          string `arg:"" optional:"" help:"The copy: a file that backup made, or a snapshot."`
	Latest        bool   `help:"The newest sound snapshot in snapshots/ beside the database."`
}

// Help implements kong's detailed help.
func (*databaseRestore) Help() string {
	return `Examples:

  reeve server database restore /backups/monday.db --database /data/reeve.db
  reeve server database restore --latest --database /data/reeve.db

Stop the server first. The copy is checked before anything is changed; the
database that was there stays beside it as .replaced-TIME. A restore that is cut
off leaves the old database or the new one, whole.`
}

// Run restores.
func (d *databaseRestore) Run(p *process) error {
	if d.Latest == (d.File != "") {
		return fault.New(fault.Invalid, "give the copy to restore: a file, or --latest").WithHint("reeve server database restore --help")
	}
	db, err := d.choose(p)
	if err != nil {
		return err
	}
	var done sqlite.Restored
	if d.Latest {
		done, err = sqlite.RestoreLatest(p.ctx, db.path, db.steps)
	} else {
		done, err = sqlite.Restore(p.ctx, db.path, d.File, db.steps)
	}
	if err != nil {
		return err
	}
	return printRestored(p, db, done)
}

func printRestored(p *process, db chosen, done sqlite.Restored) error {
	for _, path := range done.Skipped {
		fmt.Fprintf(p.out, "%s is damaged and was passed over.\n", path)
	}
	if done.Aside != "" {
		fmt.Fprintf(p.out, "The database that was there is %s.\n", done.Aside)
	}
	_, err := fmt.Fprintf(p.out, "%s holds %s: schema %d, sound.\n", db.path, done.From, done.Found.Schema)
	return err
}
