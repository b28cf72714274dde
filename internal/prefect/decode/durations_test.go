package decode

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/pyjson"
)

func TestDurationsAreReadAsByPydantic(t *testing.T) {
	text, err := os.ReadFile("testdata/durations.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Value         json.RawMessage
		Seconds       *float64
		Type, Message string
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 100 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		in, err := pyjson.Parse(c.Value)
		if err != nil {
			t.Fatal(err)
		}
		var issues Issues
		got, ok := Duration(in, new(At).Apart(&issues))
		switch {
		case ok != (c.Seconds != nil):
			t.Errorf("%s: %v, %v; want %+v", c.Value, got, issues, c)
		case ok && got.Round(time.Microsecond).Seconds() != *c.Seconds:
			t.Errorf("%s: %v, want %v s", c.Value, got, *c.Seconds)
		case !ok && (len(issues) != 1 || issues[0].Type != c.Type || issues[0].Msg != c.Message):
			t.Errorf("%s: %+v, want %s: %s", c.Value, issues, c.Type, c.Message)
		}
	}
}
