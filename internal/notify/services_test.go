package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fields reads the JSON of a request.
func (a asked) fields(t *testing.T) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(a.body), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

func pagerDuty() Block {
	return block("pager-duty-webhook", map[string]any{"integration_key": "R0", "api_key": "k"})
}

func opsgenie(fields map[string]any) Block {
	fields["apikey"] = "k"
	return block("opsgenie-webhook", fields)
}

func twilio(to ...string) Block {
	return block("twilio-sms", map[string]any{"account_sid": "AC1", "auth_token": "t", "from_phone_number": "18001234567", "to_phone_numbers": to})
}

func TestAnIncidentIsOpenedAndClosedByOneKey(t *testing.T) {
	w := newWorld(t, Options{})
	send := func(b Block, m Message) asked {
		t.Helper()
		w.asked = nil
		if _, err := w.Notify(context.Background(), b, m); err != nil || len(w.asked) != 1 {
			t.Fatalf("%d requests, %v", len(w.asked), err)
		}
		return w.asked[0]
	}
	opened, closed := Message{Subject: "failed", Body: "b", Key: "d1", Incident: "i1"}, Message{Subject: "is well", Body: "b", Key: "d2", Incident: "i1", Resolved: true}
	if f := send(pagerDuty(), opened).fields(t); f["dedup_key"] != "i1" || f["event_action"] != "trigger" {
		t.Errorf("opened at PagerDuty: %v", f)
	}
	if f := send(pagerDuty(), closed).fields(t); f["dedup_key"] != "i1" || f["event_action"] != "resolve" || f["routing_key"] != "R0" {
		t.Errorf("closed at PagerDuty: %v", f)
	}
	if f := send(pagerDuty(), Message{Body: "b", Key: "d3"}).fields(t); f["dedup_key"] != "d3" {
		t.Errorf("without an incident: %v", f)
	}
	if f := send(opsgenie(map[string]any{}), opened).fields(t); f["alias"] != "i1" {
		t.Errorf("opened at Opsgenie: %v", f)
	}
	if a := send(opsgenie(map[string]any{"region_name": "eu"}), closed); a.url != "https://api.eu.opsgenie.com/v2/alerts/i1/close?identifierType=alias" || a.method != "POST" {
		t.Errorf("closed at Opsgenie: %v", a)
	}
	if a := send(opsgenie(map[string]any{"alias": "a/b"}), closed); a.url != "https://api.opsgenie.com/v2/alerts/a%2Fb/close?identifierType=alias" {
		t.Errorf("closed by the block's alias: %v", a)
	}
}

func TestEachResponderHasAnAlertOfHisOwn(t *testing.T) {
	w := newWorld(t, Options{})
	if _, err := w.Notify(context.Background(), opsgenie(map[string]any{"target_team": []string{"a", "b"}}), Message{Body: "b", Key: "k"}); err != nil {
		t.Fatal(err)
	}
	var aliases []string
	for _, a := range w.asked {
		aliases = append(aliases, fmt.Sprint(a.fields(t)["alias"]))
	}
	if slices.Sort(aliases); fmt.Sprint(aliases) != "[k-1 k-2]" {
		t.Errorf("their aliases are %v", aliases)
	}
}

