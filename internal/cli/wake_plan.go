package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

type wakePlan struct {
	settingFlags `embed:""`
	Format       string `required:"" enum:"crontab,systemd,pg_cron,github" help:"crontab, systemd, pg_cron or github." placeholder:"FORMAT"`
	URL          string `name:"url" help:"Address of the API, which is asked for the schedules and is what will be called; PREFECT_API_URL, else that of the settings." placeholder:"URL" env:"PREFECT_API_URL"`
	Offline      bool   `help:"Read the schedules from the database's file instead of asking."`
	Output       string `short:"o" help:"Write the files into this folder instead of to standard output." placeholder:"FOLDER"`
}

// Help implements kong's detailed help.
func (*wakePlan) Help() string {
	return `Examples:

  reeve wake-plan --format crontab --url https://my-server.fly.dev/api | crontab -
  reeve wake-plan --format systemd --url https://my-server.fly.dev/api --output /etc/systemd/system
  reeve wake-plan --format pg_cron --url https://my-server.fly.dev/api | psql "$DATABASE_URL"
  reeve wake-plan --format github --url https://my-server.fly.dev/api > .github/workflows/reeve-wake.yml

Writes what wakes a sleeping server in the minutes in which its schedules have a
run due: requests to its health check. Where a gateway runs, it does this itself.
crontab replaces the user's whole table: put the lines beside those that are there.`
}

// Run reads the plan and writes it.
func (w *wakePlan) Run(p *process) error {
	c, err := w.load(p, nil)
	if err != nil {
		return config.First(err)
	}
	url := cmp.Or(w.URL, c.Text("server.ui.api_url"))
	var plan *sleep.WakePlan
	if w.Offline {
		plan, err = storedPlan(p.ctx, c)
	} else {
		err = client.New(url, cmp.Or(c.Text("api.auth_string"), c.Text("server.api.auth_string"))).
			Ask(p.ctx, http.MethodGet, "/reeve/wake_plan", nil, &plan)
	}
	if err != nil {
		return err
	}
	if len(plan.Lines) == 0 {
		fmt.Fprintln(p.err, "There are no active schedules: nothing needs to wake the server.")
	}
	files, err := plan.Write(w.Format, url)
	if err != nil {
		return err
	}
	for i, f := range files {
		switch {
		case w.Output != "":
			path := filepath.Join(w.Output, f.Name)
			if err := os.WriteFile(path, []byte(f.Text), 0o644); err != nil {
				return fault.Wrap(fault.Invalid, err, "%s cannot be written", path).WithHint("name a folder that is there with --output")
			}
			fmt.Fprintln(p.out, path)
		case len(files) > 1:
			if i > 0 {
				fmt.Fprintln(p.out)
			}
			fmt.Fprintf(p.out, "# %s\n%s", f.Name, f.Text)
		default:
			fmt.Fprint(p.out, f.Text)
		}
	}
	return nil
}

// storedPlan reads the plan from a database, beside a server that may run.
func storedPlan(ctx context.Context, c *config.Config) (plan *sleep.WakePlan, err error) {
	machine := clock.System{}
	var db store.Backend
	if url := c.Postgres(); url != "" {
		db, err = postgres.Open(ctx, postgres.Options{URL: url, Readers: 1, Clock: machine})
	} else {
		db, err = sqlite.Open(ctx, sqlite.Options{Path: c.Database(), Shared: true, Readers: 1, Clock: machine})
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return sleep.ReadWakePlan(ctx, store.New(db, machine, clock.NewIDs(machine)))
}
