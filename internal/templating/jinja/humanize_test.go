package jinja

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/budget"
)

// What test/vectors/human_filters.py writes: templates, and the text that the
// reference's environment gives, or the class of the exception.
func TestTemplatesHumanizeAsInPython(t *testing.T) {
	text, err := os.ReadFile("testdata/humanize.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Now           time.Time
		Seconds, Days []float64
		Cases         []struct {
			Template string
			Text     *string
			Class    string
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 2000 {
		t.Fatalf("only %d cases", len(file.Cases))
	}
	var spans, past, future, days []any
	for _, s := range file.Seconds {
		length := time.Duration(math.Round(s*1e6)) * time.Microsecond
		spans, past, future = append(spans, length), append(past, file.Now.Add(-length)), append(future, file.Now.Add(length))
	}
	for _, d := range file.Days {
		days = append(days, file.Now.AddDate(0, 0, int(d)))
	}
	values := map[string]any{"spans": spans, "past": past, "future": future, "days": days}
	for _, c := range file.Cases {
		b := budget.New(t.Context(), "the template", budget.Limits{Steps: 1_000_000, Bytes: 16 << 20})
		template, err := Parse(b, c.Template)
		var got string
		if err == nil {
			got, err = template.Render(b, values, Options{Now: file.Now})
		}
		b.Close()
		var fault *Error
		switch {
		case err != nil && !errors.As(err, &fault):
			t.Errorf("%s: %v", c.Template, err)
		case c.Text != nil && fault != nil:
			t.Errorf("%s\n got %s\nwant %q", c.Template, fault.Repr(), *c.Text)
		case c.Text != nil && got != *c.Text:
			t.Errorf("%s\n got %q\nwant %q", c.Template, got, *c.Text)
		case c.Text == nil && fault == nil:
			t.Errorf("%s\n got %q\nwant %s", c.Template, got, c.Class)
		case c.Text == nil && fault.Class != c.Class:
			t.Errorf("%s\n got %s\nwant %s", c.Template, fault.Repr(), c.Class)
		}
	}
}