// TestNobodyIsToldTwice: of three recipients one has the message, one refuses it for
// good and one is away; later only the last is asked.
func TestNobodyIsToldTwice(t *testing.T) {
	w := newWorld(t, Options{})
	away := true
	w.answer = func(rw http.ResponseWriter, r *http.Request) {
		form, err := url.ParseQuery(r.Header.Get(bodyHeader))
		switch to := form.Get("To"); {
		case err != nil:
			t.Error(err)
		case to == "+18000000002":
			rw.WriteHeader(http.StatusBadRequest)
		case to == "+18000000003" && away:
			rw.Header().Set("Retry-After", "9")
			rw.WriteHeader(http.StatusServiceUnavailable)
		default:
			rw.WriteHeader(http.StatusCreated)
		}
	}
	b, m := twilio("18000000001", "18000000002", "18000000003"), Message{Body: "b", Key: "k"}
	answer, err := w.Notify(context.Background(), b, m)
	var f *Failure
	if !errors.As(err, &f) || f.Final || f.RetryAfter != 9*time.Second || answer.Status != 503 || len(w.asked) != 3 {
		t.Fatalf("%+v, %+v, %d requests", answer, err, len(w.asked))
	}
	away = false
	answer, err = w.Notify(context.Background(), b, m)
	if !errors.As(err, &f) || !f.Final || answer.Status != 400 || !strings.Contains(f.Sentence, "+18000000002") || len(w.asked) != 4 {
		t.Errorf("%+v, %+v, %d requests", answer, err, len(w.asked))
	}
	if again, err := w.Notify(context.Background(), b, Message{Body: "b", Key: "other"}); err == nil || again.Status != 400 || len(w.asked) != 7 {
		t.Errorf("another message: %+v, %v, %d requests", again, err, len(w.asked))
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	var p progress
	known := map[string]settled{"a": {}}
	for i := range 3 * mostProgress {
		p.keep(fmt.Sprint(i), known)
		p.keep("often", p.take("often"))
	}
	p.keep("", known)
	if len(p.settled) != mostProgress || len(p.order) != mostProgress || p.take("0") != nil || p.take(fmt.Sprint(3*mostProgress-1)) == nil {
		t.Errorf("%d messages in %d places", len(p.settled), len(p.order))
	}
}

func TestTooManyRecipients(t *testing.T) {
	w := newWorld(t, Options{})
	var all []string
	for i := range mostRecipients + 1 {
		all = append(all, fmt.Sprint(18000000000+i))
	}
	_, err := w.Notify(context.Background(), twilio(all...), Message{Body: "b"})
	if f := asFailure(err); f == nil || !f.Final || len(w.asked) != 0 {
		t.Errorf("%v, %d requests", err, len(w.asked))
	}
}

func TestSlackLies(t *testing.T) {
	w := newWorld(t, Options{To: map[string][]string{"slack-credentials/mine": {"#ops"}}})
	b := block("slack-credentials", map[string]any{"token": "xoxb-geheim"})
	for said, want := range map[string]*Failure{
		`{"ok": true, "ts": "1"}`:                             nil,
		`{"ok": false, "error": "channel_not_found"}`:         {Final: true},
		`{"ok": false, "error": "ratelimited"}`:               {},
		`{"ok": false}`:                                       {Final: true},
		`{"ok": false, "more": "` + strings.Repeat("x", 5000): {},
		`<html>`: nil,
		`{"ok": true, "more": "` + strings.Repeat("x", 5000): nil,
	} {
		w.answer = func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(said)) }
		_, err := w.Notify(context.Background(), b, Message{Subject: "s", Body: "b", Key: "k"})
		if f := asFailure(err); (f == nil) != (want == nil) || f != nil && f.Final != want.Final {
			t.Errorf("%.60s: %v", said, err)
		}
	}
	a := w.asked[0]
	if f := a.fields(t); a.url != slackPost || a.header.Get("Authorization") != "Bearer xoxb-geheim" || f["channel"] != "#ops" || f["text"] != "s\nb" {
		t.Errorf("asked %+v", a)
	}
}

func TestTheChannelsOfABot(t *testing.T) {
	w := newWorld(t, Options{To: map[string][]string{"slack-credentials/mine": {"#settings"}}})
	for _, channel := range []any{"general", []string{"#general"}} {
		w.asked = nil
		if _, err := w.Notify(context.Background(), block("slack-credentials", map[string]any{"token": "x", "channel": channel}), Message{Body: "b"}); err != nil {
			t.Fatal(err)
		}
		if f := w.asked[0].fields(t); f["channel"] != "#general" {
			t.Errorf("%v: %v", channel, f)
		}
	}
	_, err := newWorld(t, Options{}).Notify(context.Background(), block("slack-credentials", map[string]any{"token": "x"}), Message{Body: "b"})
	if f := asFailure(err); f == nil || !f.Final || !strings.Contains(f.Hint, `"slack-credentials/mine"`) {
		t.Errorf("nobody: %v", err)
	}
}

func TestSlacksIncomingWebhook(t *testing.T) {
	w := newWorld(t, Options{})
	if _, err := w.Notify(context.Background(), block("slack-incoming-webhook", map[string]any{"url": "https://hooks.slack.com/services/a"}), Message{Subject: "s", Body: " b "}); err != nil {
		t.Fatal(err)
	}
	if f := w.asked[0].fields(t); f["text"] != "s\n b " || len(f) != 1 {
		t.Errorf("%v", f)
	}
}

func TestATeamsConnector(t *testing.T) {
	w := newWorld(t, Options{})
	b := block("ms-teams-webhook", map[string]any{"url": "https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d", "notify_type": "failure"})
	if _, err := w.Notify(context.Background(), b, Message{Subject: "s", Body: "b"}); err != nil {
		t.Fatal(err)
	}
	f := w.asked[0].fields(t)
	section := f["sections"].([]any)[0].(map[string]any)
	if f["@type"] != "MessageCard" || f["summary"] != "s" || f["themeColor"] != "A32037" || section["activityTitle"] != "s" || section["text"] != "b" {
		t.Errorf("%v", f)
	}
}

func TestPeopleOfTeams(t *testing.T) {
	people := teamsPeople("<at>a@example.com</at> and <AT> b </AT>, <at>a@example.com</at><at> </at>")
	if text := fmt.Sprint(people); len(people) != 2 || !strings.Contains(text, "text:<AT> b </AT>") || !strings.Contains(text, "id:b ") {
		t.Errorf("%v", people)
	}
}

