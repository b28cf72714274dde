package prefect

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// The cases were written by test/vectors/schedule_texts.py with the reference.
func TestScheduleTexts(t *testing.T) {
	file, err := os.Open("testdata/schedule_texts.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases [][3]*string
	if err := json.NewDecoder(packed).Decode(&cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 3000 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		kind, text, want := *c[0], *c[1], c[2]
		body, err := json.Marshal(map[string]string{kind: text})
		if err != nil {
			t.Fatal(err)
		}
		value, err := pyjson.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		var got *string
		var s struct {
			Cron  CronText  `json:"cron"`
			RRule RRuleText `json:"rrule"`
		}
		if issues := decode.Into(value, &s, "body"); len(issues) > 0 {
			message := strings.TrimPrefix(issues[0].Msg, "Value error, ")
			got = &message
		}
		switch {
		case want != nil && strings.HasPrefix(*want, "500 "):
			if got == nil {
				t.Errorf("%s %q is taken; the reference: %s", kind, text, *want)
			}
		case (got == nil) != (want == nil), got != nil && *got != *want:
			t.Errorf("%s %q:\n got %s\nwant %s", kind, text, shown(got), shown(want))
		}
	}
}

func shown(text *string) string {
	if text == nil {
		return "(taken)"
	}
	return *text
}
