package notify

import (
	"net/url"
	"regexp"
	"strings"
)

// mostTeamsText bounds a text of a card: Teams takes messages of 28 KB.
const mostTeamsText = 20_000

// teamsBlock is the document of prefect's MicrosoftTeamsWebhook.
type teamsBlock struct {
	URL     string `json:"url"`
	Private bool   `json:"allow_private_urls"`
	Kind    kind   `json:"notify_type"`
	Image   bool   `json:"include_image"`
	Wrap    bool   `json:"wrap"`
}

// teamsCalls sends to a workflow of Power Automate or to a connector of Office 365.
func teamsCalls(_ *Sender, b Block, m Message) ([]call, error) {
	t := teamsBlock{Private: true, Image: true, Wrap: true}
	if err := b.read(&t); err != nil {
		return nil, err
	}
	if err := b.need("url", t.URL); err != nil {
		return nil, err
	}
	u, err := url.Parse(t.URL)
	if err != nil || !isWorkflow(u) && !isConnector(u) {
		return nil, unusable(b, "its url is no workflow of Power Automate and no connector of Teams")
	}
	c := t.call(u, m)
	c.strict = !t.Private
	return []call{c}, nil
}

func (t teamsBlock) call(u *url.URL, m Message) call {
	if isConnector(u) {
		return asJSON(t.URL, t.messageCard(m))
	}
	return asJSON(workflowAddress(u), t.adaptiveCard(m))
}

var workflowPath = regexp.MustCompile(`(?i)^(/powerautomate/automations/direct(?:/cu/[0-9]+)?)?/workflows/[a-z0-9_-]+/triggers/manual/paths/invoke/?$`)

// isWorkflow reports whether an address is a trigger of a workflow.
func isWorkflow(u *url.URL) bool {
	return (u.Scheme == "https" || u.Scheme == "http") && workflowPath.MatchString(u.Path) && u.Query().Get("sig") != ""
}

// isConnector reports whether an address is an incoming webhook of Teams as they
// were before workflows.
func isConnector(u *url.URL) bool {
	host := u.Hostname()
	return u.Scheme == "https" && (strings.HasSuffix(host, ".webhook.office.com") || host == "outlook.office.com" || host == "outlook.office365.com") &&
		(strings.HasPrefix(u.Path, "/webhookb2/") || strings.HasPrefix(u.Path, "/webhook/"))
}

// workflowAddress is the address of a trigger in the form in which apprise asks.
func workflowAddress(u *url.URL) string {
	given := u.Query()
	version := given.Get("api-version")
	if version == "" {
		version = "2016-06-01"
		if strings.HasPrefix(strings.ToLower(u.Path), "/powerautomate/") {
			version = "1"
		}
	}
	query := "api-version=" + url.QueryEscape(version) + "&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=" + url.QueryEscape(given.Get("sig"))
	return (&url.URL{Scheme: "https", Host: u.Host, Path: strings.TrimSuffix(u.Path, "/"), RawQuery: query}).String()
}

var teamsMention = regexp.MustCompile(`(?i)<at>([^<]+)</at>`)

// adaptiveCard is a message to a workflow.
func (t teamsBlock) adaptiveCard(m Message) any {
	body := shortened(m.Body, mostTeamsText)
	var elements []any
	if t.Image {
		elements = append(elements, map[string]any{"type": "Image", "url": t.Kind.image("32x32"), "height": "32px", "altText": t.Kind.known()})
	}
	if m.Subject != "" {
		elements = append(elements, map[string]any{"type": "TextBlock", "text": m.Subject, "style": "heading", "weight": "Bolder", "size": "Large", "id": "title"})
	}
	elements = append(elements, map[string]any{"type": "TextBlock", "text": body, "style": "default", "wrap": t.Wrap, "id": "body"})
	teams := map[string]any{"width": "full"}
	if people := teamsPeople(body); len(people) > 0 {
		teams["entities"] = people
	}
	return map[string]any{"type": "message", "attachments": []any{map[string]any{
		"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil,
		"content": map[string]any{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
			"body": elements, "msteams": teams},
	}}}
}

// teamsPeople are those whom a text names: <at>id</at>.
func teamsPeople(text string) (people []any) {
	seen := map[string]bool{}
	for _, found := range teamsMention.FindAllStringSubmatch(text, -1) {
		id := strings.TrimSpace(found[1])
		if id == "" || seen[id] {
			continue
		}
		seen[id] = true
		people = append(people, map[string]any{"type": "mention", "text": found[0], "mentioned": map[string]any{"id": id, "name": id}})
	}
	return people
}

// messageCard is a message to a connector: Microsoft's MessageCard, which apprise
// sent as long as there were connectors.
func (t teamsBlock) messageCard(m Message) any {
	section := map[string]any{"text": shortened(m.Body, mostTeamsText)}
	if t.Image {
		section["activityImage"] = t.Kind.image("72x72")
	}
	summary := agent
	if m.Subject != "" {
		section["activityTitle"], summary = m.Subject, m.Subject
	}
	return map[string]any{"@type": "MessageCard", "@context": "https://schema.org/extensions", "summary": summary,
		"themeColor": strings.TrimPrefix(t.Kind.colour(), "#"), "sections": []any{section}}
}