// TestTextsFitTheirService sends a message that is far too long to each.
func TestTextsFitTheirService(t *testing.T) {
	w := newWorld(t, Options{To: map[string][]string{"slack-credentials/mine": {"#ops"}}})
	long := strings.Repeat("ü", 300_000)
	address := func(slug, url string) Block { return block(slug, map[string]any{"url": url}) }
	for name, c := range map[string]struct {
		b     Block
		path  string // of the text in the JSON, or the field of a form
		most  int
		whole int // of the request, in bytes
	}{
		"discord":     {block("discord-webhook", map[string]any{"webhook_id": "1", "webhook_token": "t"}), "content", 2000, 10_000},
		"slack":       {address("slack-webhook", "https://hooks.slack.com/services/a/b/c"), "attachments.0.text", 40_000, 100_000},
		"slack bot":   {block("slack-credentials", map[string]any{"token": "x"}), "text", 40_000, 100_000},
		"teams":       {address("ms-teams-webhook", "https://x.logic.azure.com/workflows/a/triggers/manual/paths/invoke?sig=a"), "attachments.0.content.body.2.text", 20_000, 50_000},
		"mattermost":  {block("mattermost-webhook", map[string]any{"hostname": "m", "token": "t"}), "text", 16_383, 40_000},
		"pagerduty":   {pagerDuty(), "payload.summary", mostSubject, 250_000},
		"details":     {pagerDuty(), "payload.custom_details.Prefect Notification Body", 100_000, 250_000},
		"opsgenie":    {opsgenie(map[string]any{}), "message", 130, 40_000},
		"description": {opsgenie(map[string]any{}), "description", 15_000, 40_000},
		"twilio":      {twilio("18004242424"), "Body", 1600, 20_000},
		"pushover":    {address("pushover", "pover://u@t"), "message", 1024, 10_000},
		"ntfy":        {address("ntfy", "ntfy://topic"), "message", 3800, 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			w.asked = nil
			if _, err := w.Notify(context.Background(), c.b, Message{Subject: long, Body: long, Key: "k"}); err != nil {
				t.Fatal(err)
			}
			a := w.asked[0]
			text := ""
			if form, err := url.ParseQuery(a.body); strings.HasSuffix(a.header.Get("Content-Type"), "urlencoded") && err == nil {
				text = form.Get(c.path)
			} else {
				text = at(t, a.fields(t), c.path)
			}
			if n := utf8.RuneCountInString(text); n != c.most || !strings.HasSuffix(text, ellipsis) || len(a.body) > c.whole {
				t.Errorf("%d characters, %d bytes in all, ending with %q", n, len(a.body), text[max(0, len(text)-10):])
			}
		})
	}
}

// at is the text at a path.
func at(t *testing.T, value any, path string) string {
	t.Helper()
	for _, name := range strings.Split(path, ".") {
		switch below := value.(type) {
		case map[string]any:
			value = below[name]
		case []any:
			value = below[name[0]-'0']
		}
	}
	text, ok := value.(string)
	if !ok {
		t.Fatalf("there is no text at %s", path)
	}
	return text
}

func TestACustomWebhookIsBounded(t *testing.T) {
	w := newWorld(t, Options{})
	many := make([]string, 1000)
	for i := range many {
		many[i] = "{{ body }}"
	}
	_, err := w.Notify(context.Background(), block("custom-webhook", map[string]any{"name": "n", "url": "https://example.com", "json_data": map[string]any{"a": many}}),
		Message{Body: strings.Repeat("x", 100_000)})
	if f := asFailure(err); f == nil || !f.Final || len(w.asked) != 0 {
		t.Errorf("%v, %d requests", err, len(w.asked))
	}
}

func TestABlockOfAClassOfTheUsersOwn(t *testing.T) {
	w := newWorld(t, Options{})
	if _, err := w.Notify(context.Background(), block("our-alerts", map[string]any{"url": "ntfy://topic"}), Message{Body: "b"}); err != nil || w.asked[0].url != "https://ntfy.sh/" {
		t.Errorf("%v, %v", err, w.asked)
	}
	for name, b := range map[string]Block{"no url": block("our-alerts", map[string]any{}), "a service that is not sent to": block("our-alerts", map[string]any{"url": "tgram://a/b"}),
		"a webhook": block("webhook", map[string]any{"url": "https://example.com"}), "nothing": {Slug: "our-alerts"}} {
		_, err := w.Notify(context.Background(), b, Message{Body: "b"})
		if f := asFailure(err); f == nil || !f.Final {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnEmptyMessageIsNotSent(t *testing.T) {
	_, err := newWorld(t, Options{}).Notify(context.Background(), pagerDuty(), Message{Body: " \n"})
	if f := asFailure(err); f == nil || !f.Final {
		t.Errorf("%v", err)
	}
}

func TestWhoCan(t *testing.T) {
	for slug, want := range map[string]bool{"slack-webhook": true, "email-server-credentials": true, WebhookSlug: false, "secret": false, "": false} {
		if Can(slug) != want {
			t.Errorf("%q can: %v", slug, !want)
		}
	}
}
