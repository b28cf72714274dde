package cli

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/reference"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/sqlite"
	"github.com/reevehq/reeve/internal/triggers"
	"github.com/reevehq/reeve/internal/triggers/replay"
)

type automationCompare struct {
	Database string `arg:"" help:"SQLite database of Prefect's own server." type:"path"`
	Since    span   `help:"How far back to begin: 12h, 30d." default:"30d" placeholder:"TIME"`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*automationCompare) Help() string {
	return `Example:

  reeve automation compare ~/.prefect/prefect.db

Before you move from Prefect's own server: runs the triggers of its automations over
the events that it has kept, and compares what fires with what it says has fired. The
database is only read; that server may be running.`
}

// compared is an automation of the other server, and how it compares.
type compared struct {
	Name  string       `json:"name"`
	ID    string       `json:"id"`
	Since prefect.Time `json:"since"`
	// Left says why it is not compared, "" when it is.
	Left string `json:"left_out"`
	*replay.Comparison
}

// Run reads, compares and prints.
func (a *automationCompare) Run(p *process) error {
	now := clock.System{}.Now()
	var all []compared
	err := sqlite.ReadForeign(a.Database, func(c store.Conn) (err error) {
		if err = reference.Check(c, a.Database); err == nil {
			all, err = compareAutomations(c, now.Add(-time.Duration(a.Since)), now)
		}
		return err
	})
	if err != nil {
		return err
	}
	if a.JSON {
		return printJSON(p, all)
	}
	return printCompared(p.out, all)
}

// compareAutomations plays the log once, to all automations.
func compareAutomations(c store.Conn, since, now time.Time) ([]compared, error) {
	automations, err := reference.Automations(c)
	if err != nil {
		return nil, err
	}
	all := make([]compared, len(automations))
	comparers := make([]*replay.Comparer, len(automations))
	for i, a := range automations {
		from := since
		if a.Updated.After(from) {
			from = a.Updated.Time // what it was before is not known
		}
		all[i] = compared{Name: a.Name, ID: a.ID.String(), Since: prefect.At(from)}
		switch {
		case a.Unread != nil:
			all[i].Left = "its trigger cannot be read: " + a.Unread.Error()
		case !a.Enabled:
			all[i].Left = "it is paused"
		default:
			if comparers[i], err = replay.Compare(a.Automation, from); err != nil {
				all[i].Left, comparers[i] = err.Error(), nil
			}
		}
	}
	err = reference.Events(c, since.Add(-triggers.Lookback), func(e *prefect.ReceivedEvent) error {
		for i, comparer := range comparers {
			if comparer == nil {
				continue
			}
			if err := comparer.Event(e); err != nil {
				return fmt.Errorf("automation %q: %w", all[i].Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, comparer := range comparers {
		if comparer == nil {
			continue
		}
		if all[i].Comparison, err = comparer.End(now); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// mostTimes bounds the moments that are printed of an automation.
const mostTimes = 5

func printCompared(out io.Writer, all []compared) error {
	if len(all) == 0 {
		fmt.Fprintln(out, "There are no automations.")
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "AUTOMATION\tSINCE\tTHERE\tHERE\tSAME\t")
	differ := 0
	for _, c := range all {
		since := c.Since.Format(time.DateTime)
		if c.Comparison == nil {
			fmt.Fprintf(w, "%s\t%s\t-\t-\t-\t%s\n", c.Name, since, c.Left)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t\n", c.Name, since, c.Theirs, c.Ours, c.Same)
		if len(c.OnlyTheirs)+len(c.OnlyOurs) > 0 {
			differ++
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, c := range all {
		if c.Comparison != nil {
			printTimes(out, c.Name+", only there", c.OnlyTheirs)
			printTimes(out, c.Name+", only here", c.OnlyOurs)
		}
	}
	if differ > 0 {
		return fault.New(fault.Conflict, "%d of %d automations fire otherwise here", differ, len(all)).
			WithHint("docs/design/triggers.md says where they differ on purpose; reeve automation preview shows the events of each")
	}
	return nil
}

func printTimes(out io.Writer, what string, all []time.Time) {
	for i, at := range all {
		if i == mostTimes {
			fmt.Fprintf(out, "%s: %d more\n", what, len(all)-i)
			return
		}
		fmt.Fprintf(out, "%s: %s\n", what, at.UTC().Format(time.DateTime))
	}
}
