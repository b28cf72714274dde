package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/store/copying"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

type databaseCopy struct {
	Config string `help:"Configuration file; reeve.toml of this folder when there is one." placeholder:"FILE" env:"REEVE_CONFIG"`
	From   string `arg:"" help:"The database to copy: a path of SQLite, or postgresql://user:password@host:5432/name."`
	To     string `arg:"" help:"A new or empty one."`
}

// Help implements kong's detailed help.
func (*databaseCopy) Help() string {
	return `Examples:

  reeve server database copy /data/reeve.db postgresql://reeve:$PASSWORD@db:5432/reeve
  reeve server database copy postgresql://reeve:$PASSWORD@db:5432/reeve /data/reeve.db

Stop the servers first: FROM is locked while it is read, and not changed. TO is a
new file, or a database that createdb made. A copy that was cut off goes on with
the same command; until it is whole no server starts on TO. Rows and checksums of
all tables are compared at the end.`
}

// Run copies.
func (d *databaseCopy) Run(p *process) (err error) {
	from, err := d.open(p, d.From)
	if err != nil {
		return err
	}
	to, err := d.open(p, d.To)
	if err != nil {
		return err
	}
	source, err := openSource(p.ctx, from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := openTarget(p.ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	fmt.Fprintf(p.err, "Copying %s to %s.\n", source.Name(), target.Name())
	result, err := copying.Run(p.ctx, source, target, copying.Options{Tell: (&copyProgress{p: p, clock: clock.System{}}).tell})
	if err != nil {
		return err
	}
	return printCopied(p, source, target, result)
}

// open reads one of the two as --database would.
func (d *databaseCopy) open(p *process, database string) (*config.Config, error) {
	return (&settingFlags{Config: d.Config, Database: database}).prepare(p, nil)
}

func openSource(ctx context.Context, c *config.Config) (copying.Source, error) {
	if url := c.Postgres(); url != "" {
		return postgres.OpenCopySource(ctx, url)
	}
	return sqlite.OpenCopySource(ctx, c.Database())
}

func openTarget(ctx context.Context, c *config.Config) (copying.Target, error) {
	if url := c.Postgres(); url != "" {
		return postgres.OpenCopyTarget(ctx, url)
	}
	return sqlite.OpenCopyTarget(ctx, c.Database())
}

// copyProgress prints how far a copy is, each step once and then every few seconds.
type copyProgress struct {
	p     *process
	clock clock.Clock
	step  string
	last  time.Time
	done  bool // all rows were told of
}

// printEvery is the time between two lines about one step.
const printEvery = 2 * time.Second

func (c *copyProgress) tell(s copying.State) {
	now := c.clock.Now()
	done := s.AllOf > 0 && s.AllRows == s.AllOf
	if s.Step == c.step && now.Sub(c.last) < printEvery && (!done || c.done) {
		return
	}
	c.step, c.last, c.done = s.Step, now, done
	if s.Step == "finish" {
		fmt.Fprintf(c.p.err, "%s: %s\n", s.Step, s.Table)
		return
	}
	share := int64(100)
	if s.AllOf > 0 {
		share = min(100, s.AllRows*100/s.AllOf)
	}
	fmt.Fprintf(c.p.err, "%s: %3d %%  %d of %d rows, %s: %d of %d\n", s.Step, share, s.AllRows, s.AllOf, s.Table, s.Rows, s.Of)
}

func printCopied(p *process, from copying.Source, to copying.Target, r copying.Result) error {
	if r.Anew {
		fmt.Fprintf(p.out, "%s has changed since the copy was begun, so it was begun anew.\n", from.Name())
	} else if r.WentOn {
		fmt.Fprintln(p.out, "It has gone on with a copy that was cut off; what was copied before is still so.")
	}
	if len(r.Replaced) > 0 {
		var all []string
		for _, table := range slices.Sorted(maps.Keys(r.Replaced)) {
			all = append(all, fmt.Sprintf("%d of %s", r.Replaced[table], table))
		}
		fmt.Fprintf(p.out, "Texts with characters that PostgreSQL does not keep, NUL and what is no UTF-8, have U+FFFD in their place: %s.\n", strings.Join(all, ", "))
	}
	_, err := fmt.Fprintf(p.out, "%s holds what %s does: %d rows of %d tables, compared.\n", to.Name(), from.Name(), r.Rows, r.Tables)
	return err
}
