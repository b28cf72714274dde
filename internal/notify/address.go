package notify

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// longestAddress bounds a url of a block, in bytes.
const longestAddress = 8 << 10

// address is a url of apprise taken apart: scheme://user:password@host/segments?options.
type address struct {
	scheme, user, password string
	host                   string // with its port
	segments               []string
	options                map[string]string // names in lower case
	headers, extra         values            // "+name=" and ":name=" of the options
}

// parseAddress takes apart a url of apprise, in which "#" is a character like others.
func parseAddress(text string) (address, bool) {
	var a address
	if len(text) > longestAddress {
		return a, false
	}
	u, err := url.Parse(strings.ReplaceAll(strings.TrimSpace(text), "#", "%23"))
	if err != nil || u.Scheme == "" || u.Host == "" {
		return a, false
	}
	a = address{scheme: strings.ToLower(u.Scheme), host: u.Host, user: u.User.Username(), options: map[string]string{}, headers: values{}, extra: values{}}
	a.password, _ = u.User.Password()
	for _, segment := range strings.Split(u.EscapedPath(), "/") {
		text, err := url.PathUnescape(segment)
		if err != nil {
			return a, false
		}
		if text != "" {
			a.segments = append(a.segments, text)
		}
	}
	for _, option := range strings.Split(u.RawQuery, "&") {
		if !a.option(option) {
			return a, false
		}
	}
	return a, true
}

// option takes one of "name=value"; false when it cannot be read.
func (a *address) option(text string) bool {
	name, value, _ := strings.Cut(text, "=")
	name, wrong := url.PathUnescape(name) // a plus begins the name of a header
	value, wrongValue := url.QueryUnescape(value)
	switch {
	case wrong != nil || wrongValue != nil:
		return false
	case name == "":
	case name[0] == '+':
		a.headers[name[1:]] = value
	case name[0] == ':':
		a.extra[name[1:]] = value
	default:
		a.options[strings.ToLower(name)] = value
	}
	return true
}

// on reads a switch of the options.
func (a address) on(name string, otherwise bool) bool {
	value := strings.ToLower(a.options[name])
	if value == "" {
		return otherwise
	}
	return !strings.HasPrefix(value, "n") && !strings.HasPrefix(value, "f") && value != "0" && value != "off"
}

// addressCalls sends to an address that apprise knows, of those services that are
// sent to here, or to a webhook that takes the form of Slack's.
func addressCalls(b Block, w urlBlock, m Message, now time.Time) ([]call, error) {
	a, ok := parseAddress(w.URL)
	if !ok {
		return nil, unusable(b, "its url cannot be read")
	}
	switch a.scheme {
	case "http", "https":
		return nativeCalls(w, a, m, now), nil
	case "slack":
		return slackAddressCalls(b, w, a, m, now)
	case "discord":
		if len(a.segments) == 0 {
			return nil, unusable(b, "its url has no token")
		}
		return []call{discordAt(w, a, a.host, a.segments[0], m)}, nil
	case "json", "jsons":
		return []call{jsonCall(w, a, m)}, nil
	case "ntfy", "ntfys":
		return ntfyCalls(b, w, a, m)
	case "pover":
		return pushoverCalls(b, a, m)
	}
	return nil, unusable(b, "services of %s:// are not sent to; there are slack, discord, ntfy, pover and json, and addresses of the web", a.scheme)
}

// nativeCalls sends to an address of the web as its service has it.
func nativeCalls(w urlBlock, a address, m Message, now time.Time) []call {
	u, err := url.Parse(strings.TrimSpace(w.URL))
	if err != nil {
		u = &url.URL{}
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case isWorkflow(u), isConnector(u):
		return []call{teamsBlock{URL: w.URL, Kind: w.Kind, Image: true, Wrap: true}.call(u, m)}
	case (host == "discord.com" || host == "discordapp.com") && len(a.segments) >= 4 && a.segments[0] == "api" && a.segments[1] == "webhooks":
		return []call{discordAt(w, a, a.segments[2], a.segments[3], m)}
	case host == "ntfy.sh" && len(a.segments) == 1:
		return ntfyTo(w, a, "https://ntfy.sh/", a.segments, m)
	case isSlackHook(u):
		u.Path = strings.TrimSuffix(u.Path, "/")
	}
	return []call{slackHook(u.String(), slackMessage(m, slackLook{kind: w.Kind, now: now}))}
}

func discordAt(w urlBlock, a address, id, token string, m Message) call {
	return discordBlock{ID: id, Token: token, Bot: a.user, Speak: a.on("tts", false), Avatar: a.on("avatar", true), Face: a.options["avatar_url"], Kind: w.Kind}.call(m)
}

var slackTarget = regexp.MustCompile(`(?i)^[+#@]?[a-z0-9_-]{1,32}$`)

// slackAddressCalls sends to slack://A/B/C/#channel or, as a bot, slack://xoxb-…/#channel.
func slackAddressCalls(b Block, w urlBlock, a address, m Message, now time.Time) ([]call, error) {
	payload := slackMessage(m, slackLook{kind: w.Kind, bot: a.user, noImage: !a.on("image", true), noFooter: !a.on("footer", true), now: now})
	bot := strings.HasPrefix(strings.ToLower(a.host), "xox")
	targets := a.segments
	if !bot {
		if len(targets) < 2 {
			return nil, unusable(b, "its url has not three tokens")
		}
		targets = targets[2:]
	}
	for _, target := range targets {
		if !slackTarget.MatchString(target) {
			return nil, unusable(b, "%q is no channel", target)
		}
	}
	if bot {
		if len(targets) == 0 {
			targets = []string{"#general"}
		}
		return slackPosts(a.host, targets, payload), nil
	}
	hook := (&url.URL{Scheme: "https", Host: "hooks.slack.com", Path: "/services/" + a.host + "/" + a.segments[0] + "/" + a.segments[1]}).String()
	if len(targets) == 0 {
		return []call{slackHook(hook, payload)}, nil
	}
	var all []call
	for _, target := range targets {
		payload["channel"] = slackChannel(target)
		c := slackHook(hook, payload)
		c.to = target
		all = append(all, c)
	}
	return all, nil
}

// jsonCall posts apprise's own JSON to json://host/path.
func jsonCall(w urlBlock, a address, m Message) call {
	u := url.URL{Scheme: "http", Host: a.host, Path: "/" + strings.Join(a.segments, "/")}
	if a.scheme == "jsons" {
		u.Scheme = "https"
	}
	payload := map[string]any{"version": "1.0", "title": m.Subject, "message": m.Body, "attachments": []any{}, "type": w.Kind.known()}
	for name, value := range a.extra {
		payload[name] = value
	}
	c := asJSON(u.String(), payload)
	for name, value := range a.headers {
		c.header.Set(name, value)
	}
	a.authorise(c.header)
	if method := strings.ToUpper(a.options["method"]); method != "" {
		c.method = method
	}
	return c
}

// authorise adds user and password.
func (a address) authorise(h http.Header) {
	if a.user != "" || a.password != "" {
		h.Set("Authorization", basic(a.user, a.password))
	}
}
