package webhooks

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/traffic"
)

// unreadable says why a body cannot be taken, with the status of the answer.
type unreadable struct {
	status int
	reason string
}

// Error implements error.
func (u *unreadable) Error() string { return u.reason }

func badBody(format string, args ...any) error {
	return &unreadable{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// checkEncoding refuses a body that could not be unpacked, before it is read.
func checkEncoding(h http.Header) error {
	if _, err := packed(h); err != nil {
		return err
	}
	return nil
}

// packed reports whether a body is packed with gzip, the one encoding that is taken.
func packed(h http.Header) (bool, error) {
	switch encoding := strings.ToLower(strings.TrimSpace(strings.Join(h.Values("Content-Encoding"), ","))); encoding {
	case "", "identity":
		return false, nil
	case "gzip", "x-gzip":
		return true, nil
	}
	return false, &unreadable{http.StatusUnsupportedMediaType, "the body's Content-Encoding is neither gzip nor identity"}
}

// unpack returns the body that was meant by the bytes that were sent, and signed:
// without gzip, which may hold at most so many bytes.
func unpack(ctx context.Context, h http.Header, sent []byte, most int64) ([]byte, error) {
	is, err := packed(h)
	if err != nil || !is || len(sent) == 0 {
		return sent, err
	}
	reader, err := gzip.NewReader(bytes.NewReader(sent))
	if err != nil {
		return nil, badBody("the body is not gzip")
	}
	body, err := traffic.ReadAll(ctx, io.LimitReader(reader, most+1), budget.ClaimOf(ctx))
	switch {
	case fault.Is(err, fault.Busy), fault.Is(err, fault.TooLarge):
		return nil, err
	case int64(len(body)) > most:
		return nil, &unreadable{http.StatusRequestEntityTooLarge, "the body is too large"}
	case err != nil:
		return nil, badBody("the body is not whole gzip")
	}
	return body, nil
}

// byteOrderMark may stand before UTF-8; it means nothing.
var byteOrderMark = []byte("\xef\xbb\xbf")

// content reads a body: an object made of a form, or the JSON. Nothing at all is
// an empty object, so that templates find nothing in it. GitHub sends the JSON
// either as it is or as the field payload of a form.
func content(body []byte, mediaType string, form string) (any, error) {
	body = bytes.TrimPrefix(body, byteOrderMark)
	if !utf8.Valid(body) {
		return nil, badBody("the body is not UTF-8")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return map[string]any{}, nil
	}
	media, _, err := mime.ParseMediaType(mediaType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || media != "application/x-www-form-urlencoded" {
		return readJSON(body)
	}
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, badBody("the body is no form: %v", err)
	}
	if form == "github" {
		if !fields.Has("payload") {
			return nil, badBody("the form has no field payload")
		}
		return readJSON([]byte(fields.Get("payload")))
	}
	values := map[string]any{}
	for name, all := range fields {
		if !utf8.ValidString(name) || !utf8.ValidString(all[0]) {
			return nil, badBody("the form is not UTF-8")
		}
		values[name] = all[0]
	}
	return values, nil
}

func readJSON(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, badBody("the body is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var body any
	if err := decoder.Decode(&body); err != nil {
		return nil, badBody("the body is no JSON: %v", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, badBody("the body is no JSON: there is more after its end")
	}
	return plain(body), nil
}
