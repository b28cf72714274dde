package notify

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// wireCase is a message and what the prefect package sends of it: test/vectors/notifications.py.
type wireCase struct {
	Slug     string
	Data     json.RawMessage
	Subject  *string
	Body     string
	Payload  string
	Refused  string
	Failed   string
	Requests []struct {
		Method, URL, Body string
		Headers           map[string]string
	}
}

func wireCases(t testing.TB) (all []wireCase) {
	t.Helper()
	file, err := os.Open("testdata/wire.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(text).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// ours are headers that the reference does not send, or sends otherwise.
var ours = []string{"Webhook-Id", "Webhook-Timestamp", "User-Agent", "Accept", "Connection", "Content-Length"}

// comparable is a request in a form in which only what counts differs.
func comparable(method, address, body string, headers map[string]string) string {
	u, err := url.Parse(address)
	if err != nil {
		return err.Error()
	}
	if u.Path == "" {
		u.Path = "/"
	}
	host := strings.TrimSuffix(u.Host, map[string]string{"https": ":443", "http": ":80"}[u.Scheme])
	kind := headers["content-type"]
	if kind, _, _ = strings.Cut(kind, ";"); kind != "" {
		headers["content-type"] = kind
	}
	var value any = body
	switch {
	case json.Unmarshal([]byte(body), &value) == nil:
		known(value)
	case kind == "application/x-www-form-urlencoded":
		parsed, err := url.ParseQuery(body)
		if err != nil {
			return err.Error()
		}
		value = parsed
	}
	text, err := json.Marshal([]any{method, u.Scheme, host, u.EscapedPath(), u.Query(), headers, value})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// known takes out of a payload in what we mean to differ: times; the key by which an
// incident is found again; the line break that apprise leaves behind a summary; the
// name of the app where the reference forgets to give its own, and the bot's name that
// it loses on the way to Discord.
func known(payload any) {
	switch payload := payload.(type) {
	case map[string]any:
		delete(payload, "dedup_key")
		delete(payload, "ts")
		if alias, _ := payload["alias"].(string); strings.HasPrefix(alias, "key-1") {
			delete(payload, "alias")
		}
		for name, value := range payload {
			switch {
			case name == "username" && payload["content"] != nil:
				delete(payload, name)
			case value == "Apprise" && (name == "username" || name == "footer"):
				payload[name] = agent
			case value == "Apprise" && name == "source":
				payload[name] = "Prefect"
			case name == "summary":
				payload[name] = strings.TrimSuffix(fmt.Sprint(value), "\r\n")
			default:
				known(value)
			}
		}
	case []any:
		for _, value := range payload {
			known(value)
		}
		slices.SortFunc(payload, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) // sets there
	}
}

// more says of what the reference refuses that it is sent here.
func (c *wireCase) more() bool {
	data := string(c.Data)
	return c.Slug == "slack-webhook" && strings.Contains(data, "https://example.com/services") || // one that takes the form of Slack's
		c.Slug == "ms-teams-webhook" && strings.Contains(data, "webhook.office.com") // connectors
}

func TestTheWireFormIsThatOfTheReference(t *testing.T) {
	w := newWorld(t, Options{})
	for i, c := range wireCases(t) {
		t.Run(fmt.Sprint(i, " ", c.Slug), func(t *testing.T) {
			w.asked = nil
			w.answer = answerOf(c.Slug)
			b := Block{Slug: c.Slug, Name: "mine", Data: c.Data}
			var err error
			if c.Slug == WebhookSlug {
				_, err = w.Webhook(context.Background(), b, c.Payload, "key-1")
			} else {
				m := Message{Body: c.Body, Key: "key-1"}
				if c.Subject != nil {
					m.Subject = *c.Subject
				}
				_, err = w.Notify(context.Background(), b, m)
			}
			if c.more() {
				if err != nil || len(w.asked) != 1 {
					t.Errorf("%d requests, %v", len(w.asked), err)
				}
				return
			}
			if (err != nil) != (c.Refused != "") {
				t.Fatalf("%s: it ends with %v; the reference refuses: %q", c.Data, err, c.Refused)
			}
			var have, want []string
			for _, one := range w.asked {
				headers := map[string]string{}
				for name, values := range one.header {
					if !slices.Contains(ours, name) {
						headers[strings.ToLower(name)] = strings.Join(values, ", ")
					}
				}
				if one.header.Get("Webhook-Id") == "" {
					t.Error("there is no webhook-id")
				}
				have = append(have, comparable(one.method, one.url, one.body, headers))
			}
			for _, one := range c.Requests {
				headers := maps.Clone(one.Headers)
				delete(headers, "user-agent")
				want = append(want, comparable(one.Method, one.URL, one.Body, headers))
			}
			slices.Sort(have)
			slices.Sort(want)
			if !reflect.DeepEqual(have, want) {
				t.Errorf("of %s\nwe send\n%s\nthe reference sends\n%s", c.Data, strings.Join(have, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// answerOf is how a service says that all is well.
func answerOf(slug string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if slug == "slack-webhook" && r.Host == "slack.com" {
			_, _ = w.Write([]byte(`{"ok": true}`))
			return
		}
		ok(w, r)
	}
}
