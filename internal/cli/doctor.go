package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	examine "github.com/reevehq/reeve/internal/doctor"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/outbox"
)

type doctor struct {
	settingFlags `embed:""`
	URL          string `name:"url" help:"Address of the API; PREFECT_API_URL, else that of the settings." placeholder:"URL" env:"PREFECT_API_URL"`
	Python       string `help:"Interpreter that runs flows; else the one of reeve.toml, else python3." placeholder:"PATH" env:"REEVE_PYTHON"`
	JSON         bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*doctor) Help() string {
	return `Example:

  reeve doctor --config reeve.toml --url https://my-server.fly.dev/api

Looks at the server and, with it or without it, at this machine: each line is a
check, and below what is wrong stands the next step. A server that sleeps is
woken. Nothing is changed. Exit code 1 when a check failed; warnings do not count.`
}

// Run examines and prints.
func (d *doctor) Run(p *process) error {
	c, err := d.load(p, nil)
	report := examine.Run(p.ctx, d.exam(p, c, config.Problems(err)))
	if p.ctx.Err() != nil {
		return p.ctx.Err()
	}
	if d.JSON {
		err = printJSON(p, report)
	} else {
		err = printReport(p, report)
	}
	if err != nil || report.Healthy {
		return err
	}
	return fault.New(fault.Internal, "%s found", counted(report.Failures, "failure"))
}

func (d *doctor) exam(p *process, c *config.Config, problems []error) *examine.Exam {
	e := &examine.Exam{
		Config: c, Problems: problems, Clock: clock.System{}, Reeve: api.ReeveVersion, Prefect: api.PrefectVersion, Python: d.Python,
		URL:  strings.TrimSuffix(cmp.Or(d.URL, c.Text("server.ui.api_url")), "/"),
		Auth: cmp.Or(c.Text("api.auth_string"), c.Text("server.api.auth_string")),
	}
	if _, err := os.Stat(c.Gateway.Database); err == nil {
		e.Inbox = func(ctx context.Context) (examine.InboxState, error) { return inboxState(ctx, p, c) }
	}
	return e
}

func inboxState(ctx context.Context, p *process, c *config.Config) (state examine.InboxState, err error) {
	inbox, _, err := openInbox(p, c, true)
	if err != nil {
		return state, err
	}
	defer func() { _ = inbox.Close() }()
	counts, err := inbox.Counts(ctx)
	if err != nil {
		return state, err
	}
	state.Waiting, state.Dead = counts[outbox.Waiting], counts[outbox.Dead]
	state.Oldest, state.LastError, err = inbox.Oldest(ctx)
	return state, err
}

// printReport prints a line for each finding. What could not be looked at for
// one reason is one line, at the end.
func printReport(p *process, r examine.Report) error {
	var reasons []string
	skipped := map[string][]string{}
	for _, f := range r.Findings {
		if f.Severity == examine.Skipped {
			if skipped[f.Found] == nil {
				reasons = append(reasons, f.Found)
			}
			skipped[f.Found] = append(skipped[f.Found], f.Check)
			continue
		}
		if _, err := fmt.Fprintf(p.out, "%-7s  %-14s  %s\n", f.Severity, f.Check, f.Found); err != nil {
			return err
		}
		if f.Next != "" {
			fmt.Fprintf(p.out, "%25s  next: %s\n", "", f.Next)
		}
	}
	for _, reason := range reasons {
		fmt.Fprintf(p.out, "%-7s  %s: %s\n", examine.Skipped, strings.Join(skipped[reason], ", "), reason)
	}
	_, err := fmt.Fprintf(p.out, "%s, %s.\n", counted(r.Failures, "failure"), counted(r.Warnings, "warning"))
	return err
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
