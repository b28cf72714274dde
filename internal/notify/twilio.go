package notify

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// mostSMS is the longest text that Twilio sends, in characters.
const mostSMS = 1600

// twilioBlock is the document of prefect's TwilioSMS.
type twilioBlock struct {
	Account string `json:"account_sid"`
	Token   string `json:"auth_token"`
	From    string `json:"from_phone_number"`
	To      list   `json:"to_phone_numbers"`
}

var (
	twilioNumber = regexp.MustCompile(`(?i)^\s*(?:(w|whatsapp)\s*:)?\s*(\+?[0-9 ().-]+)$`)
	noDigits     = regexp.MustCompile(`[^0-9]+`)
)

// twilioCalls sends a text to each number; without one, to the sender's own.
func twilioCalls(_ *Sender, b Block, m Message) ([]call, error) {
	var t twilioBlock
	if err := b.read(&t); err != nil {
		return nil, err
	}
	if err := b.need("account_sid", t.Account, "auth_token", t.Token, "from_phone_number", t.From); err != nil {
		return nil, err
	}
	from, chat, ok := telephone(t.From, 5)
	if !ok {
		return nil, unusable(b, "from_phone_number is no telephone number")
	}
	short := len(from) == 5 || len(from) == 6
	if !short {
		from = "+" + from
	}
	var all []call
	for _, one := range t.To {
		to, whatsapp, ok := telephone(one, 10)
		if !ok || short && whatsapp {
			continue // as in the reference, whoever can be told is told
		}
		all = append(all, t.call(from, "+"+to, whatsapp || chat, m))
	}
	switch {
	case len(all) == 0 && len(t.To) > 0, len(all) == 0 && short:
		return nil, unusable(b, "to_phone_numbers has no telephone number")
	case len(all) == 0:
		all = []call{t.call(from, from, chat, m)}
	}
	return all, nil
}

// telephone reads a number: its digits, and whether it is one of WhatsApp.
func telephone(text string, least int) (digits string, whatsapp, ok bool) {
	found := twilioNumber.FindStringSubmatch(text)
	if found == nil {
		return "", false, false
	}
	digits = noDigits.ReplaceAllString(found[2], "")
	return digits, found[1] != "", len(digits) >= least && len(digits) <= 14
}

func (t twilioBlock) call(from, to string, whatsapp bool, m Message) call {
	if whatsapp {
		from, to = "whatsapp:"+from, "whatsapp:"+to
	}
	account := strings.TrimSpace(t.Account)
	c := call{to: to, method: http.MethodPost, url: "https://api.twilio.com/2010-04-01/Accounts/" + url.PathEscape(account) + "/Messages.json",
		header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}},
		body:   []byte(url.Values{"Body": {shortened(joined(m), mostSMS)}, "From": {from}, "To": {to}}.Encode())}
	c.header.Set("Authorization", basic(account, strings.TrimSpace(t.Token)))
	return c
}
