package templating

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
)

// schemaCase is one case of test/vectors/json_schemas.py: what the reference
// says of a schema (bad), of the best match and of the first fault; nil is nothing.
type schemaCase struct {
	Value, Schema    prefect.Object
	Preprocess       bool
	Bad, Best, First *string
}

func TestSchemasAnswerAsTheReference(t *testing.T) {
	text, err := os.ReadFile("testdata/schemas.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []schemaCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 1000 {
		t.Fatalf("only %d cases", len(cases))
	}
	said := func(err error) string {
		if err == ErrCircular {
			return "circular"
		}
		if err != nil {
			return err.Error()
		}
		return ""
	}
	for _, c := range cases {
		check := Check{Preprocess: c.Preprocess}
		first, err := FirstFault(unbounded(t), c.Value, c.Schema, check)
		if err != nil {
			first = said(err)
		}
		for _, one := range []struct {
			what, got string
			want      *string
		}{
			{"schema", said(CheckSchema(unbounded(t), json.RawMessage(c.Schema))), c.Bad},
			{"best", said(Validate(unbounded(t), c.Value, c.Schema, check)), c.Best},
			{"first", first, c.First},
		} {
			want := ""
			if one.want != nil {
				want = *one.want
			}
			if one.got != want {
				t.Errorf("%s under %s (preprocess %v), %s:\n got %s\nwant %s", c.Value, c.Schema, c.Preprocess, one.what, one.got, want)
			}
		}
	}
}

// deepSchema is a schema whose definitions lead to each other twice, so many
// levels deep: naively checked, it takes 2^levels steps.
func deepSchema(levels int, rule string) string {
	var text strings.Builder
	text.WriteString(`{"$defs":{`)
	for i := range levels {
		fmt.Fprintf(&text, `"d%d":%s,`, i, strings.ReplaceAll(rule, "REF", fmt.Sprintf(`{"$ref":"#/$defs/d%d"}`, i+1)))
	}
	fmt.Fprintf(&text, `"d%d":{"type":"integer"}},"properties":{"v":{"$ref":"#/$defs/d0"}}}`, levels)
	return text.String()
}

func long(n int, text string) string { return strings.Repeat(text, n) }

