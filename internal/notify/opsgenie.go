package notify

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

const (
	// mostAlert and mostDescription are the longest texts that Opsgenie takes, and
	// mostAlias the longest alias, in characters.
	mostAlert       = 130
	mostDescription = 15_000
	mostAlias       = 512
)

// opsgenieBlock is the document of prefect's OpsgenieWebhook.
type opsgenieBlock struct {
	Key         string `json:"apikey"`
	Users       list   `json:"target_user"`
	Teams       list   `json:"target_team"`
	Schedules   list   `json:"target_schedule"`
	Escalations list   `json:"target_escalation"`
	Region      string `json:"region_name"`
	Batch       bool   `json:"batch"`
	Tags        list   `json:"tags"`
	Priority    int    `json:"priority"`
	Alias       string `json:"alias"`
	Entity      string `json:"entity"`
	Details     values `json:"details"`
	Kind        kind   `json:"notify_type"`
}

// opsgenieCalls makes an alert, or one for each responder, or closes them.
func opsgenieCalls(_ *Sender, b Block, m Message) ([]call, error) {
	o := opsgenieBlock{Region: "us", Priority: 3}
	if err := b.read(&o); err != nil {
		return nil, err
	}
	if err := b.need("apikey", o.Key); err != nil {
		return nil, err
	}
	if o.Priority < 1 || o.Priority > 5 {
		o.Priority = 3
	}
	responders := o.responders()
	if o.Batch || len(responders) == 0 {
		return []call{o.call(m, o.alias(m, ""), responders)}, nil
	}
	var all []call
	for i, one := range responders {
		mark := ""
		if len(responders) > 1 {
			mark = strconv.Itoa(i + 1)
		}
		c := o.call(m, o.alias(m, mark), []any{one})
		c.to = "responder " + strconv.Itoa(i+1)
		all = append(all, c)
	}
	return all, nil
}

// alias is what an alert is found again by: the block's, else the incident with a
// mark of the responder, since of alerts with one alias Opsgenie keeps the first.
func (o opsgenieBlock) alias(m Message, mark string) string {
	alias := m.incident()
	switch {
	case o.Alias != "":
		return o.Alias
	case alias != "" && mark != "":
		alias += "-" + mark
	}
	return shortened(alias, mostAlias)
}

// responders are those who are told, in the order of the fields.
func (o opsgenieBlock) responders() (all []any) {
	for _, of := range []struct {
		kind, name string
		names      list
	}{{"user", "username", o.Users}, {"team", "name", o.Teams}, {"schedule", "name", o.Schedules}, {"escalation", "name", o.Escalations}} {
		for _, name := range words(of.names) {
			key := of.name
			if _, err := uuid.Parse(name); err == nil {
				key = "id"
			}
			all = append(all, map[string]any{"type": of.kind, key: name})
		}
	}
	return all
}

func (o opsgenieBlock) call(m Message, alias string, responders []any) call {
	address := "https://api.opsgenie.com/v2/alerts"
	if o.Region == "eu" {
		address = "https://api.eu.opsgenie.com/v2/alerts"
	}
	var c call
	if m.Resolved {
		c = asJSON(address+"/"+url.PathEscape(alias)+"/close?identifierType=alias", map[string]any{"source": agent, "note": shortened(joined(m), mostDescription)})
	} else {
		c = asJSON(address, o.alert(m, alias, responders))
	}
	c.header.Set("Authorization", "GenieKey "+strings.TrimSpace(o.Key))
	return c
}

func (o opsgenieBlock) alert(m Message, alias string, responders []any) any {
	title := m.Subject
	if title == "" {
		title = m.Body
	}
	details := map[string]string{"type": string(o.Kind.known())}
	for name, value := range o.Details {
		details[name] = value
	}
	alert := map[string]any{"source": agent, "message": shortened(title, mostAlert), "description": shortened(m.Body, mostDescription),
		"details": details, "priority": "P" + strconv.Itoa(o.Priority)}
	if tags := words(o.Tags); len(tags) > 0 {
		slices.Sort(tags)
		alert["tags"] = slices.Compact(tags)
	}
	for name, value := range map[string]string{"entity": o.Entity, "alias": alias} {
		if value != "" {
			alert[name] = value
		}
	}
	if len(responders) > 0 {
		alert["responders"] = responders
	}
	return alert
}
