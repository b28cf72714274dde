package pyjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
)

// The messages and positions were taken from Python 3.11's json.loads.
func TestParseReportsPythonsErrors(t *testing.T) {
	for _, c := range []struct {
		name, in, message string
		position          int
	}{
		{"empty", "", "Expecting value", 0},
		{"bare word", "nope", "Expecting value", 0},
		{"open object", "{", "Expecting property name enclosed in double quotes", 1},
		{"single quotes", "{'a': 1}", "Expecting property name enclosed in double quotes", 1},
		{"no colon", `{"a" 1}`, "Expecting ':' delimiter", 5},
		{"no value", `{"a": }`, "Expecting value", 6},
		{"no comma", `{"a": 1 "b": 2}`, "Expecting ',' delimiter", 8},
		{"trailing comma in object", `{"a": 1,}`, "Expecting property name enclosed in double quotes", 8},
		{"trailing comma in array", `[1,]`, "Expecting value", 3},
		{"extra data", `{} x`, "Extra data", 3},
		{"unterminated string", `["abc`, "Unterminated string starting at", 1},
		{"position counts characters", `["é" 1]`, "Expecting ',' delimiter", 5},
		{"control character", "[\"a\nb\"]", "Invalid control character at", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.in))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("error = %v, want a SyntaxError", err)
			}
			if syntax.Message != c.message || syntax.Position != c.position {
				t.Errorf("got %q at %d, want %q at %d", syntax.Message, syntax.Position, c.message, c.position)
			}
		})
	}
}

func TestParseKeepsOrderAndBytes(t *testing.T) {
	v, err := Parse([]byte(` {"z": 1.0, "a": [true, NaN, "\u00e9"], "z": 2} `))
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Members()) != 2 || v.Members()[0].Key != "z" || string(v.Members()[0].Value.Raw()) != "2" {
		t.Errorf("members = %+v", v.Members())
	}
	if got := string(v.Raw()); got != `{"z":2,"a":[true,null,"\u00e9"]}` {
		t.Errorf("raw = %s", got)
	}
}

// unmarshal reads JSON with numbers as they are written: floats have no room for all.
func unmarshal(data []byte, to *any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(to); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e3,"x\n"],"b":null}`, `"\ud83d\ude00"`, `[[[]]]`, `-0`, `{"a":1,"a":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Parse(data)
		var want any
		if unmarshal(data, &want) == nil && err != nil && len(data) < 400 {
			t.Fatalf("refused valid JSON %q: %v", data, err)
		}
		if err != nil {
			return
		}
		var got any
		if e := unmarshal(v.Raw(), &got); e != nil {
			t.Fatalf("raw of %q is not JSON: %s: %v", data, v.Raw(), e)
		}
		if want != nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q read as %v, want %v", data, got, want)
		}
	})
}

func TestLargeObjectKeepsOrderAndLastValues(t *testing.T) {
	text := []byte("{")
	for i := range 5000 {
		text = fmt.Appendf(text, `"k%d":%d,`, i%3000, i)
	}
	text[len(text)-1] = '}'
	v, err := Parse(text)
	if err != nil || len(v.Members()) != 3000 {
		t.Fatalf("%d members, %v", len(v.Members()), err)
	}
	for i, want := range map[int]string{0: "3000", 40: "3040", 1999: "4999", 2500: "2500"} {
		if m := v.Members()[i]; m.Key != fmt.Sprintf("k%d", i) || string(m.Value.Raw()) != want {
			t.Errorf("member %d is %s: %s", i, m.Key, m.Value.Raw())
		}
	}
}

func TestTooManyValues(t *testing.T) {
	for _, c := range []struct {
		name, text string
		many       bool
	}{
		{"as many as may be", "[" + strings.Repeat("0,", mostValues-2) + "0]", false},
		{"one more", "[" + strings.Repeat("0,", mostValues-1) + "0]", true},
		{"empty objects", "[" + strings.Repeat("{},", mostValues) + "{}]", true},
		{"nested", "[" + strings.Repeat("[0],", mostValues/2) + "0]", true},
		{"commas in texts", `["` + strings.Repeat(",", 2*mostValues) + `", "\\\"` + strings.Repeat(",", 2*mostValues) + `"]`, false},
		{"a text without an end", `["` + strings.Repeat(",", 2*mostValues), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Parse([]byte(c.text)); errors.Is(err, ErrTooMany) != c.many {
				t.Errorf("%v", err)
			}
		})
	}
	text := []byte("[" + strings.Repeat("0,", 3<<20) + "0]")
	if allocated := testing.AllocsPerRun(1, func() { _, _ = Parse(text) }); allocated > 0 {
		t.Errorf("%v allocations before a text is refused", allocated)
	}
}
