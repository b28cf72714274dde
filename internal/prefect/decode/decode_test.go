package decode_test

import (
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// A list that is too long is one issue, whatever is in it; one that is too
// short is one only when all in it is right.
func TestLengthOfLists(t *testing.T) {
	for text, want := range map[string]string{
		`{"names": ["a"]}`:                 "",
		`{"names": ["a", "b"]}`:            "",
		`{"names": []}`:                    "too_short",
		`{"names": ["a", "b", "c"]}`:       "too_long",
		`{"names": [1, 2, 3, 4]}`:          "too_long",
		`{"names": [1]}`:                   "string_type",
		`{"pair": [1]}`:                    "string_type",
		`{"pair": ["a"]}`:                  "too_short",
		`{"names": [1], "pair": ["a"]}`:    "string_type too_short",
		`{"names": ["a"], "pair": "a, b"}`: "list_type",
	} {
		var body struct {
			Names []string `json:"names" rule:"min=1,max=2"`
			Pair  []string `json:"pair" rule:"min=2,max=2"`
		}
		value, err := pyjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, issue := range decode.Into(value, &body, "body") {
			got = append(got, issue.Type)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %q", text, got, want)
		}
	}
}
