package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/reevehq/reeve/internal/mask"
	"github.com/reevehq/reeve/internal/webhooks"
)

// TestShownTextsHaveNoSecrets: they are masked before they are cut, and what is no text
// is not shown.
func TestShownTextsHaveNoSecrets(t *testing.T) {
	const secret = "correct-horse-battery"
	s := shownInbox{mask: mask.New(secret)}
	if got := s.text([]byte("a " + secret + " b")); got.Text != "a "+mask.Mask+" b" || got.Cut || got.Binary {
		t.Errorf("%+v", got)
	}
	long := s.text([]byte(strings.Repeat("x", mostShown-4) + secret))
	if !long.Cut || strings.Contains(long.Text, "corr") || len(long.Text) > mostShown {
		t.Errorf("the end of a long one is %q", long.Text[mostShown-8:])
	}
	if got := s.text([]byte(`{"a":12345678901234567890}`)); got.Text != "{\n  \"a\": 12345678901234567890\n}" {
		t.Errorf("JSON is shown as %s", got.Text)
	}
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	if got := s.text([]byte(deep)); got.Text != deep {
		t.Errorf("what is deep has grown to %d bytes", len(got.Text))
	}
	if got := s.text([]byte{0xff, 0}); !got.Binary || got.Text != "" {
		t.Errorf("%+v", got)
	}
	reason, made := "the server says "+secret, "event 0197a8a4-6f3e-7b63-8a0d-1c1f6d3c2b10"
	if row := s.row(&webhooks.Entry{Error: &reason, Outcome: &made}); row.Reason != "the server says "+mask.Mask || row.Made == nil || row.Made.Kind != "event" {
		t.Errorf("%+v", row)
	}
}

// shown URL PATTERN checks that an answer, and that of the first of its rows, matches.
func shown(ts *testscript.TestScript, _ bool, args []string) {
	read := func(url string) []byte {
		answer, err := http.Get(url)
		ts.Check(err)
		defer func() { _ = answer.Body.Close() }()
		text, err := io.ReadAll(answer.Body)
		ts.Check(err)
		if answer.StatusCode != http.StatusOK {
			ts.Fatalf("%s: %d %s", url, answer.StatusCode, text)
		}
		return text
	}
	text := read(args[0])
	var page struct{ Rows []struct{ ID string } }
	ts.Check(json.Unmarshal(text, &page))
	if len(page.Rows) > 0 {
		text = append(text, read(fmt.Sprintf("%s/%s", args[0], page.Rows[0].ID))...)
	}
	for _, pattern := range args[1:] {
		if !regexp.MustCompile(pattern).Match(text) {
			ts.Fatalf("%s: no %q in %s", args[0], pattern, text)
		}
	}
}
