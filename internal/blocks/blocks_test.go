package blocks

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/pyjson"
)

func parse(t testing.TB, text string) pyjson.Value {
	t.Helper()
	v, err := pyjson.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// The checksums were taken by the reference server.
func TestChecksumsOfTheCatalogue(t *testing.T) {
	c, err := ReadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Types) != 54 || len(c.Schemas) != 64 {
		t.Errorf("%d types and %d schemas", len(c.Types), len(c.Schemas))
	}
	nodes := make([]*SchemaNode, len(c.Schemas))
	for i := range c.Schemas {
		s := &c.Schemas[i]
		fields, err := s.FieldsValue()
		if err != nil {
			t.Fatal(err)
		}
		nodes[i] = &SchemaNode{Checksum: s.Checksum, Slug: s.Type, Fields: fields}
	}
	same := 0
	for i := range c.Schemas {
		for _, reference := range c.Schemas[i].References {
			child := c.Referenced(i, reference[1])
			if child < 0 {
				t.Fatalf("%s refers to a schema that is not there", c.Schemas[i].Type)
			}
			nodes[i].Children = append(nodes[i].Children, SchemaChild{reference[0], nodes[child]})
		}
	}
	for i, node := range nodes {
		// Some collections were registered without a list of references, which
		// every schema has when it is read; eight nested ones with definitions of
		// the schema that held them, which they lack when read alone.
		full := node.Full()
		if Checksum(full) == c.Schemas[i].Checksum || Checksum(full.Without(referencesKey)) == c.Schemas[i].Checksum {
			same++
		}
	}
	if same != 56 {
		t.Errorf("%d of %d checksums are found again, the reference finds 56", same, len(nodes))
	}
}

func unbounded(t *testing.T) *budget.Budget {
	b := budget.New(t.Context(), "the test", budget.Limits{})
	t.Cleanup(b.Close)
	return b
}

// Schemas and documents that refer to each other many times over are put together
// in time that their number decides, not the number of ways through them.
func TestSharedSchemasArePutTogetherOnce(t *testing.T) {
	node := &SchemaNode{Checksum: "0", Slug: "s", Fields: parse(t, `{"title":"0"}`)}
	for i := range 150 {
		node = &SchemaNode{Checksum: fmt.Sprint(i), Slug: "s", Fields: parse(t, fmt.Sprintf(`{"title":"%d"}`, i+1)), Children: []SchemaChild{{"a", node}, {"b", node}}}
	}
	definitions, _ := node.Full().Get("definitions")
	if len(definitions.Members()) != 150 {
		t.Errorf("%d definitions", len(definitions.Members()))
	}
}

