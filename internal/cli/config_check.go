package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
)

type configCommands struct {
	Check configCheck `cmd:"" help:"Say what is set, from where, and what is wrong with it."`
}

type configCheck struct {
	settingFlags `embed:""`
	All          bool `help:"List every setting with its default and meaning."`
	JSON         bool `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*configCheck) Help() string {
	return `Example:

  reeve config check --config reeve.toml

Secrets are listed by name as present, missing, too short or malformed; what
they are is never shown. Exit code 2 when something is wrong, with one line for
each thing.`
}

// Run prints what is set and every problem.
func (c *configCheck) Run(p *process) error {
	if c.All {
		return listSettings(p)
	}
	read, err := c.load(p, nil)
	problems := config.Problems(err)
	if c.JSON {
		return c.printJSON(p, read, problems)
	}
	if read.File != "" {
		fmt.Fprintf(p.out, "file: %s\n", read.File)
	}
	table := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	for _, g := range read.Given() {
		fmt.Fprintf(table, "%s = %s\t(%s)\n", g.Key, g.Value, g.From)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, w := range read.Warnings() {
		fmt.Fprintln(p.out, "warning: "+w)
	}
	if err := printSecrets(p, read.Secrets()); err != nil {
		return err
	}
	if len(problems) == 0 {
		fmt.Fprintln(p.out, "The configuration is good.")
		return nil
	}
	for _, problem := range problems[:len(problems)-1] {
		report(problem, p.err)
	}
	return problems[len(problems)-1]
}

// printSecrets says of each secret whether it is there, never what it is.
func printSecrets(p *process, secrets []config.NamedSecret) error {
	if len(secrets) == 0 {
		return nil
	}
	fmt.Fprintln(p.out, "secrets:")
	table := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	for _, s := range secrets {
		fmt.Fprintf(table, "  %s\t%s\t(%s)\n", s.Name, s.State(), s.For)
	}
	return table.Flush()
}

func (c *configCheck) printJSON(p *process, read *config.Config, problems []error) error {
	type given struct {
		Key   string `json:"key"`
		Value string `json:"value"`
		From  string `json:"from"`
	}
	type secret struct {
		Name   string             `json:"name"`
		For    string             `json:"for"`
		Needed bool               `json:"needed"`
		State  config.SecretState `json:"state"`
	}
	answer := struct {
		File     string   `json:"file"`
		Settings []given  `json:"settings"`
		Secrets  []secret `json:"secrets"`
		Warnings []string `json:"warnings"`
		Problems []string `json:"problems"`
	}{read.File, []given{}, []secret{}, append([]string{}, read.Warnings()...), []string{}}
	for _, s := range read.Secrets() {
		answer.Secrets = append(answer.Secrets, secret{s.Name, s.For, s.Needed, s.State()})
	}
	for _, g := range read.Given() {
		answer.Settings = append(answer.Settings, given(g))
	}
	for _, problem := range problems {
		answer.Problems = append(answer.Problems, problem.Error())
	}
	if err := printJSON(p, answer); err != nil || len(problems) == 0 {
		return err
	}
	return fault.New(fault.Invalid, "%d things are wrong with the configuration", len(problems))
}

func listSettings(p *process) error {
	table := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	for _, s := range config.Documented() {
		note := ""
		if s.Effect != config.Works {
			note = " (no effect here)"
		}
		fmt.Fprintf(table, "%s\t%s\t%s%s\n", s.Env(), s.Default, s.Help, note)
	}
	return table.Flush()
}

func printJSON(p *process, v any) error {
	encoder := json.NewEncoder(p.out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
