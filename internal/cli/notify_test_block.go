package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/fault"
)

type notifyCommands struct {
	Test notifyTest `cmd:"" help:"Have the server send one message with a block."`
}

type notifyTest struct {
	apiFlags `embed:""`
	Block    string `arg:"" help:"The block as TYPE/NAME, or its id."`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*notifyTest) Help() string {
	return "Example:\n\n  reeve notify test slack-webhook/alerts\n\nThe message goes where notifications of automations with this block go; a webhook\n" +
		"block is called. One line says what answered, or why nothing did."
}

// Run has the message sent.
func (n *notifyTest) Run(p *process) error {
	_, api, err := n.api(p)
	if err != nil {
		return err
	}
	id, err := n.find(p, api)
	if err != nil {
		return err
	}
	var test struct {
		Block     string `json:"block"`
		Delivered bool   `json:"delivered"`
		Status    int    `json:"status"`
		Answer    string `json:"answer"`
		Problem   string `json:"problem"`
		Hint      string `json:"hint"`
		Final     bool   `json:"final"`
	}
	if err := api.Ask(p.ctx, http.MethodPost, "/reeve/block_documents/"+id.String()+"/test_notification", nil, &test); err != nil {
		return err
	}
	if n.JSON {
		if err := printJSON(p, test); err != nil {
			return err
		}
	}
	said := strings.Join(strings.Fields(test.Answer), " ")
	if characters := []rune(said); len(characters) > 200 {
		said = string(characters[:200]) + "…"
	}
	if test.Delivered {
		if !n.JSON {
			fmt.Fprintln(p.out, strings.TrimSpace(fmt.Sprintf("%s: delivered, answered %d %s", test.Block, test.Status, said)))
		}
		return nil
	}
	problem := test.Block + ": " + test.Problem
	if said != "" && !strings.Contains(problem, said) {
		problem += ": " + said
	}
	return fault.New(fault.Internal, "%s", problem).WithHint("%s", test.Hint)
}

// find returns the id of the block's document.
func (n *notifyTest) find(p *process, api *client.Client) (uuid.UUID, error) {
	if id, err := uuid.Parse(n.Block); err == nil {
		return id, nil
	}
	slug, name, ok := strings.Cut(n.Block, "/")
	if !ok || slug == "" || name == "" {
		return uuid.Nil, fault.New(fault.Invalid, "%q is neither TYPE/NAME of a block nor its id", n.Block).WithHint("prefect block ls lists blocks")
	}
	var document struct{ ID uuid.UUID }
	err := api.Ask(p.ctx, http.MethodGet, "/block_types/slug/"+url.PathEscape(slug)+"/block_documents/name/"+url.PathEscape(name), nil, &document)
	return document.ID, err
}
