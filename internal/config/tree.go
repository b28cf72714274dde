package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const mask = "**********"

// Tree is the whole tree of settings as GET /admin/settings shows it, with
// secrets masked.
func (c *Config) Tree() json.RawMessage {
	root := map[string]any{}
	for _, s := range settings() {
		at := root
		path := strings.Split(s.Key, ".")
		for _, name := range path[:len(path)-1] {
			next, ok := at[name].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[name] = next
			}
			at = next
		}
		at[path[len(path)-1]] = shown(s.Kind, c.values[s.Key].parsed)
	}
	server, _ := root["server"].(map[string]any)
	if database, ok := server["database"].(map[string]any); ok {
		database["connection_url"] = mask // there always is one
	}
	text, err := json.Marshal(root)
	if err != nil {
		panic("config: the tree of settings cannot be written: " + err.Error()) // only plain values are in it
	}
	return text
}

// shown is a value in its JSON form.
func shown(kind Kind, parsed any) any {
	switch v := parsed.(type) {
	case nil:
		switch kind {
		case List:
			return []string{}
		case Map:
			return map[string]any{}
		}
		return nil
	case time.Duration:
		return isoDuration(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, element := range v {
			out[name] = shown(Text, element)
			if _, isText := element.(string); isText && secretHeader.MatchString(name) {
				out[name] = mask
			}
		}
		return out
	case string:
		if kind == Text {
			return hidePassword(v)
		}
	}
	if kind == Secret {
		return mask
	}
	return parsed
}

// secretHeader tells the names of headers whose values are secret, in
// client.custom_headers.
var secretHeader = regexp.MustCompile(`(?i)auth|token|secret|cookie|password|key`)

// isoDuration writes a duration as ISO 8601, as the contract does: "P7D", "PT1H".
func isoDuration(d time.Duration) string {
	if d == 0 {
		return "PT0S"
	}
	out := "P"
	if days := d / (24 * time.Hour); days > 0 {
		out += fmt.Sprintf("%dD", days)
		d -= days * 24 * time.Hour
	}
	if d == 0 {
		return out
	}
	out += "T"
	if h := d / time.Hour; h > 0 {
		out += fmt.Sprintf("%dH", h)
		d -= h * time.Hour
	}
	if m := d / time.Minute; m > 0 {
		out += fmt.Sprintf("%dM", m)
		d -= m * time.Minute
	}
	if d > 0 {
		out += strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.6f", d.Seconds()), "0"), ".") + "S"
	}
	return out
}

// expand replaces a leading ~ by the user's home folder.
func expand(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, rest)
}
