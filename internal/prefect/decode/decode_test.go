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

// Elements of a list may be pointers, which does not make null one of them.
func TestNullInAList(t *testing.T) {
	var body struct {
		Items []*struct {
			Name string `json:"name"`
		} `json:"items"`
	}
	value, err := pyjson.Parse([]byte(`{"items": [{"name": "a"}, null]}`))
	if err != nil {
		t.Fatal(err)
	}
	issues := decode.Into(value, &body, "body")
	if len(issues) != 1 || issues[0].Type != "model_attributes_type" || len(issues[0].Loc) != 3 || issues[0].Loc[2] != 1 {
		t.Errorf("issues %v", issues)
	}
}
