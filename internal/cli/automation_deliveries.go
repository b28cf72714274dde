package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

type automationCommands struct {
	Preview    automationPreview `cmd:"" help:"Say when an automation would have fired, and what it would have said."`
	Noise      automationNoise   `cmd:"" help:"Say which of an automation's notifications are sent, and when."`
	Compare    automationCompare `cmd:"" help:"Compare what fires here with what Prefect's own server says has fired."`
	Deliveries deliveryCommands  `cmd:"" help:"Look at what automations did and have it done again."`
}

type deliveryCommands struct {
	Ls     deliveryLs     `cmd:"" help:"List deliveries, the newest first."`
	Show   deliveryShow   `cmd:"" help:"Show one delivery with the newest answer."`
	Resend deliveryResend `cmd:"" help:"Have deliveries made once more."`
}

type deliveryLs struct {
	apiFlags   `embed:""`
	Automation string `help:"Only those of an automation." placeholder:"ID"`
	Status     string `help:"Only those of a status: held, waiting, delivered, dead, gathered or dropped." enum:",held,waiting,delivered,dead,gathered,dropped" default:"" placeholder:"STATUS"`
	Limit      int    `help:"Most to list, 200 at most." default:"50"`
	JSON       bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*deliveryLs) Help() string {
	return "Example:\n\n  reeve automation deliveries ls --status dead\n\nA delivery is one action of one firing. It waits until it is done; dead means that it\n" +
		"was refused for good, or tried for 24 hours. Notifications of an automation with\n" +
		"noise settings may be held, gathered into another, or dropped; the outcome says why."
}

// Run lists.
func (l *deliveryLs) Run(p *process) error {
	_, api, err := l.api(p)
	if err != nil {
		return err
	}
	path := "/reeve/deliveries"
	if l.Automation != "" {
		id, err := objectID("an automation", l.Automation)
		if err != nil {
			return err
		}
		path = "/reeve/automations/" + id.String() + "/deliveries"
	}
	query := url.Values{"limit": {strconv.Itoa(min(max(1, l.Limit), 200))}}
	if l.Status != "" {
		query.Set("status", l.Status)
	}
	var all []*prefect.AutomationDelivery
	if err := api.Ask(p.ctx, http.MethodGet, path+"?"+query.Encode(), nil, &all); err != nil {
		return err
	}
	if l.JSON {
		return printJSON(p, all)
	}
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tCREATED\tAUTOMATION\tACTION\tSTATUS\tATTEMPTS\tOUTCOME")
	for _, d := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", d.ID, d.Created, d.AutomationName, d.ActionType, d.Status, d.Attempts, deliveryOutcome(d))
	}
	return table.Flush()
}

// deliveryOutcome is how a delivery went, in a line.
func deliveryOutcome(d *prefect.AutomationDelivery) string {
	answer := ""
	if d.AnswerStatus != 0 {
		answer = fmt.Sprintf("answered %d", d.AnswerStatus)
	}
	return brief(cmp.Or(d.Reason, answer))
}

type deliveryShow struct {
	apiFlags `embed:""`
	ID       string `arg:"" help:"Id of the delivery."`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*deliveryShow) Help() string {
	return "Example:\n\n  reeve automation deliveries show 0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b10"
}

// Run shows.
func (s *deliveryShow) Run(p *process) error {
	_, api, err := s.api(p)
	if err != nil {
		return err
	}
	id, err := objectID("a delivery", s.ID)
	if err != nil {
		return err
	}
	var answer json.RawMessage
	if err := api.Ask(p.ctx, http.MethodGet, "/reeve/deliveries/"+id.String(), nil, &answer); err != nil {
		return err
	}
	if s.JSON {
		return printJSON(p, answer)
	}
	var d prefect.AutomationDelivery
	if err := json.Unmarshal(answer, &d); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "id: %s\nautomation: %s (%s)\naction: %s, number %d\nfiring: %s\ncreated: %s\nstatus: %s\nattempts: %d\n",
		d.ID, d.AutomationName, d.AutomationID, d.ActionType, d.ActionIndex, d.FiringID, d.Created, d.Status, d.Attempts)
	switch {
	case d.Due == nil:
	case d.Status == "held":
		fmt.Fprintf(p.out, "held until: %s\n", d.Due)
	default:
		fmt.Fprintf(p.out, "next attempt: %s\n", d.Due)
	}
	if d.GatheredBy != nil {
		fmt.Fprintf(p.out, "gathered by: %s\n", d.GatheredBy)
	}
	if d.Resolves != nil {
		fmt.Fprintf(p.out, "resolves: %s\n", d.Resolves)
	}
	if d.Finished != nil {
		fmt.Fprintf(p.out, "finished: %s\n", d.Finished)
	}
	if d.Reason != "" {
		fmt.Fprintf(p.out, "reason: %s\n", d.Reason)
	}
	if d.AnswerStatus != 0 {
		fmt.Fprintf(p.out, "answer: %d\n\n%s\n", d.AnswerStatus, d.Answer)
	}
	return nil
}

type deliveryResend struct {
	apiFlags `embed:""`
	IDs      []string `arg:"" name:"id" help:"Ids of the deliveries."`
}

// Help implements kong's detailed help.
func (*deliveryResend) Help() string {
	return "Example:\n\n  reeve automation deliveries resend 0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b10\n\nA delivery keeps its id, by which receivers can tell that they have it already.\n" +
		"One that is held is made at once."
}

// Run sends again.
func (s *deliveryResend) Run(p *process) error {
	_, api, err := s.api(p)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(s.IDs))
	for i, text := range s.IDs {
		if ids[i], err = objectID("a delivery", text); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if err := api.Ask(p.ctx, http.MethodPost, "/reeve/deliveries/"+id.String()+"/resend", nil, nil); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s is delivered again\n", id)
	}
	return nil
}

// objectID reads the id of what is asked for.
func objectID(of, text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return id, fault.New(fault.Invalid, "%q is not the id of %s", text, of).WithHint("%s", objectHint(of))
	}
	return id, nil
}

// objectHint says where ids of what is asked for are listed.
func objectHint(of string) string {
	if of == "an automation" {
		return "prefect automation ls lists ids"
	}
	return "reeve automation deliveries ls lists ids"
}
