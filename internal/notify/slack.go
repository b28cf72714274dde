package notify

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	// mostSlackText is the longest text that Slack takes, in characters.
	mostSlackText = 40_000
	slackPost     = "https://slack.com/api/chat.postMessage"
)

// urlBlock is the document of AppriseNotificationBlock and what is made of it.
type urlBlock struct {
	URL     string `json:"url"`
	Private bool   `json:"allow_private_urls"`
	Kind    kind   `json:"notify_type"`
}

// readURL reads a block whose url says all.
func (b Block) readURL() (urlBlock, error) {
	w := urlBlock{Private: true}
	if err := b.read(&w); err != nil {
		return w, err
	}
	return w, b.need("url", w.URL)
}

// slackHookCalls sends to what prefect's SlackWebhook has for a url: a webhook of
// Slack, or any other address that apprise knows.
func slackHookCalls(s *Sender, b Block, m Message) ([]call, error) {
	w, err := b.readURL()
	if err != nil {
		return nil, err
	}
	calls, err := addressCalls(b, w, m, s.clock.Now())
	for i := range calls {
		calls[i].strict = !w.Private
	}
	return calls, err
}

// slackText is a text of attachments in Slack's markup: what stands for references
// to people, channels and addresses stays, all else is escaped.
func slackText(text string) string {
	text = slackEscape(text)
	for _, one := range slackReferences {
		text = one.pattern.ReplaceAllStringFunc(text, func(found string) string {
			parts := one.pattern.FindStringSubmatch(found)
			target, label := one.sign+strings.TrimSpace(parts[1]), strings.TrimSpace(parts[2])
			if one.sign == "" {
				target = strings.ReplaceAll(target, "&amp;", "&")
			}
			if label != "" {
				target += "|" + label
			}
			return "<" + target + ">"
		})
	}
	return text
}

func slackEscape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// slackReferences are apprise's patterns, each with the sign before the target.
var slackReferences = []struct {
	sign    string
	pattern *regexp.Regexp
}{
	{"!", slackReference(`!([^| \n]+)`)},
	{"@", slackReference(`@([^| \n]+)`)},
	{"", slackReference(`((?:https?|mailto)://[^| \n]+)`)},
}

func slackReference(target string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:<|&lt;)?[ \t]*` + target + `(?:[ \t]*\|[ \t]*(?:([^\n]+?)[ \t]*)?(?:>|&gt;)|(?:>|&gt;))`)
}

// slackLook is how a message looks in Slack.
type slackLook struct {
	kind     kind
	bot      string // the name it is from, "" for the app's
	noImage  bool
	noFooter bool
	now      time.Time
}

// slackMessage is a message as apprise lays it out.
func slackMessage(m Message, l slackLook) map[string]any {
	attachment := map[string]any{"title": slackEscape(m.Subject), "text": shortened(slackText(m.Body), mostSlackText), "color": l.kind.colour()}
	if !l.noFooter {
		attachment["footer"], attachment["ts"] = agent, l.now.Unix()
	}
	payload := map[string]any{"mrkdwn": true, "attachments": []any{attachment}}
	if !l.noImage {
		payload["icon_url"] = l.kind.image("72x72")
		if !l.noFooter {
			attachment["footer_icon"] = payload["icon_url"]
		}
	}
	if l.bot != "" {
		payload["username"] = l.bot
	}
	return payload
}

// slackHook posts to an incoming webhook.
func slackHook(address string, payload map[string]any) call {
	c := asJSON(address, payload)
	c.lies = slackLies
	return c
}

// slackPosts posts to each channel as the bot that has the token.
func slackPosts(token string, channels []string, payload map[string]any) []call {
	all := make([]call, 0, len(channels))
	for _, channel := range channels {
		payload["channel"] = slackChannel(channel)
		c := asJSON(slackPost, payload)
		c.to = channel
		c.header.Set("Authorization", "Bearer "+token)
		c.lies = slackLies
		all = append(all, c)
	}
	return all
}

// slackChannel is a channel as Slack is told of it: "+C123" is an id.
func slackChannel(text string) string {
	switch {
	case strings.HasPrefix(text, "+"):
		return text[1:]
	case strings.HasPrefix(text, "@"), strings.HasPrefix(text, "#"):
		return text
	}
	return "#" + text
}

// slackPassing are errors of Slack that pass.
var slackPassing = []string{"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "rollup_error"}

// slackRefusal is how an answer begins that says so first.
var slackRefusal = regexp.MustCompile(`^\s*{\s*"ok"\s*:\s*false\b`)

// slackLies finds the error in an answer of status 200: {"ok": false, "error": …}.
func slackLies(text string) *Failure {
	var said struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal([]byte(text), &said) != nil && slackRefusal.MatchString(text) {
		return &Failure{Sentence: "Slack answers that it failed"} // too long to be read whole
	}
	if said.OK == nil || *said.OK {
		return nil
	}
	return &Failure{Sentence: "Slack answers that it failed: " + shortened(said.Error, 200), Final: !slices.Contains(slackPassing, said.Error)}
}

// slackCredentials is the document of prefect_slack.SlackCredentials. It has no
// channels; one that was added to the document counts.
type slackCredentials struct {
	Token   string `json:"token"`
	Channel list   `json:"channel"`
}

// slackCredentialsCalls posts as a bot to the channels that the block or the
// settings name.
func slackCredentialsCalls(s *Sender, b Block, m Message) ([]call, error) {
	var c slackCredentials
	if err := b.read(&c); err != nil {
		return nil, err
	}
	if err := b.need("token", c.Token); err != nil {
		return nil, err
	}
	channels := []string(c.Channel)
	if len(channels) == 0 {
		channels = s.to[b.Slug+"/"+b.Name]
	}
	if len(channels) == 0 {
		return nil, nobody(b, "#channel")
	}
	return slackPosts(strings.TrimSpace(c.Token), channels, map[string]any{"text": slackPlain(m)}), nil
}

// nobody is the failure of a block that does not say whom it writes to.
func nobody(b Block, example string) *Failure {
	return &Failure{Sentence: fmt.Sprintf("the block %s/%s does not say whom it writes to", b.Slug, b.Name),
		Hint: fmt.Sprintf(`name them in reeve.toml: [notifications.to] "%s/%s" = ["%s"]`, b.Slug, b.Name, example), Final: true}
}

// slackPlain is a message as prefect_slack writes it.
func slackPlain(m Message) string {
	if m.Subject == "" {
		return shortened(m.Body, mostSlackText)
	}
	return shortened(m.Subject+"\n"+m.Body, mostSlackText)
}

// slackIncomingCalls sends the text alone, as prefect_slack.SlackWebhook does.
func slackIncomingCalls(_ *Sender, b Block, m Message) ([]call, error) {
	w, err := b.readURL()
	if err != nil {
		return nil, err
	}
	return []call{slackHook(w.URL, map[string]any{"text": slackPlain(m)})}, nil
}

// isSlackHook reports whether an address is an incoming webhook of Slack.
func isSlackHook(u *url.URL) bool {
	return (u.Hostname() == "hooks.slack.com" || u.Hostname() == "hooks.slack-gov.com") && strings.HasPrefix(u.Path, "/services/")
}
