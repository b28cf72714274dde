package jinja

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/budget"
)

var limits = budget.Limits{Steps: 2_000_000, Bytes: 64 << 20, Time: 2 * time.Second}

func many(n int, text string) string { return strings.Repeat(text, n) }

// Each template ends soon, with little memory, in an error that names a limit; a
// few have a fault of their own, as in Python.
func TestHostileTemplatesEnd(t *testing.T) {
	double := "{% set x = 'xxxxxxxx' %}" + many(60, "{% set x = x ~ x %}")
	list := "{% set x = [1, 2, 3] %}" + many(60, "{% set x = x + x %}")
	pairs := "{% set x = [1] %}" + many(80, "{% set x = [x, x] %}")
	tuples := "{% set x = (1,) %}" + many(80, "{% set x = (x, x) %}")
	for name, text := range map[string]string{
		"text times": "{{ 'a' * 10**9 }}", "text times much": "{{ 'a' * 10**30 }}", "lists times": "{{ [1] * 10**9 }}", "lists in lists": "{{ ([[1] * 10**5] * 10**5)|string }}",
		"doubling": double + "{{ x }}", "doubling with +": strings.ReplaceAll(double, "~", "+"), "doubling in a set block": "{% set x = 'aaaa' %}" + many(60, "{% set x %}{{ x }}{{ x }}{% endset %}"),
		"doubling lists": list, "a shared tree": pairs + "{{ x }}", "a shared tree as JSON": pairs + "{{ x|tojson }}", "a shared tree compared": pairs + "{% set a = x %}" + strings.ReplaceAll(pairs, "x", "y") + "{{ a == y }}",
		"a shared tree as a key": tuples + "{{ {x: 1} }}", "a shared tree sorted": pairs + "{{ [x, x]|sort }}", "a shared tree unique": tuples + "{{ [x]|unique|list }}", "a shared tree pretty": pairs + "{{ x|pprint }}", "a shared tree in another": pairs + "{{ [1] in x }}{{ x|string }}",
		"powers": "{{ 9**(9**9) }}", "a large product": "{% set x = 10**4000 %}" + many(40, "{% set x = x * x %}"), "powers in %": "{{ 3**(10**7) % 7 }}", "negative powers": "{{ 2**-(10**400) }}",
		"center": "{{ 'a'|center(10**9) }}", "center method": "{{ 'a'.center(10**9) }}", "ljust": "{{ 'a'.ljust(10**12) }}", "zfill": "{{ '1'.zfill(10**9) }}", "indent": "{{ ('a\\n' * 1000)|indent(10**6) }}", "indent much": "{{ 'a\\nb'|indent(10**10) }}",
		"% width": "{{ '%999999999d' % 1 }}", "% star": "{{ '%*d' % (10**9, 1) }}", "% precision": "{{ '%.999999999f' % 1 }}", "% precision of whole": "{{ '%.999999999d' % 1 }}", "format filter": "{{ '%999999999s'|format('a') }}",
		"{} width": "{{ '{:>999999999}'.format(1) }}", "{} precision": "{{ '{:.999999999f}'.format(1.0) }}", "{} given width": "{{ '{:>{w}}'.format(1, w=10**9) }}", "{} many": "{{ ('{0}' * 100000).format('x' * 100000) }}",
		"replace": "{{ ('a' * 100000)|replace('a', 'b' * 100000) }}", "replace nothing": "{{ ('a' * 100000)|replace('', 'b' * 100000) }}", "join": "{{ range(100)|join('a' * 10000000) }}", "join method": "{{ ('a' * 10000000).join(['b'] * 100) }}",
		"batch": "{{ [1]|batch(10**9, 'x')|list }}", "slice": "{{ [1]|slice(10**9)|list }}", "wordwrap": "{{ ('a' * 10**7)|wordwrap(1, wrapstring='b' * 1000) }}", "truncate": "{{ ('a' * 10**8)|truncate(10**7) }}", "tojson indent": "{{ [[[1]]]|tojson(10**9) }}", "tojson": "{{ ('<' * 2**23)|tojson }}{{ ('<' * 2**23)|tojson }}",
		"escape": "{{ (('\"' * 10**7)|e) * 10 }}", "urlencode": "{{ ('ä' * 10**7)|urlencode * 3 }}", "expandtabs": "{{ ('\\t' * 1000).expandtabs(10**7) }}", "splitting": "{{ ('a ' * 10**7).split() }}", "letters": "{{ ('a' * 10**7)|list }}", "title": "{{ ('a ' * 10**7)|title|title|title }}",
		"recursive macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "a tree of macros": "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}", "macros of macros": "{% macro a() %}x{% endmacro %}" + macros(40),
		"recursive loop": "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "a tree of loops": "{% for x in [1, 2] recursive %}{{ loop([1, 2]) }}{% endfor %}", "nested loops": "{% for a in range(100) %}{% for b in range(100) %}{% for c in range(100) %}{% for d in range(100) %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
		"caller": "{% macro m() %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m() %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}", "a namespace in itself": "{% set n = namespace() %}{% set n.x = n %}{{ n }}", "a namespace in a list": "{% set n = namespace() %}{% set n.x = [n, n] %}{{ n }}",
		"parentheses": "{{ " + many(500_000, "(") + "1" + many(500_000, ")") + " }}", "brackets": "{{ " + many(500_000, "[") + " }}", "braces": "{{ " + many(50_000, "{1:") + " }}", "nots": "{{ " + many(50_000, "not ") + "1 }}", "minus": "{{ " + many(50_000, "- ") + "1 }}",
		"a long sum": "{{ 1" + many(50_000, "+1") + " }}", "long path": "{{ a" + many(50_000, ".a") + " }}", "long indices": "{{ a" + many(50_000, "[1]") + " }}", "long calls": "{{ a" + many(50_000, "()") + " }}", "long filters": "{{ a" + many(50_000, "|e") + " }}", "ifs": many(50_000, "{% if 1 %}"), "fors": many(50_000, "{% for x in y %}"), "conditions": "{{ " + many(50_000, "1 if 1 else ") + "1 }}", "tests": "{{ a" + many(1000, " is odd") + " }}", "powers in a row": "{{ 1" + many(50_000, "**1") + " }}", "ands": "{{ 1" + many(50_000, " and 1") + " }}",
		"large text": many(40<<20, "a") + "{{ 1 }}" + many(40<<20, "a"), "many tags": many(800_000, "{{1}}"), "strings in a row": "{{ " + many(300_000, "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'") + " }}", "sum of texts": "{{ [[1]]|sum(start=[]) }}{{ ([[1] * 10000] * 10000)|sum(start=[]) }}", "dict of many": "{{ dict([(1, 2)] * 10**6) }}", "unpacking": "{{ range(*[1] * 10**8) }}", "groupby": "{{ ([{'a': 'b'}] * 10**6)|groupby('a') }}", "cyclers": "{{ cycler(*([1] * 10**8)) }}", "maps": "{{ ('a' * 10**6)|map('center', 10**4)|join }}",
	} {
		t.Run(name, func(t *testing.T) {
			b := budget.New(t.Context(), "the template", limits)
			defer b.Close()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			out, err := renderOnce(b, text, nil)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if took > 10*limits.Time {
				t.Errorf("it took %v", took)
			}
			if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<30 {
				t.Errorf("it took %d MB", taken>>20)
			}
			var fault *Error
			if !budget.Is(err) && !errors.As(err, &fault) {
				t.Errorf("%.60q, %v, want a limit", out, err)
			}
			if fault != nil && !strings.Contains(fault.Message, "limit") && !strings.Contains(name, "negative") && !strings.Contains(name, "tests") && !strings.Contains(name, "width") && !strings.Contains(name, "unpacking") {
				t.Errorf("%v, want a limit", fault)
			}
		})
	}
}

