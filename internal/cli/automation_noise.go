package cli

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

type automationNoise struct {
	apiFlags `embed:""`
	ID       string   `arg:"" help:"Id of the automation."`
	GroupBy  string   `help:"What notifications are gathered by: flow or deployment; else the automation as a whole." enum:",flow,deployment" default:"" placeholder:"WHAT"`
	Repeat   span     `help:"Least time between two notifications of a group: 4h." placeholder:"TIME"`
	Quiet    []string `help:"Hours in which nothing is sent: 22:00-07:00, or \"sat,sun 00:00-24:00\". May be given several times." sep:"none" placeholder:"HOURS"`
	Timezone string   `help:"Zone of the quiet hours: Europe/Berlin." placeholder:"ZONE"`
	Settle   span     `help:"How long the notification of a failed run waits, lest the run is retried to success: 5m." placeholder:"TIME"`
	Resolved bool     `help:"Tell when what was told of is over."`
	Clear    bool     `help:"Send all, at once."`
	JSON     bool     `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*automationNoise) Help() string {
	return `Examples:

  reeve automation noise ID
  reeve automation noise ID --group-by flow --repeat 4h --settle 5m --resolved
  reeve automation noise ID --quiet 22:00-07:00 --quiet "sat,sun 00:00-24:00" --timezone Europe/Berlin
  reeve automation noise ID --clear

Without settings it prints those that there are. Those that are given are all: what is
not named is off. They are about notifications alone; other actions are never held.`
}

// Run sets, clears or prints.
func (n *automationNoise) Run(p *process) error {
	_, api, err := n.api(p)
	if err != nil {
		return err
	}
	id, err := objectID("an automation", n.ID)
	if err != nil {
		return err
	}
	settings, path := n.settings(), "/reeve/automations/"+id.String()+"/noise"
	if n.Clear {
		if settings != nil {
			return fault.New(fault.Invalid, "--clear and settings contradict each other").WithHint("give one or the other")
		}
		if err := api.Ask(p.ctx, http.MethodDelete, path, nil, nil); err != nil {
			return err
		}
	}
	method, body := http.MethodGet, any(nil)
	if settings != nil {
		method, body = http.MethodPut, settings
	}
	var now prefect.Noise
	if err := api.Ask(p.ctx, method, path, body, &now); err != nil {
		return err
	}
	if n.JSON {
		return printJSON(p, now)
	}
	for _, line := range noiseLines(&now) {
		fmt.Fprintln(p.out, line)
	}
	return nil
}

// settings are those that were given, nil when none were.
func (n *automationNoise) settings() map[string]any {
	given := map[string]any{}
	if n.GroupBy != "" {
		given["group_by"] = n.GroupBy
	}
	if n.Repeat != 0 {
		given["repeat"] = time.Duration(n.Repeat).Seconds()
	}
	if len(n.Quiet) > 0 {
		given["quiet"] = n.Quiet
	}
	if n.Timezone != "" {
		given["timezone"] = n.Timezone
	}
	if n.Settle != 0 {
		given["settle"] = time.Duration(n.Settle).Seconds()
	}
	if n.Resolved {
		given["resolved"] = true
	}
	if len(given) == 0 {
		return nil
	}
	return given
}

// noiseLines say what settings do.
func noiseLines(n *prefect.Noise) []string {
	if n.Off() {
		return []string{"all notifications are sent at once"}
	}
	var lines []string
	if n.Settle != nil {
		lines = append(lines, fmt.Sprintf("settle: a failed run has %s to be retried", n.Settle.Short()))
	}
	group := "the automation"
	if n.GroupBy != nil {
		group = "a " + string(*n.GroupBy)
	}
	if n.Repeat != nil {
		lines = append(lines, fmt.Sprintf("repeat: one notification of %s every %s", group, n.Repeat.Short()))
	}
	if len(n.Quiet) > 0 {
		lines = append(lines, fmt.Sprintf("quiet: %s in %s, then one notification of %s", strings.Join(n.Quiet, "; "), *n.Timezone, group))
	}
	if n.Resolved {
		of := "the same run"
		if n.GroupBy != nil {
			of = "the same " + string(*n.GroupBy)
		}
		lines = append(lines, "resolved: the next success of "+of+" is told")
	}
	return lines
}
