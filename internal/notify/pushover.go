package notify

import (
	"net/http"
	"net/url"
	"strings"
)

// mostPushoverText and mostPushoverTitle are the longest texts that Pushover takes,
// in characters.
const (
	mostPushoverText  = 1024
	mostPushoverTitle = 250
)

// pushoverPriorities are by the first letter or the number.
var pushoverPriorities = []struct{ start, priority string }{{"l", "-2"}, {"m", "-1"}, {"n", "0"}, {"h", "1"}, {"e", "2"},
	{"-2", "-2"}, {"-1", "-1"}, {"0", "0"}, {"1", "1"}, {"2", "2"}}

// pushoverCalls sends to pover://user@token/device.
func pushoverCalls(b Block, a address, m Message) ([]call, error) {
	if a.user == "" {
		return nil, unusable(b, "its url is not pover://USER@TOKEN")
	}
	title := m.Subject
	if title == "" {
		title = agent
	}
	form := url.Values{"token": {a.host}, "user": {a.user}, "device": {"ALL_DEVICES"}, "title": {shortened(title, mostPushoverTitle)},
		"message": {shortened(m.Body, mostPushoverText)}, "sound": {"pushover"}, "priority": {pushoverPriority(a.options["priority"])}}
	if len(a.segments) > 0 {
		form.Set("device", strings.Join(a.segments, ","))
	}
	for _, name := range []string{"sound", "url", "url_title", "ttl"} {
		if value := a.options[name]; value != "" {
			form.Set(name, value)
		}
	}
	if form.Get("priority") == "2" { // an emergency is repeated until somebody says that it was seen
		for name, seconds := range map[string]string{"retry": "900", "expire": "3600"} {
			form.Set(name, seconds)
			if value := a.options[name]; value != "" {
				form.Set(name, value)
			}
		}
	}
	c := call{method: http.MethodPost, url: "https://api.pushover.net/1/messages.json", body: []byte(form.Encode()),
		header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	c.header.Set("Authorization", basic(a.host, ""))
	return []call{c}, nil
}

func pushoverPriority(text string) string {
	text = strings.ToLower(text)
	for _, p := range pushoverPriorities {
		if text != "" && strings.HasPrefix(text, p.start) {
			return p.priority
		}
	}
	return "0"
}
