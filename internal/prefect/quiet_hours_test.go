package prefect

import (
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

func TestParsingQuietHours(t *testing.T) {
	everyDay := [7]bool{true, true, true, true, true, true, true}
	for text, want := range map[string]*QuietHours{
		"22:00-07:00":             {22 * 60, 7 * 60, everyDay},
		"00:00-24:00":             {0, 24 * 60, everyDay},
		"sat,sun 00:00-24:00":     {0, 24 * 60, [7]bool{true, false, false, false, false, false, true}},
		"Mon-Fri 20:15-08:00":     {20*60 + 15, 8 * 60, [7]bool{false, true, true, true, true, true, false}},
		"fri-mon 08:00-09:00":     {8 * 60, 9 * 60, [7]bool{true, true, false, false, false, true, true}},
		"mon,wed-thu 08:00-09:00": {8 * 60, 9 * 60, [7]bool{false, true, false, true, true, false, false}},
		"":                        nil,
		"22:00":                   nil,
		"22-7":                    nil,
		"22:00-7:00":              nil,
		"22:60-07:00":             nil,
		"24:00-07:00":             nil,
		"22:00-24:01":             nil,
		"22:00-22:00":             nil,
		"22:00-07:00-08:00":       nil,
		"mo 22:00-07:00":          nil,
		"mon- 22:00-07:00":        nil,
		" 22:00-07:00":            nil,
		"mon  22:00-07:00":        nil,
		"mon-tue-wed 22:00-07:00": nil,
		"2२:00-07:00":             nil,
	} {
		q, err := ParseQuietHours(text)
		if want == nil && err == nil || want != nil && (err != nil || q != *want) {
			t.Errorf("%q is read as %+v, %v", text, q, err)
		}
	}
}

// What is refused of the settings of noise, and what is said.
func TestNoiseSettings(t *testing.T) {
	for text, says := range map[string]string{
		`{}`: "",
		`{"group_by":"flow","repeat":14400,"quiet":["22:00-07:00"],"timezone":"Europe/Berlin","settle":300,"resolved":true}`: "",
		`{"repeat":"PT4H"}`:                             "",
		`{"group_by":"run","repeat":60}`:                "'flow' or 'deployment'",
		`{"group_by":"flow"}`:                           "no effect without repeat, quiet or resolved",
		`{"repeat":59}`:                                 "at least 60 seconds",
		`{"repeat":604801}`:                             "at most 7 days",
		`{"settle":0}`:                                  "at least 1 second",
		`{"settle":86401}`:                              "at most 1 day",
		`{"quiet":["22:00-07:00"]}`:                     "need the time zone",
		`{"timezone":"UTC"}`:                            "no effect without quiet",
		`{"quiet":["22-7"],"timezone":"UTC"}`:           "no hours like 22:00-07:00",
		`{"quiet":["22:00-07:00"],"timezone":"Berlin"}`: "no time zone named",
		`{"quiet":["00:00-12:00","12:00-24:00"],"timezone":"UTC"}`:         "leave no time",
		`{"quiet":["20:00-19:59"],"timezone":"UTC"}`:                       "",
		`{"quiet":[` + strings.Repeat(`"22:00-07:00",`, 10) + `"x"]}`:      "at most 10",
		`{"quiet":["` + strings.Repeat("mon,", 10000) + `x 22:00-07:00"]}`: "no days like",
		`{"quiet":null}`: "list",
	} {
		in, err := pyjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var n Noise
		issues := decode.Into(in, &n)
		said := ""
		for _, i := range issues {
			said += i.Msg + "\n"
		}
		if says == "" && len(issues) > 0 || says != "" && !strings.Contains(said, says) || len(said) > 1000 {
			t.Errorf("%.200s is answered with %.500q, want %q", text, said, says)
		}
	}
}

func FuzzQuietHours(f *testing.F) {
	for _, text := range []string{"22:00-07:00", "sat,sun 00:00-24:00", "mon-fri 20:00-08:00", "fri-mon 08:00-09:00", "mon,, 1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := ParseQuietHours(text)
		if err != nil {
			if len(err.Error()) > 2000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
			return
		}
		if q.From < 0 || q.From >= dayMinutes || q.To < 0 || q.To > dayMinutes || q.From == q.To || q.Days == [7]bool{} {
			t.Errorf("%q is read as %+v", text, q)
		}
	})
}