func TestNestedDefinitionsAreReadOnce(t *testing.T) {
	// Each definition holds the next in two fields.
	var text strings.Builder
	text.WriteString(`{"title":"d0"`)
	refs := func(i int) string {
		return fmt.Sprintf(`,"properties":{"a":{"$ref":"#/definitions/d%d"},"b":{"$ref":"#/definitions/d%d"}},"block_schema_references":{`+
			`"a":{"block_type_slug":"s","block_schema_checksum":"sha256:a%d"},"b":{"block_type_slug":"s","block_schema_checksum":"sha256:b%d"}}`, i, i, i, i)
	}
	text.WriteString(refs(1) + `,"definitions":{`)
	for i := 1; i < 45; i++ {
		fmt.Fprintf(&text, `"d%d":{"title":"d%d","block_type_slug":"s"%s},`, i, i, refs(i+1))
	}
	text.WriteString(`"d45":{"title":"d45","block_type_slug":"s"}}}`)
	b := budget.New(t.Context(), "the schema", budget.Limits{Steps: 100_000, Bytes: 16 << 20})
	defer b.Close()
	if _, err := NewSchema(b, parse(t, text.String())); err != nil {
		t.Error(err)
	}
	deep := strings.ReplaceAll(text.String(), `"d45":{"title":"d45","block_type_slug":"s"}`, `"d45":{"title":"d45","block_type_slug":"s"`+refs(1)+`}`)
	if _, err := NewSchema(b, parse(t, deep)); err != nil && !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func TestManySecretsAreHiddenInOneGo(t *testing.T) {
	var text strings.Builder
	var paths []string
	for i := range 20_000 {
		fmt.Fprintf(&text, `,"k%d":"secret"`, i)
		paths = append(paths, fmt.Sprintf("k%d", i), fmt.Sprintf("x%d.*", i))
	}
	document := parse(t, "{"+text.String()[1:]+"}")
	hiddenAll := Hide(document, paths)
	if strings.Contains(string(hiddenAll.Raw()), `"secret"`) {
		t.Error("a secret is shown")
	}
	if got := Reveal(hiddenAll, document, paths); string(got.Raw()) != string(document.Raw()) {
		t.Error("the secrets are not revealed")
	}
}

func TestSchemaIsTakenApartAndPutTogether(t *testing.T) {
	fields := parse(t, `{"title":"Outer","properties":{"one":{"$ref":"#/definitions/Inner"},"n":{"$ref":"#/definitions/Plain"}},
		"definitions":{"Inner":{"title":"Inner","block_type_slug":"inner","block_schema_references":{}},"Plain":{"type":"string"},"Unused":{}},
		"block_schema_references":{"one":{"block_type_slug":"inner","block_schema_checksum":"sha256:x"}}}`)
	outer, err := NewSchema(unbounded(t), fields)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(outer.Fields.Raw()); got != `{"title":"Outer","properties":{"one":{"$ref":"#/definitions/Inner"},"n":{"$ref":"#/definitions/Plain"}},"definitions":{"Plain":{"type":"string"}}}` {
		t.Errorf("stored: %s", got)
	}
	if want := []SchemaReference{{"one", "inner", "sha256:x"}}; !slices.Equal(outer.References, want) {
		t.Errorf("references %v", outer.References)
	}
	inner, err := outer.Nested(outer.References[0])
	if err != nil {
		t.Fatal(err)
	}
	node := &SchemaNode{Checksum: outer.Checksum, Slug: "outer", Fields: outer.Fields, Children: []SchemaChild{
		{"one", &SchemaNode{Checksum: inner.Checksum, Slug: "inner", Fields: inner.Fields}}}}
	full := node.Full()
	definitions, _ := full.Get("definitions")
	if _, ok := definitions.Get("Inner"); !ok {
		t.Errorf("no definition of the nested block in %s", full.Raw())
	}
	references, _ := full.Get(referencesKey)
	if got := string(references.Raw()); got != `{"one":{"block_schema_checksum":"`+inner.Checksum+`","block_type_slug":"inner"}}` {
		t.Errorf("references: %s", got)
	}
}

func TestNestedSchemaThatIsMissing(t *testing.T) {
	for name, text := range map[string]string{
		"no definitions":      `{"properties":{"x":{"$ref":"#/definitions/X"}}}`,
		"no such property":    `{"definitions":{"X":{"block_type_slug":"x"}}}`,
		"property without it": `{"properties":{"x":{}},"definitions":{"X":{"block_type_slug":"x"}}}`,
		"other types":         `{"properties":{"x":{"anyOf":[{"$ref":"#/definitions/A"},{"$ref":"#/definitions/B"}]}},"definitions":{"A":{"block_type_slug":"a"},"B":{}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			s, err := NewSchema(unbounded(t), parse(t, text))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Nested(SchemaReference{"x", "x", "sha256:x"}); !fault.Is(err, fault.Invalid) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestHide(t *testing.T) {
	for _, c := range []struct {
		name, data string
		secrets    []string
		want       string
	}{
		{"exact", `{"a":"x","b":"y"}`, []string{"a"}, `{"a":"********","b":"y"}`},
		{"null stays", `{"a":null}`, []string{"a"}, `{"a":null}`},
		{"empty text and zero do not", `{"a":"","b":0}`, []string{"a", "b"}, `{"a":"********","b":"********"}`},
		{"lists as a whole", `{"a":[1,2]}`, []string{"a"}, `{"a":"********"}`},
		{"nested", `{"a":{"b":"x","c":"y"}}`, []string{"a.b"}, `{"a":{"b":"********","c":"y"}}`},
		{"an object is no value", `{"a":{"b":"x"}}`, []string{"a"}, `{"a":{"b":"x"}}`},
		{"an empty one is", `{"a":{}}`, []string{"a"}, `{"a":"********"}`},
		{"wildcard", `{"a":{"b":{"c":null},"d":1},"e":2}`, []string{"a.*"}, `{"a":{"b":{"c":"********"},"d":"********"},"e":2}`},
		{"wildcard in the middle", `{"a":{"b":{"x":1,"y":2}}}`, []string{"a.*.x"}, `{"a":{"b":{"x":"********","y":"********"}}}`},
		{"wildcard of all", `{"a":1}`, []string{"*"}, `{"a":"********"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Hide(parse(t, c.data), c.secrets).Raw()); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestReveal(t *testing.T) {
	current := parse(t, `{"a":"old","b":{"c":"kept","d":5},"e":"shown"}`)
	secrets := []string{"a", "b.*"}
	for _, c := range []struct{ name, update, want string }{
		{"hidden values stay", `{"a":"********","b":{"c":"********","d":"********"}}`, `{"a":"old","b":{"c":"kept","d":5}}`},
		{"new values count", `{"a":"new","b":{"c":"other"}}`, `{"a":"new","b":{"c":"other"}}`},
		{"asterisks elsewhere are values", `{"e":"********"}`, `{"e":"********"}`},
		{"asterisks without a current value too", `{"b":{"x":"********"}}`, `{"b":{"x":"********"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Reveal(parse(t, c.update), current, secrets).Raw()); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestTakeApart(t *testing.T) {
	id := uuid.MustParse("11111111-1111-4111-8111-111111111111")
	rest, references, err := TakeApart(parse(t, `{"a":1,"b":{"$ref":{"block_document_id":"`+id.String()+`"}},"c":{"d":{"$ref":{}}}}`))
	if err != nil || string(rest.Raw()) != `{"a":1,"c":{"d":{"$ref":{}}}}` || !slices.Equal(references, []DocumentReference{{"b", id}}) {
		t.Errorf("%s %v %v", rest.Raw(), references, err)
	}
	for _, bad := range []string{`{"a":{"$ref":{}}}`, `{"a":{"$ref":"x"}}`, `{"a":{"$ref":{"block_document_id":"x"}}}`, `{"a":{"$ref":{"block_document_id":5}}}`} {
		if _, _, err := TakeApart(parse(t, bad)); !fault.Is(err, fault.BadRequest) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestWouldFormRing(t *testing.T) {
	ids := make([]uuid.UUID, 4)
	for i := range ids {
		ids[i] = uuid.UUID{byte(i + 1)}
	}
	// 0 -> 1 -> 2, 3 stands alone.
	children := func(id uuid.UUID) ([]uuid.UUID, error) {
		switch id {
		case ids[0]:
			return []uuid.UUID{ids[1]}, nil
		case ids[1]:
			return []uuid.UUID{ids[2]}, nil
		}
		return nil, nil
	}
	for _, c := range []struct {
		parent, target int
		want           bool
	}{{0, 0, true}, {2, 0, true}, {2, 1, true}, {0, 2, false}, {3, 0, false}, {0, 3, false}} {
		if got, err := WouldFormRing(ids[c.parent], ids[c.target], children); err != nil || got != c.want {
			t.Errorf("%d to %d: %v, %v", c.parent, c.target, got, err)
		}
	}
	if _, err := WouldFormRing(ids[3], ids[0], func(uuid.UUID) ([]uuid.UUID, error) { return nil, errors.New("x") }); err == nil {
		t.Error("a failing read was passed over")
	}
}

func TestCipher(t *testing.T) {
	const key = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
	// Written by Python's cryptography.fernet with this key.
	const token = "gAAAAABlU_EAXCHxBl8PHKuiYo8F9UZ02-bEChBpsh5D8oHtxPYN11cQgtosaZ--lrTRaEM7V63pgwb66T8kYuhqCHKim9AEkcEG1Wvm_LPSG0XrSTzQ6Bs96te_n_OH0HbLRYMnapr0KSDFJbKWvkTtcoEjPDncxA=="
	c, err := NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.Decrypt(token)
	if err != nil || string(v.Raw()) != `{"value": "s\u00fc\u00df", "n": {"a": [1, 2.0, null]}}` {
		t.Errorf("%s, %v", v.Raw(), err)
	}
	ours, err := c.Encrypt(v, time.Unix(1700000000, 0))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Decrypt(ours); err != nil || string(again.Raw()) != string(v.Raw()) {
		t.Errorf("%s, %v", again.Raw(), err)
	}
	drawn, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewCipher(drawn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Decrypt(ours); err == nil {
		t.Error("decrypted with another key")
	}
	for _, bad := range []string{"", "gAAAAA", "not base64 at all!"} {
		if _, err := c.Decrypt(bad); err == nil {
			t.Errorf("decrypted %q", bad)
		}
	}
	for _, bad := range []string{"short", "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=cw_0x689"} {
		if _, err := NewCipher(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("key %q: %v", bad, err)
		}
	}
}

// A schema survives registration: what is shown of it has the checksum it was
// registered with, and taking it apart again gives what is stored.
func FuzzSchema(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"definitions":{}}`, `{"definitions":[]}`, `{"$ref":"#/definitions/A","definitions":{"A":{"$ref":"#/definitions/A"}}}`,
		`{"definitions":{"A":{"block_type_slug":"a"},"B":{"$ref":"#/definitions/A"}},"properties":{"x":{"$ref":"#/definitions/B"}}}`,
		`{"block_schema_references":{"x":[{"block_type_slug":"a","block_schema_checksum":"s"}]},"secret_fields":["x"]}`,
		`{"a":[1e400,-0,1.0,"\ud800"],"":{"":null}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := pyjson.Parse([]byte(text))
		if err != nil || v.Kind() != pyjson.Object {
			return
		}
		s, err := NewSchema(unbounded(t), v)
		if err != nil {
			return
		}
		again, err := NewSchema(unbounded(t), s.Registered())
		if err != nil {
			t.Fatalf("what was registered is refused: %v", err)
		}
		if pyjsonText(again.Fields) != pyjsonText(s.Fields) {
			t.Errorf("stored %s, then %s", s.Fields.Raw(), again.Fields.Raw())
		}
		for _, r := range s.References {
			_, _ = s.Nested(r)
		}
	})
}

func FuzzDocument(f *testing.F) {
	f.Add(`{"a":{"$ref":{"block_document_id":"11111111-1111-4111-8111-111111111111"}}}`, "a")
	f.Add(`{"a":{"b":{"c":[1]}},"$ref":{}}`, "a.*.c")
	f.Add(`{"":{"":1}}`, ".")
	f.Add(`{"a":1}`, "*")
	f.Fuzz(func(t *testing.T, text, secret string) {
		v, err := pyjson.Parse([]byte(text))
		if err != nil || v.Kind() != pyjson.Object {
			return
		}
		if rest, _, err := TakeApart(v); err == nil {
			if _, more, err := TakeApart(rest); err != nil || len(more) > 0 {
				t.Errorf("references are left in %s", rest.Raw())
			}
		}
		hidden := Hide(v, []string{secret})
		if len(hidden.Members()) != len(v.Members()) {
			t.Errorf("hiding changed the keys: %s", hidden.Raw())
		}
		if back := Reveal(hidden, v, []string{secret}); pyjsonText(back) != pyjsonText(v) {
			t.Errorf("%s, hidden as %s, came back as %s", v.Raw(), hidden.Raw(), back.Raw())
		}
	})
}

func pyjsonText(v pyjson.Value) string { return string(pyjson.AppendSorted(nil, v)) }
