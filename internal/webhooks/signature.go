package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
)

// check is how a webhook proves that it comes from whom it should.
type check struct {
	secret []byte
	// header holds the secret itself, or the signature when signed is set.
	header    string
	signed    bool
	timestamp string // the header with the signed time, "" without one
	id        string // the header with the signed id (standard webhooks), "" without one
	// combined has the signed time in the signature's own header: "t=TIME,v1=HEX" (Stripe).
	combined bool
	window   time.Duration
}

// errDenied is all that a sender is told: not what was wrong.
var errDenied = fault.New(fault.Unauthorised, "the secret or signature is missing or wrong")

var errExpired = fault.New(fault.Unauthorised, "the timestamp is missing or too far from now")

// newCheck makes the check of a route from its settings and its secret, nil for
// a route that is open.
func newCheck(w config.Webhook, secret string) (*check, error) {
	if w.Open {
		return nil, nil
	}
	c := &check{secret: []byte(secret), window: time.Duration(w.ReplayWindow)}
	form := w.Form
	if form == "supabase" && strings.Contains(secret, "whsec_") {
		form = "standard" // Supabase signs its auth hooks so; database webhooks carry a header that the user sets
	}
	switch {
	case form == "github":
		c.header, c.signed = "X-Hub-Signature-256", true
	case form == "stripe":
		c.header, c.signed, c.combined = "Stripe-Signature", true, true
	case form == "standard":
		_, after, found := strings.Cut(secret, "whsec_")
		if !found {
			after = secret
		}
		key, err := base64.StdEncoding.DecodeString(after)
		if err != nil {
			return nil, fault.New(fault.Invalid, "the secret in %s is not base64", w.SecretEnv).WithHint("give it as the sender shows it: whsec_ and base64")
		}
		c.secret, c.header, c.signed, c.timestamp, c.id = key, "Webhook-Signature", true, "Webhook-Timestamp", "Webhook-Id"
	case w.SignatureHeader != "":
		c.header, c.signed, c.timestamp = w.SignatureHeader, true, w.TimestampHeader
	case w.SecretHeader != "":
		c.header = w.SecretHeader
	default:
		c.header = "X-Webhook-Secret"
	}
	return c, nil
}

// before looks at what can be judged without the body, so that a stranger's body
// is never read.
func (c *check) before(h http.Header, now time.Time) error {
	if c == nil {
		return nil
	}
	given := h.Get(c.header)
	if given == "" {
		return errDenied
	}
	if !c.signed {
		if strings.EqualFold(c.header, "Authorization") {
			scheme, rest, ok := strings.Cut(given, " ")
			if !ok || !strings.EqualFold(scheme, "bearer") {
				return errDenied
			}
			given = strings.TrimSpace(rest)
		}
		if !access.Same([]byte(given), c.secret) {
			return errDenied
		}
		return nil
	}
	// A dot parts id, time and body where they are signed: an id that holds one
	// could take over what was signed as the time.
	if c.id != "" && (h.Get(c.id) == "" || strings.Contains(h.Get(c.id), ".")) {
		return errDenied
	}
	if !c.timed() {
		return nil
	}
	at, ok := parseTimestamp(c.signedTime(h))
	if !ok || at.Before(now.Add(-c.window)) || at.After(now.Add(c.window)) {
		return errExpired
	}
	return nil
}

// timed reports whether the time is signed, so that what was sent once is refused
// after the window.
func (c *check) timed() bool { return c != nil && (c.timestamp != "" || c.combined) }

// signedTime is the text of the time, as it was signed.
func (c *check) signedTime(h http.Header) string {
	if !c.combined {
		return h.Get(c.timestamp)
	}
	for part := range strings.SplitSeq(h.Get(c.header), ",") {
		if name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name == "t" {
			return value
		}
	}
	return ""
}

// after looks at the signature of the body and gives what it proves: the MAC,
// which is the same however the header writes it. It is nil for a route whose
// sender signs nothing.
func (c *check) after(h http.Header, body []byte) (proof []byte, err error) {
	if c == nil || !c.signed {
		return nil, nil
	}
	mac := hmac.New(sha256.New, c.secret)
	if c.id != "" {
		_, _ = mac.Write([]byte(h.Get(c.id) + "."))
	}
	if c.timed() {
		_, _ = mac.Write([]byte(c.signedTime(h) + "."))
	}
	_, _ = mac.Write(body)
	want := mac.Sum(nil)
	for _, given := range parseSignatures(h.Get(c.header)) {
		if hmac.Equal(given, want) {
			return want, nil
		}
	}
	return nil, errDenied
}

// secretHeaders are the headers that are never kept with an entry.
func (c *check) secretHeaders() []string {
	names := []string{"Authorization", "Proxy-Authorization", "Cookie"}
	if c != nil {
		names = append(names, c.header)
	}
	return names
}

// mostSignatures bounds the signatures that one header may offer.
const mostSignatures = 8

// parseSignatures reads the signatures of a header: hex or base64, each maybe
// with a name before it ("sha256=", "v1=", "v1,"), separated by blanks or commas.
func parseSignatures(text string) [][]byte {
	var all [][]byte
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
		if len(all) == mostSignatures {
			break
		}
		if name, rest, ok := strings.Cut(part, "="); ok && rest != "" && rest != "=" && len(name) <= 8 {
			part = rest
		}
		if sum, err := hex.DecodeString(part); err == nil && len(sum) == sha256.Size {
			all = append(all, sum)
		} else if sum, err := base64.StdEncoding.DecodeString(part); err == nil && len(sum) == sha256.Size {
			all = append(all, sum)
		}
	}
	return all
}

// parseTimestamp reads seconds or milliseconds since 1970, or RFC 3339.
func parseTimestamp(text string) (time.Time, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		switch {
		case n < 0 || n > 1<<53:
			return time.Time{}, false
		case n > 1e11:
			return time.UnixMilli(n), true
		}
		return time.Unix(n, 0), true
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
