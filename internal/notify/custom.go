package notify

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// customBlock is the document of prefect's CustomWebhookNotificationBlock.
type customBlock struct {
	Name    string         `json:"name"`
	URL     string         `json:"url"`
	Method  string         `json:"method"`
	Params  values         `json:"params"`
	JSON    map[string]any `json:"json_data"`
	Form    any            `json:"form_data"`
	Headers values         `json:"headers"`
	Cookies values         `json:"cookies"`
	Timeout float64        `json:"timeout"`
	Private bool           `json:"allow_private_urls"`
	Secrets values         `json:"secrets"`
}

// placeholder is the reference's: {{ name }}.
var placeholder = regexp.MustCompile(`{{\s*([\w.\-\[\]$]+)\s*}}`)

// filler puts values in the place of placeholders, as long as there is room.
type filler struct {
	known   map[string]string
	unknown string // the first placeholder that stands for nothing
	room    int    // in bytes
}

// text fills in a text.
func (f *filler) text(template string) string {
	filled := placeholder.ReplaceAllStringFunc(template, func(found string) string {
		name := placeholder.FindStringSubmatch(found)[1]
		value, ok := f.known[name]
		if !ok && f.unknown == "" {
			f.unknown = name
		}
		if f.room -= len(value); f.room < 0 {
			return ""
		}
		return value
	})
	f.room -= len(template)
	return filled
}

// value fills in the texts below a value of JSON; keys stay.
func (f *filler) value(of any) any {
	switch of := of.(type) {
	case string:
		return f.text(of)
	case []any:
		filled := make([]any, len(of))
		for i, one := range of {
			filled[i] = f.value(one)
		}
		return filled
	case map[string]any:
		filled := make(map[string]any, len(of))
		for name, one := range of {
			filled[name] = f.value(one)
		}
		return filled
	}
	return of
}

func (f *filler) all(of values) values {
	filled := values{}
	for name, one := range of {
		filled[name] = f.text(one)
	}
	return filled
}

// customCalls asks what a block says, with subject, body, name and the block's
// secrets in the place of their placeholders.
func customCalls(_ *Sender, b Block, m Message) ([]call, error) {
	w := customBlock{Method: http.MethodPost, Timeout: Deadline.Seconds(), Private: true}
	if err := b.read(&w); err != nil {
		return nil, err
	}
	if err := b.need("url", w.URL); err != nil {
		return nil, err
	}
	if w.JSON != nil && w.Form != nil {
		return nil, unusable(b, "it has both json_data and form_data")
	}
	f := &filler{known: map[string]string{}, room: mostPayload}
	maps.Copy(f.known, w.Secrets)
	f.known["subject"], f.known["body"], f.known["name"] = m.Subject, m.Body, w.Name
	if m.Subject == "" {
		f.known["subject"] = "null" // as the reference says that there is none
	}
	c := call{method: w.Method, url: withParams(f.text(w.URL), f.all(w.Params)), header: headers(f.all(w.Headers)), strict: !w.Private,
		most: time.Duration(min(max(w.Timeout, 1), Longest.Seconds()) * float64(time.Second))}
	if err := w.fill(b, f, &c); err != nil {
		return nil, err
	}
	if cookies := w.cookies(f); cookies != "" {
		c.setMissing("Cookie", cookies)
	}
	switch {
	case f.unknown != "":
		return nil, unusable(b, "{{ %s }} stands for nothing: there are subject, body, name and the block's secrets", f.unknown)
	case f.room < 0 || len(c.body) > 2*mostPayload:
		return nil, &Failure{Sentence: "with its values filled in the request is longer than 1 MB", Hint: "name {{ body }} less often in the block", Final: true}
	}
	return []call{c}, nil
}

// setMissing sets a header that the block does not name.
func (c *call) setMissing(name, value string) {
	if _, given := c.header[name]; !given {
		c.header.Set(name, value)
	}
}

// fill makes the body.
func (w customBlock) fill(b Block, f *filler, c *call) error {
	kind := ""
	switch form := w.Form.(type) {
	case nil:
		if w.JSON != nil {
			kind = "application/json"
			c.body = encode(f.value(w.JSON))
		}
	case string:
		c.body = []byte(f.text(form))
	case map[string]any:
		kind = "application/x-www-form-urlencoded"
		fields := url.Values{}
		for name, value := range form {
			text, isText := value.(string)
			if !isText {
				return unusable(b, "form_data has a value that is no text")
			}
			fields.Set(name, f.text(text))
		}
		c.body = []byte(fields.Encode())
	default:
		return unusable(b, "form_data is neither texts by name nor a text")
	}
	if kind != "" {
		c.setMissing("Content-Type", kind)
	}
	return nil
}

// cookies are written as a header has them.
func (w customBlock) cookies(f *filler) string {
	filled := f.all(w.Cookies)
	var all []string
	for _, name := range slices.Sorted(maps.Keys(filled)) {
		all = append(all, name+"="+filled[name])
	}
	return strings.Join(all, "; ")
}

// withParams puts parameters in the place of an address's own, as httpx does.
func withParams(address string, params values) string {
	u, err := url.Parse(address)
	if err != nil || len(params) == 0 {
		return address
	}
	query := url.Values{}
	for name, value := range params {
		query.Set(name, value)
	}
	u.RawQuery = query.Encode()
	return u.String()
}
