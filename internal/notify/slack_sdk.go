package notify

// slackIncoming is the document of prefect_slack.SlackWebhook.
type slackIncoming struct {
	URL string `json:"url"`
}

// slackIncomingCalls sends the text alone, as slack_sdk does.
func slackIncomingCalls(b Block, m Message) ([]call, error) {
	var w slackIncoming
	if err := b.read(&w); err != nil {
		return nil, err
	}
	if err := b.need("url", w.URL); err != nil {
		return nil, err
	}
	text := m.Body
	if m.Subject != "" {
		text = m.Subject + "\n" + text
	}
	return []call{asJSON(w.URL, map[string]any{"text": shortened(text, mostSlackText)})}, nil
}

// mostSlackText is the longest text that Slack takes, in characters.
const mostSlackText = 40_000
