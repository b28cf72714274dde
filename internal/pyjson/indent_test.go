package pyjson

import "testing"

// What orjson gives with OPT_INDENT_2.
func TestAppendIndentedIsOrjsons(t *testing.T) {
	for _, c := range []struct{ json, want string }{
		{"{\"a\": 1}", "{\n  \"a\": 1\n}"},
		{"[]", "[]"},
		{"{}", "{}"},
		{"[1, [2, []], {\"x\": {\"y\": null}}]", "[\n  1,\n  [\n    2,\n    []\n  ],\n  {\n    \"x\": {\n      \"y\": null\n    }\n  }\n]"},
		{"\"\\u00e9\\u2028 \\\"\\\\\\n\\t\\r\\b\\f\\u0001\\u001f\\u007f<>&'\\ud83d\\ude00\"", "\"é\u2028 \\\"\\\\\\n\\t\\r\\b\\f\\u0001\\u001f\x7f<>&'😀\""},
		{"0", "0"},
		{"-0.0", "-0.0"},
		{"1.0", "1.0"},
		{"1e+16", "1e+16"},
		{"1.2345678901234568e+17", "1.2345678901234568e+17"},
		{"1e-05", "0.00001"},
		{"1e-06", "1e-6"},
		{"1.234e-05", "0.00001234"},
		{"1.5e+300", "1.5e+300"},
		{"9007199254740993", "9007199254740993"},
		{"1000000000000000.0", "1000000000000000.0"},
		{"-1e+22", "-1e+22"},
		{"true", "true"},
		{"null", "null"},
		{"0.1", "0.1"},
		{"5e-324", "5e-324"},
		{"100000.0", "100000.0"},
		{"1e+100", "1e+100"},
	} {
		v, err := Parse([]byte(c.json))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(AppendIndented(nil, v)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.json, got, c.want)
		}
	}
}
