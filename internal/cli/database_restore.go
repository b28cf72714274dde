package cli

import (
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/backup"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

type databaseRestore struct {
	databaseFlags `embed:""`
	File          string `arg:"" optional:"" help:"The copy: a file that backup made, or a snapshot."`
	Latest        bool   `help:"The newest sound snapshot in snapshots/ beside the database."`
	From          string `help:"s3: the newest sound copy in the storage of [backup] url." enum:",s3" default:"" placeholder:"s3"`
	At            string `help:"With --from: as it was at a time, 2026-11-24T12:00:00Z." placeholder:"TIME"`
}

// Help implements kong's detailed help.
func (*databaseRestore) Help() string {
	return `Examples:

  reeve server database restore /backups/monday.db --database /data/reeve.db
  reeve server database restore --latest --database /data/reeve.db
  reeve server database restore --from s3 --at 2026-11-24T12:00:00Z

Stop the server first. The copy is checked before anything is changed; the
database that was there stays beside it as .replaced-TIME. A restore that is cut
off leaves the old database or the new one, whole.`
}

// Run restores.
func (d *databaseRestore) Run(p *process) error {
	ways := 0
	for _, chosen := range []bool{d.File != "", d.Latest, d.From != ""} {
		if chosen {
			ways++
		}
	}
	if ways != 1 || d.At != "" && d.From == "" {
		return fault.New(fault.Invalid, "give one copy to restore: a file, --latest or --from s3; --at goes with --from").
			WithHint("reeve server database restore --help")
	}
	db, err := d.choose(p)
	if err != nil {
		return err
	}
	var done sqlite.Restored
	switch {
	case d.Latest:
		done, err = sqlite.RestoreLatest(p.ctx, db.path, db.steps)
	case d.From != "":
		done, err = d.fetch(p, db)
	default:
		done, err = sqlite.Restore(p.ctx, db.path, d.File, db.steps)
	}
	if err != nil {
		return err
	}
	return printRestored(p, db, done)
}

// fetch restores from the storage.
func (d *databaseRestore) fetch(p *process, db chosen) (done sqlite.Restored, err error) {
	var at, until time.Time
	if d.At != "" {
		if at, err = time.Parse(time.RFC3339, d.At); err != nil {
			return done, fault.New(fault.Invalid, "--at %s is not a time", d.At).WithHint("write it like 2026-11-24T12:00:00Z")
		}
	}
	if db.settings.URL == "" {
		return done, fault.New(fault.Invalid, "there is no storage to restore from").WithHint("name it in reeve.toml: [backup] url = \"s3://bucket/prefix\"")
	}
	if db.source.Bucket, err = backup.Open(db.settings, p.variable); err != nil {
		return done, err
	}
	done, err = sqlite.RestoreMade(p.ctx, db.path, db.steps, db.source.URL, func(part string) error {
		until, err = db.source.Restore(p.ctx, at, part)
		return err
	})
	if err == nil {
		fmt.Fprintf(p.out, "It has what was written until %s.\n", until.Format(time.RFC3339Nano))
	}
	return done, err
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
