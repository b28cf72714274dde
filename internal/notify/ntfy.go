package notify

import "strings"

// mostNtfyText and mostNtfyTitle are the longest texts that ntfy takes whole.
const (
	mostNtfyText  = 3800
	mostNtfyTitle = 200
)

// ntfyHeaders are options of the address that ntfy is told in a header.
var ntfyHeaders = map[string]string{"priority": "X-Priority", "tags": "X-Tags", "click": "X-Click", "delay": "X-Delay", "email": "X-Email", "actions": "X-Actions"}

// ntfyCalls sends to ntfy://topic at ntfy.sh, or to ntfy://host/topic.
func ntfyCalls(b Block, w urlBlock, a address, m Message) ([]call, error) {
	if len(a.segments) == 0 {
		if a.host == "" {
			return nil, unusable(b, "its url has no topic")
		}
		return ntfyTo(w, a, "https://ntfy.sh/", []string{a.host}, m), nil
	}
	scheme := "http://"
	if a.scheme == "ntfys" {
		scheme = "https://"
	}
	return ntfyTo(w, a, scheme+a.host+"/", a.segments, m), nil
}

// ntfyTo publishes to each topic.
func ntfyTo(w urlBlock, a address, server string, topics []string, m Message) []call {
	var all []call
	for _, topic := range topics {
		payload := map[string]any{"topic": topic, "message": shortened(m.Body, mostNtfyText)}
		if m.Subject != "" {
			payload["title"] = shortened(m.Subject, mostNtfyTitle)
		}
		c := asJSON(server, payload)
		c.to = topic
		if a.on("image", true) {
			c.header.Set("X-Icon", w.Kind.image("256x256"))
		}
		for option, name := range ntfyHeaders {
			if value := a.options[option]; value != "" {
				c.header.Set(name, value)
			}
		}
		if strings.HasPrefix(a.user, "tk_") {
			c.header.Set("Authorization", "Bearer "+a.user)
		} else {
			a.authorise(c.header)
		}
		all = append(all, c)
	}
	return all
}
