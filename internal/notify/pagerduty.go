package notify

import "strings"

const (
	// mostSummary is the longest summary that PagerDuty takes, in characters.
	mostSummary = 1024
	// mostDetails bounds the body: PagerDuty takes events of 512 KB.
	mostDetails = 100_000
	// mostDedupKey is the longest dedup_key, in characters.
	mostDedupKey = 255
)

// pagerDutyBlock is the document of prefect's PagerDutyWebHook.
type pagerDutyBlock struct {
	IntegrationKey string `json:"integration_key"`
	APIKey         string `json:"api_key"`
	Source         string `json:"source"`
	Component      string `json:"component"`
	Group          string `json:"group"`
	Class          string `json:"class_id"`
	Region         string `json:"region_name"`
	Click          string `json:"clickable_url"`
	Image          bool   `json:"include_image"`
	Details        values `json:"custom_details"`
	Kind           kind   `json:"notify_type"`
}

// pagerDutySeverity is by kind.
var pagerDutySeverity = map[kind]string{"info": "info", "success": "info", "warning": "warning", "failure": "critical"}

// pagerDutyCalls sends an event to PagerDuty, which gathers those of an incident by
// its dedup_key.
func pagerDutyCalls(_ *Sender, b Block, m Message) ([]call, error) {
	p := pagerDutyBlock{Source: "Prefect", Component: "Notification", Region: "us", Image: true}
	if err := b.read(&p); err != nil {
		return nil, err
	}
	if err := b.need("integration_key", p.IntegrationKey, "api_key", p.APIKey); err != nil {
		return nil, err
	}
	host := "events.pagerduty.com"
	if p.Region == "eu" {
		host = "events.eu.pagerduty.com"
	}
	c := asJSON("https://"+host+"/v2/enqueue", p.event(m))
	c.header.Set("Authorization", "Token token="+strings.TrimSpace(p.APIKey))
	return []call{c}, nil
}

func (p pagerDutyBlock) event(m Message) any {
	key := shortened(m.incident(), mostDedupKey)
	if m.Resolved {
		return map[string]any{"routing_key": p.IntegrationKey, "event_action": "resolve", "dedup_key": key}
	}
	summary, details := m.Body, map[string]string(p.Details)
	if m.Subject != "" {
		summary = m.Subject
		details = map[string]string{"Prefect Notification Body": shortened(m.Body, mostDetails)}
		for name, value := range p.Details {
			details[name] = value
		}
	}
	payload := map[string]any{"summary": shortened(summary, mostSummary), "severity": pagerDutySeverity[p.Kind.known()], "source": p.Source, "component": p.Component}
	for name, value := range map[string]string{"group": p.Group, "class": p.Class} {
		if value != "" {
			payload[name] = value
		}
	}
	if len(details) > 0 {
		payload["custom_details"] = details
	}
	event := map[string]any{"routing_key": p.IntegrationKey, "payload": payload, "client": agent, "event_action": "trigger"}
	if key != "" {
		event["dedup_key"] = key
	}
	if p.Click != "" {
		event["links"] = []any{map[string]any{"href": p.Click}}
	}
	if p.Image {
		event["images"] = []any{map[string]any{"src": p.Kind.image("128x128"), "alt": p.Kind.known()}}
	}
	return event
}