// Each case ends at once: with an answer, or with an error that names a limit.
func TestSchemasAreBounded(t *testing.T) {
	const rules = `{"allOf":[REF,REF]} {"anyOf":[REF,REF]} {"oneOf":[REF,REF]} {"oneOf":[REF,{"not":REF}]} {"not":{"allOf":[REF,REF]}} ` +
		`{"if":REF,"then":REF,"else":REF} {"dependentSchemas":{"a":REF,"b":REF}} {"properties":{"a":REF},"allOf":[REF,REF],"unevaluatedProperties":false} ` +
		`{"anyOf":[{"allOf":[REF,REF]},REF],"unevaluatedItems":false} {"contains":REF,"items":REF,"allOf":[REF]} {"propertyNames":REF,"additionalProperties":REF,"allOf":[REF,REF]}`
	type bounded struct {
		name, value, schema string
		limit               string // that must be named; "" when the answer must be had
	}
	var cases []bounded
	for _, rule := range strings.Fields(rules) {
		for _, value := range []string{"1", `"x"`, `{"a":1,"b":2}`, `[1,"x",[2]]`} {
			cases = append(cases, bounded{rule + " of " + value, value, deepSchema(60, rule), "?"})
		}
	}
	numbers := "[" + long(150_000, "0,") + "1]"
	cases = append(cases,
		bounded{"the schema of the issue", "1", deepSchema(60, `{"allOf":[REF,REF]}`), ""},
		bounded{"unique items", numbers[:200_001] + "0]", `{"properties":{"v":{"uniqueItems":true}}}`, ""},
		bounded{"unique deep items", "[" + long(3000, `[[[[{"a":1}]]]],`) + "1]", `{"properties":{"v":{"uniqueItems":true}}}`, ""},
		bounded{"a large enum of a large list", numbers, `{"properties":{"v":{"items":{"enum":` + strings.ReplaceAll(numbers, "0", "7") + `}}}}`, "?"},
		bounded{"many faults", numbers, `{"properties":{"v":{"items":{"allOf":[{"type":"string"},{"minimum":3}]}}}}`, "?"},
		bounded{"a repetition in a repetition", `"a"`, `{"properties":{"v":{"pattern":"(((a{1000}){1000}){1000})"}}}`, "?"},
		bounded{"a large repetition", `"a"`, `{"properties":{"v":{"pattern":"((a{100}){100}){99}"}}}`, "?"},
		bounded{"many patterns", `{` + long(999, `"k":1,`) + `"k":2}`, `{"properties":{"v":{"patternProperties":{` + manyKeys(2000, `"p%d{999}":{}`) + `}}}}`, "memory"},
		bounded{"a long pattern", `"a"`, `{"properties":{"v":{"pattern":"` + long(1<<20, "a|") + `"}}}`, "size"},
		bounded{"a pattern on a long text", `"` + long(1<<20, "a") + `"`, `{"properties":{"v":{"pattern":"(a?){200}a{200}b"}}}`, "?"},
		bounded{"a multiple of nothing", `1e999999999`, `{"properties":{"v":{"multipleOf":1e-300}}}`, ""},
		bounded{"a small multiple", `1e308`, `{"properties":{"v":{"multipleOf":1e-320}}}`, ""},
		bounded{"a long integer", long(100_000, "9"), `{"properties":{"v":{"multipleOf":7}}}`, ""},
		bounded{"keys by patterns", "{" + manyKeys(20_000, `"k%d":1`) + "}", `{"properties":{"v":{"patternProperties":{` + manyKeys(2000, `"x%d":{}`) + `}}}}`, "?"},
		bounded{"a ring", "1", `{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}},"properties":{"v":{"$ref":"#/$defs/a"}}}`, "circular"},
		bounded{"a deep value", long(480, "[") + long(480, "]"), `{"properties":{"v":{"$ref":"#/$defs/l"}},"$defs":{"l":{"items":{"$ref":"#/$defs/l"}}}}`, "circular"},
		bounded{"a long way", "1", `{"properties":{"v":{"$ref":"#/` + long(1<<18, "a/") + `"}}}`, "?"},
	)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := budget.New(t.Context(), "the check", Limits)
			defer b.Close()
			start := time.Now()
			err := Validate(b, prefect.Object(`{"v":`+c.value+`}`), prefect.Object(c.schema), Check{Preprocess: true})
			if took := time.Since(start); took > 10*Limits.Time {
				t.Errorf("it took %v", took)
			}
			switch c.limit {
			case "":
				if budget.Is(err) || err == ErrCircular {
					t.Errorf("no answer: %v", err)
				}
			case "?":
			default:
				if err == nil || !strings.Contains(err.Error(), c.limit) {
					t.Errorf("%v does not name %q", err, c.limit)
				}
			}
		})
	}
}

func manyKeys(n int, form string) string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf(form, i)
	}
	return strings.Join(keys, ",")
}

func TestAReportOfManyFaultsIsBounded(t *testing.T) {
	b := budget.New(t.Context(), "the report", Limits)
	defer b.Close()
	items := "[" + long(40_000, `"x",`) + `"x"]`
	report, err := ValidateForm(b, prefect.Object(`{"v":`+items+`}`), prefect.Object(`{"properties":{"v":{"type":"array","items":{"type":"integer"}}}}`), variables)
	if !budget.Is(err) && (err != nil || report.Valid) {
		t.Errorf("%v, %v", report, err)
	}
}

func FuzzSchema(f *testing.F) {
	f.Add(`{"v":1}`, deepSchema(5, `{"allOf":[REF,REF]}`))
	f.Add(`{"v":[1,1.0,"a"]}`, `{"properties":{"v":{"uniqueItems":true,"contains":{"multipleOf":0.1},"unevaluatedItems":false}}}`)
	f.Add(`{"v":{"a":1}}`, `{"patternProperties":{"^v":{"if":{"required":["a"]},"then":{"$ref":"#/x"}}},"definitions":{"B":{"block_type_slug":"b","title":"B"}}}`)
	f.Fuzz(func(t *testing.T, value, schema string) {
		if !json.Valid([]byte(value)) || !json.Valid([]byte(schema)) || value[0] != '{' || schema[0] != '{' {
			return
		}
		b := budget.New(t.Context(), "the check", budget.Limits{Steps: 200_000, Bytes: 16 << 20, Time: time.Second})
		defer b.Close()
		start := time.Now()
		_ = CheckSchema(b, json.RawMessage(schema))
		_ = Validate(b, prefect.Object(value), prefect.Object(schema), Check{Preprocess: true, NoneWithDefault: true})
		_, _ = ValidateForm(b, prefect.Object(value), prefect.Object(schema), variables)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
