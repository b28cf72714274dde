package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

const (
	// mostAnswer is how much of an answer is read and told, in bytes.
	mostAnswer = 2 << 10
	// mostAnswerHeader bounds the headers of an answer, in bytes.
	mostAnswerHeader = 64 << 10
	// mostToldHeaders is how much of them is told, in bytes.
	mostToldHeaders = 4 << 10
	// agent is what services know messages by: the name that the reference has.
	agent = "Prefect Notifications"
)

// call is a request of HTTP.
type call struct {
	// to names the recipient among several.
	to          string
	method, url string
	header      http.Header
	body        []byte
	// strict refuses the server's own network though the settings allow it.
	strict bool
	// insecure takes any certificate.
	insecure bool
	// most is the deadline, the sender's when it is 0.
	most time.Duration
	// lies finds a failure in an answer whose status is success; nil for services
	// that do not lie.
	lies func(text string) *Failure
}

// overHTTP makes a service of a function that says what to ask.
func overHTTP(calls func(*Sender, Block, Message) ([]call, error)) service {
	return func(ctx context.Context, s *Sender, b Block, m Message) (Answer, error) {
		all, err := calls(s, b, m)
		if err != nil {
			return Answer{}, err
		}
		return s.callAll(ctx, all, m.Key)
	}
}

// call makes a request and reads its answer. Failures are *Failure.
func (s *Sender) call(ctx context.Context, c call, key string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.most, s.deadline))
	defer cancel()
	request, err := s.request(ctx, c, key)
	if err != nil {
		return Answer{}, err
	}
	host := request.URL.Hostname()
	answer, err := s.client(c).Do(request)
	if err != nil {
		return Answer{}, unreached(host, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	told := Answer{Status: answer.StatusCode, Text: strings.ToValidUTF8(string(text), "\uFFFD"), Headers: toldHeaders(answer.Header)}
	if f := answered(host, answer.StatusCode, answer.Header, s.clock.Now()); f != nil {
		return told, f
	}
	if c.lies == nil {
		return told, nil
	}
	if err != nil { // what it says counts, and not all was heard
		return told, unreached(host, err)
	}
	if f := c.lies(told.Text); f != nil {
		return told, f
	}
	return told, nil
}

// request makes what is sent of a call.
func (s *Sender) request(ctx context.Context, c call, key string) (*http.Request, error) {
	address, err := url.Parse(c.url)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return nil, &Failure{Sentence: "its url is no address of the web", Hint: "correct the block: a url begins with https://", Final: true}
	}
	address.RawQuery = escapedQuery(address.RawQuery)
	request, err := http.NewRequestWithContext(ctx, c.method, address.String(), bytes.NewReader(c.body))
	if err != nil {
		return nil, &Failure{Sentence: "its method or url cannot be sent", Hint: "correct the block", Final: true}
	}
	header := http.Header{"User-Agent": {agent}, "Accept": {"*/*"}}
	if key != "" { // Standard Webhooks: receivers that keep ids take a message once
		header.Set("Webhook-Id", key)
		header.Set("Webhook-Timestamp", strconv.FormatInt(s.clock.Now().Unix(), 10))
	}
	maps.Copy(header, c.header)
	for name, values := range header {
		if !httpguts.ValidHeaderFieldName(name) || slices.ContainsFunc(values, func(v string) bool { return !httpguts.ValidHeaderFieldValue(v) }) {
			return nil, &Failure{Sentence: fmt.Sprintf("the header %q cannot be sent", name), Hint: "correct the block", Final: true}
		}
	}
	if host := header.Get("Host"); host != "" {
		request.Host = host
		header.Del("Host")
	}
	request.Header = header
	return request, nil
}

// escapedQuery escapes in a query what cannot stand in a request.
func escapedQuery(query string) string {
	var escaped strings.Builder
	for i := 0; i < len(query); i++ {
		if b := query[i]; b <= ' ' || b >= 0x7f || strings.IndexByte(`"<>`, b) >= 0 {
			fmt.Fprintf(&escaped, "%%%02X", b)
		} else {
			escaped.WriteByte(b)
		}
	}
	return escaped.String()
}

// client is for one call: messages are few, and a connection that was kept would
// outlive whoever waits for it.
func (s *Sender) client(c call) *http.Client {
	carrier := s.carrier
	if carrier == nil {
		carrier = &http.Transport{
			DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
				return s.connect(ctx, address, c.strict)
			},
			TLSClientConfig:        &tls.Config{RootCAs: s.roots, InsecureSkipVerify: c.insecure},
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: mostAnswerHeader,
		}
	}
	return &http.Client{
		Transport:     carrier,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// untold begin the names of headers that are not told: those that the reference
// keeps out of events, and cookies.
var untold = []string{"authorization", "traceparent", "via", "set-cookie", "x-forwarded", "x-b3", "x-cloud-trace", "x-envoy", "x-prefect"}

// toldHeaders are the headers of an answer that may be kept, as far as there is room.
func toldHeaders(h http.Header) map[string]string {
	told, room := map[string]string{}, mostToldHeaders
	for _, name := range slices.Sorted(maps.Keys(h)) {
		value := strings.ToValidUTF8(strings.Join(h[name], ", "), "\uFFFD")
		name = strings.ToLower(name)
		hidden := slices.ContainsFunc(untold, func(start string) bool { return strings.HasPrefix(name, start) })
		if room -= len(name) + len(value); hidden || room < 0 {
			continue
		}
		told[name] = value
	}
	return told
}

// asJSON is a POST of a value.
func asJSON(url string, value any) call {
	return call{method: http.MethodPost, url: url, header: http.Header{"Content-Type": {"application/json"}}, body: encode(value)}
}

// encode writes a value as JSON, with the characters of HTML as they are.
func encode(value any) []byte {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic("notify: " + err.Error()) // values are made of what JSON can say
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

// basic is the header of a user and a password.
func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}
