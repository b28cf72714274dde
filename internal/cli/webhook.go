package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/outbox"
	"github.com/reevehq/reeve/internal/webhooks"
)

type webhookCommands struct {
	Ls     webhookLs     `cmd:"" help:"List webhooks, the newest first."`
	Show   webhookShow   `cmd:"" help:"Show one webhook with its body."`
	Replay webhookReplay `cmd:"" help:"Have webhooks delivered again."`
}

// look opens the inbox for one command; a running gateway keeps it open too.
func (f *settingFlags) look(p *process, do func(*webhooks.Inbox) error) error {
	c, err := f.load(p, nil)
	if err != nil {
		return config.First(err)
	}
	if _, err := os.Stat(c.Gateway.Database); err != nil {
		return fault.New(fault.Invalid, "there is no inbox at %s", c.Gateway.Database).
			WithHint("start a gateway (reeve gateway start), or name its reeve.toml with --config")
	}
	inbox, _, err := openInbox(p, c, true)
	if err != nil {
		return err
	}
	defer func() { _ = inbox.Close() }()
	return do(inbox)
}

type webhookLs struct {
	settingFlags `embed:""`
	Status       string `help:"Only those of a status: waiting, delivered or dead." enum:",waiting,delivered,dead" default:"" placeholder:"STATUS"`
	Limit        int    `help:"Most to list." default:"50"`
	JSON         bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*webhookLs) Help() string {
	return "Example:\n\n  reeve webhook ls --status dead --json\n\nA webhook is waiting until the server took it; dead means that it was refused for good."
}

// Run lists.
func (l *webhookLs) Run(p *process) error {
	return l.look(p, func(inbox *webhooks.Inbox) error {
		all, err := inbox.List(p.ctx, outbox.Status(l.Status), max(1, l.Limit))
		if err != nil {
			return err
		}
		if l.JSON {
			return printJSON(p, all)
		}
		table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tRECEIVED\tPATH\tSTATUS\tATTEMPTS\tOUTCOME")
		for _, e := range all {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", e.ID, e.Received.Format(time.RFC3339), e.Path, e.Status, e.Attempts, outcome(e))
		}
		return table.Flush()
	})
}

func outcome(e *webhooks.Entry) string {
	switch {
	case e.Outcome != nil:
		return *e.Outcome
	case e.Error != nil:
		return brief(*e.Error)
	}
	return ""
}

// brief is a text as it fits into a table.
func brief(text string) string {
	characters := []rune(text)
	if len(characters) > 80 {
		return string(characters[:79]) + "…"
	}
	return text
}

type webhookShow struct {
	settingFlags `embed:""`
	ID           string `arg:"" help:"Id of the webhook."`
	JSON         bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*webhookShow) Help() string {
	return "Example:\n\n  reeve webhook show 0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b10\n\nHeaders that hold secrets are never kept."
}

// Run shows.
func (s *webhookShow) Run(p *process) error {
	id, err := webhookID(s.ID)
	if err != nil {
		return err
	}
	return s.look(p, func(inbox *webhooks.Inbox) error {
		e, err := inbox.Read(p.ctx, id)
		if err != nil {
			return err
		}
		body := "(not text)"
		if utf8.Valid(e.Body) {
			body = string(e.Body)
		}
		if s.JSON {
			return printJSON(p, struct {
				*webhooks.Entry
				Body string `json:"body"`
			}{e, body})
		}
		showWebhook(p, e, body)
		return nil
	})
}

func showWebhook(p *process, e *webhooks.Entry, body string) {
	fmt.Fprintf(p.out, "id: %s\npath: %s\nstatus: %s\nreceived: %s\nattempts: %d\n", e.ID, e.Path, e.Status, e.Received.Format(time.RFC3339Nano), e.Attempts)
	optional := func(name string, value *string) {
		if value != nil {
			fmt.Fprintf(p.out, "%s: %s\n", name, *value)
		}
	}
	optional("delivery id", e.Delivery)
	optional("outcome", e.Outcome)
	optional("error", e.Error)
	if e.NextAttempt != nil {
		fmt.Fprintf(p.out, "next attempt: %s\n", e.NextAttempt.Format(time.RFC3339))
	}
	for title, values := range map[string]map[string]string{"header": e.Headers, "query": e.Query} {
		names := make([]string, 0, len(values))
		for name := range values {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Fprintf(p.out, "%s %s: %s\n", title, name, values[name])
		}
	}
	fmt.Fprintf(p.out, "\n%s\n", body)
}

type webhookReplay struct {
	settingFlags `embed:""`
	IDs          []string `arg:"" optional:"" name:"id" help:"Ids of the webhooks."`
	Dead         bool     `help:"All dead letters."`
	Again        bool     `help:"Delivered ones too: another run is made of each."`
	JSON         bool     `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*webhookReplay) Help() string {
	return "Example:\n\n  reeve webhook replay --dead\n\nA running gateway delivers them within seconds, another when it is started."
}

// Run replays.
func (r *webhookReplay) Run(p *process) error {
	if r.Dead == (len(r.IDs) > 0) {
		return fault.New(fault.Invalid, "give ids of webhooks, or --dead for all dead letters").WithHint("reeve webhook ls --status dead")
	}
	var ids []uuid.UUID
	for _, text := range r.IDs {
		id, err := webhookID(text)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	return r.look(p, func(inbox *webhooks.Inbox) (err error) {
		n := 0
		if r.Dead {
			n, err = inbox.ReplayDead(p.ctx)
		} else {
			n, err = inbox.Replay(p.ctx, ids, r.Again)
		}
		if err != nil {
			return err
		}
		if r.JSON {
			return json.NewEncoder(p.out).Encode(map[string]int{"replayed": n})
		}
		fmt.Fprintf(p.out, "%d webhooks wait to be delivered\n", n)
		return nil
	})
}

func webhookID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return id, fault.New(fault.Invalid, "%q is no id of a webhook", text).WithHint("reeve webhook ls")
	}
	return id, nil
}