// macros are macros of which each calls the one before it ten times.
func macros(n int) string {
	var text strings.Builder
	last := "a"
	for i := range n {
		next := "m" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		text.WriteString("{% macro " + next + "() %}" + many(10, "{{ "+last+"() }}") + "{% endmacro %}")
		last = next
	}
	return text.String() + "{{ " + last + "() }}"
}

func TestATemplateEndsWithItsClient(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	b := budget.New(ctx, "the template", budget.Limits{})
	defer b.Close()
	time.AfterFunc(20*time.Millisecond, leave)
	start := time.Now()
	_, err := renderOnce(b, "{% for a in range(100) %}{% for b in range(100) %}{% for c in range(100) %}{% for d in range(100) %}{% for e in range(100) %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}", nil)
	if took := time.Since(start); !errors.Is(err, context.Canceled) || took > 5*time.Second {
		t.Errorf("%v after %v", err, took)
	}
}

func TestFiltersOfTheCaller(t *testing.T) {
	b := budget.New(t.Context(), "the template", limits)
	defer b.Close()
	tpl, err := Parse(b, "{{ {'a': [1]}|shown('x') }}{{ 'shown' is filter }}")
	if err != nil {
		t.Fatal(err)
	}
	out, err := tpl.Render(b, nil, Options{Filters: map[string]Filter{"shown": func(v any, args []any) (any, error) {
		return []any{v.(map[string]any)["a"], args[0]}, nil
	}}})
	if err != nil || out != "[[1], 'x']True" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestStrictTemplatesDoNotLookIntoNothing(t *testing.T) {
	values := map[string]any{"body": map[string]any{"a": []any{1, 2.5, "x"}, "n": nil}}
	for _, c := range []struct {
		template string
		want     any
		fails    bool
	}{
		{"{{ body.a }}", []any{1, 2.5, "x"}, false}, {" {{ body.b }} ", nil, false}, {"{{ body.b.c }}", nil, true}, {"{{ body.n.c }}", nil, false},
		{"{{ body.n.c.d }}", nil, true}, {"{{ body.b['c'] }}", nil, true}, {"{{ body.b.c|default(1) }}", nil, true}, {"{{ body.b|default(1) }}", 1, false},
	} {
		b := budget.New(t.Context(), "the template", limits)
		tpl, err := Parse(b, c.template)
		if err != nil {
			t.Fatal(err)
		}
		v, lone, err := tpl.Value(b, values, Options{Strict: true})
		b.Close()
		if (err != nil) != c.fails || err == nil && (!lone || !reflect.DeepEqual(v, c.want)) {
			t.Errorf("%s: %v, %v, %v, want %v", c.template, v, lone, err, c.want)
		}
	}
	b := budget.New(t.Context(), "the template", limits)
	defer b.Close()
	for _, text := range []string{"x{{ 1 }}", "{{ 1 }}{{ 2 }}", "x", "{% if 1 %}{{ 1 }}{% endif %}", "{% print 1, 2 %}"} {
		tpl, err := Parse(b, text)
		if err != nil {
			t.Fatal(err)
		}
		if v, lone, err := tpl.Value(b, nil, Options{}); lone || err != nil {
			t.Errorf("%s is a value: %v, %v", text, v, err)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"{{ n }}", "{% for x in l %}{{ loop.index }}{{ x|tojson }}{% endfor %}", "{% macro m(a, b=1) %}{{ varargs }}{{ caller() }}{% endmacro %}{% call m(1, *l) %}x{% endcall %}",
		"{% set ns = namespace(x=1) %}{% set ns.x = ns.x ** 9 %}{{ '%*.*f' % (9, 2, ns.x) }}", "{{ '{0[a]:>{w}}'.format(d, w=9) }}", "{{ s[::-1].split('o', 1)|map('center', 9)|batch(2, 'x')|list }}",
		"{% raw %}{{{% endraw %}{#- x -#}{%- if not n is odd and 1 < 2 <= 3 -%}{% else %}{% endif %}", "{% filter upper|replace('A', 'b') %}a{% endfilter %}{% with a = 1 %}{{ a }}{% endwith %}", "{{ 1 if a.b['c'] is defined else 2 ~ 'x' * 3 }}", "{{ (l|sort + [1.5])|groupby(0)|first|dictsort }}"} {
		f.Add(seed)
	}
	values := map[string]any{"n": 7, "s": "Hello", "l": []any{3, 1, "x"}, "d": map[string]any{"a": 1.5, "b": nil}}
	f.Fuzz(func(t *testing.T, text string) {
		b := budget.New(t.Context(), "the template", budget.Limits{Steps: 100_000, Bytes: 8 << 20, Time: time.Second})
		defer b.Close()
		start := time.Now()
		_, err := renderOnce(b, text, values)
		var fault *Error
		if err != nil && !budget.Is(err) && !errors.As(err, &fault) {
			t.Errorf("%v", err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
