package notify

import (
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// mostMattermostText is the longest text of a post of Mattermost, in characters.
const mostMattermostText = 16_383

// mattermostBlock is the document of prefect's MattermostWebhook.
type mattermostBlock struct {
	Host     string `json:"hostname"`
	Secure   bool   `json:"secure"`
	Token    string `json:"token"`
	Bot      string `json:"botname"`
	Channels list   `json:"channels"`
	Image    bool   `json:"include_image"`
	Path     string `json:"path"`
	Port     int    `json:"port"`
	Kind     kind   `json:"notify_type"`
}

var mattermostChannel = regexp.MustCompile(`^(?:#|%23|\+|%2B)?([A-Za-z0-9_-]+)$`)

// mattermostCalls sends to an incoming webhook of Mattermost, once for each channel.
func mattermostCalls(_ *Sender, b Block, m Message) ([]call, error) {
	w := mattermostBlock{Port: 8065}
	if err := b.read(&w); err != nil {
		return nil, err
	}
	if err := b.need("hostname", w.Host, "token", w.Token); err != nil {
		return nil, err
	}
	payload := map[string]any{"text": shortened(joined(m), mostMattermostText), "username": agent}
	if w.Bot != "" {
		payload["username"] = w.Bot
	}
	if w.Image {
		payload["icon_url"] = w.Kind.image("72x72")
	}
	address := w.address()
	var all []call
	for _, name := range words(w.Channels) {
		found := mattermostChannel.FindStringSubmatch(name)
		if found == nil {
			return nil, unusable(b, "%q is no channel", name)
		}
		payload["channel"] = found[1]
		c := asJSON(address, payload)
		c.to = found[1]
		all = append(all, c)
	}
	if all == nil {
		all = []call{asJSON(address, payload)}
	}
	return all, nil
}

func (w mattermostBlock) address() string {
	u := url.URL{Scheme: "http", Host: net.JoinHostPort(strings.Trim(w.Host, "[] "), strconv.Itoa(w.Port))}
	if w.Secure {
		u.Scheme = "https"
	}
	path := strings.TrimRight(strings.TrimSpace(w.Path), "/")
	if path != "" && !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	u.Path = path + "/hooks/" + strings.TrimSpace(w.Token)
	return u.String()
}
