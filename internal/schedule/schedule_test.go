package schedule

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// The cases were written by test/vectors/schedules.py with the reference server.
func TestTimesMatchTheReference(t *testing.T) {
	file, err := os.Open("testdata/vectors.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Schedule   prefect.Schedule
		Start, End *time.Time
		N          int
		Times      json.RawMessage
	}
	if err := json.NewDecoder(packed).Decode(&cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 1000 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		want := Range{N: c.N, Start: *c.Start}
		if c.End != nil {
			want.End = *c.End
		}
		times, err := Times(NewBudget(t.Context()), &c.Schedule, want)
		got := make([]string, len(times))
		for i, at := range times {
			got[i] = Written(at)
		}
		if rule := c.Schedule.RRule; rule != nil && *rule.Timezone != "UTC" { // see the script
			got = slices.DeleteFunc(got, func(at string) bool { return at >= "2037-09" })
		}
		var expected []string
		if string(c.Times) == `"fails"` {
			if err == nil {
				t.Errorf("%s from %s: no error", text(c.Schedule), c.Start)
			}
			continue
		}
		if err := json.Unmarshal(c.Times, &expected); err != nil {
			t.Fatal(err)
		}
		if err != nil || strings.Join(got, "\n") != strings.Join(expected, "\n") {
			t.Errorf("%s from %s, end %v: error %v\n got %v\nwant %v", text(c.Schedule), c.Start, c.End, err, got, expected)
		}
	}
}

func text(s prefect.Schedule) string {
	b, _ := json.Marshal(s)
	return string(b)
}
