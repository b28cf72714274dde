package jinja

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/reevehq/reeve/internal/budget"
)

// vectorsFile is what test/vectors/templates.py writes: the values, and for each
// template the text that Python's jinja2 gives, or the exception.
type vectorsFile struct {
	Values ordered
	Cases  []struct {
		Template       string
		Text           *string
		Class, Message string
	}
}

// ordered reads an object and the objects in it in the order of their keys.
type ordered struct{ Ordered }

func (o *ordered) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytesReader(data))
	decoder.UseNumber()
	v, err := readOrdered(decoder)
	if err == nil {
		o.Ordered = v.(Ordered)
	}
	return err
}

func TestTemplatesRenderAsInPython(t *testing.T) {
	text, err := os.ReadFile("testdata/templates.json")
	if err != nil {
		t.Fatal(err)
	}
	var file vectorsFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 500 {
		t.Fatalf("only %d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		b := budget.New(t.Context(), "the template", budget.Limits{Steps: 1_000_000, Bytes: 16 << 20})
		got, err := renderOnce(b, c.Template, file.Values.Values)
		b.Close()
		var fault *Error
		if err != nil && !errors.As(err, &fault) {
			t.Errorf("%s: %v", c.Template, err)
			continue
		}
		switch {
		case c.Text != nil && fault != nil:
			t.Errorf("%s\n got %s\nwant %q", c.Template, fault.Repr(), *c.Text)
		case c.Text != nil && got != *c.Text:
			t.Errorf("%s\n got %q\nwant %q", c.Template, got, *c.Text)
		case c.Text == nil && fault == nil:
			t.Errorf("%s\n got %q\nwant %s: %s", c.Template, got, c.Class, c.Message)
		case c.Text == nil && (fault.Class != c.Class || fault.Message != c.Message):
			t.Errorf("%s\n got %s: %s\nwant %s: %s", c.Template, fault.Class, fault.Message, c.Class, c.Message)
		}
	}
}

func renderOnce(b *budget.Budget, text string, values map[string]any) (string, error) {
	t, err := Parse(b, text)
	if err != nil {
		return "", err
	}
	return t.Render(b, values, Options{})
}
