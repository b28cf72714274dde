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

// What filters write is bounded by the budget, however wide they are asked to write it.
func TestHostileFiltersEnd(t *testing.T) {
	values := map[string]any{"t": time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "d": time.Hour}
	for _, text := range []string{
		"{{ 1.5 | humanize_intcomma(10**9) }}", "{{ 1 | humanize_intcomma(10**9) }}", "{{ 1 | humanize_scientific(10**9) }}", "{{ 1 | humanize_metric(precision=10**9) }}", "{{ 1 | humanize_metric('x' * 10**9) }}",
		"{{ 10**9 | humanize_naturalsize(format='%.999999999f') }}", "{{ 10**9 | humanize_intword('%999999999d') }}", "{{ d | humanize_precisedelta('hours', format='%.999999999f') }}", "{{ 1 | humanize_clamp(format='{:.999999999f}') }}",
		"{{ t.strftime('%A' * 10**8) }}", "{{ d | humanize_precisedelta(suppress=['days'] * 10**8) }}", "{{ 10**4000 | humanize_intword('%.0f') * 10**9 }}", "{{ ('9' * 10**8) | humanize_ordinal }}", "{{ ('9' * 10**8) | humanize_intcomma }}",
	} {
		b := budget.New(t.Context(), "the template", limits)
		start := time.Now()
		template, err := Parse(b, text)
		if err == nil {
			_, err = template.Render(b, values, Options{Now: start})
		}
		b.Close()
		if took := time.Since(start); took > 10*limits.Time || err == nil {
			t.Errorf("%s: %v after %v", text, err, took)
		}
	}
}
