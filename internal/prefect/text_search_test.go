package prefect

import (
	"slices"
	"testing"
)

func TestParseTextSearch(t *testing.T) {
	for _, c := range []struct {
		query                      string
		include, exclude, required []string
	}{
		{"", nil, nil, nil},
		{" \t\n ", nil, nil, nil},
		{"error timeout", []string{"error", "timeout"}, nil, nil},
		{"error -debug !trace", []string{"error"}, []string{"debug", "trace"}, nil},
		{"+must -not maybe", []string{"maybe"}, []string{"not"}, []string{"must"}},
		{`"connection timeout"`, []string{"connection timeout"}, nil, nil},
		{`-"a b" +"c d"`, nil, []string{"a b"}, []string{"c d"}},
		{`"never closed`, []string{"never closed"}, nil, nil},
		{`"say \"hi\" \\ \n"`, []string{`say "hi" \ \n`}, nil, nil},
		{`"" "  " -""`, nil, nil, nil},
		{"- error", []string{"error"}, nil, nil},
		{"+", nil, nil, nil},
		{"--a -+b +-c", nil, []string{"-a", "+b"}, []string{"-c"}},
		{`ab"cd ef"gh`, []string{"ab", "cd ef", "gh"}, nil, nil},
		{`a\"b c"`, []string{`a\`, "b c"}, nil, nil},
		{`"ends in \`, []string{`ends in \`}, nil, nil},
		{"größer\u00a0als", []string{"größer", "als"}, nil, nil},
		{"100% a_b", []string{"100%", "a_b"}, nil, nil},
	} {
		s := ParseTextSearch(c.query)
		if !slices.Equal(s.Include, c.include) || !slices.Equal(s.Exclude, c.exclude) || !slices.Equal(s.Required, c.required) {
			t.Errorf("%q: %q", c.query, s)
		}
	}
}

func TestTextSearchMatches(t *testing.T) {
	const text = "Connection TIMEOUT on host-1 prefect.flow_runs"
	for query, want := range map[string]bool{
		"": true, "timeout": true, "nothing": false, "nothing timeout": true, "-timeout": false, "-nothing": true,
		"+host-1 +prefect": true, "+host-1 +nothing": false, "timeout -connection": false, `"timeout on"`: true, `"host timeout"`: false,
	} {
		if got := ParseTextSearch(query).Matches(text); got != want {
			t.Errorf("%q: %v", query, got)
		}
	}
}

func FuzzParseTextSearch(f *testing.F) {
	for _, seed := range []string{"a", `-"a\"b" +c`, `"\\`, "!!", "+ \"", "\xff\"\xfe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		s := ParseTextSearch(query)
		for _, terms := range [][]string{s.Include, s.Exclude, s.Required} {
			if slices.Contains(terms, "") {
				t.Errorf("an empty term in %q", query)
			}
		}
		s.Matches(query)
	})
}
