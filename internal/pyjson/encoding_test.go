package pyjson

import "testing"

func TestUTF8(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":"é"}`:                     `{"a":"é"}`,
		"\xef\xbb\xbf{}":                "{}",
		"\xff\xfe{\x00}\x00":            "{}",
		"\xfe\xff\x00{\x00}":            "{}",
		"{\x00}\x00":                    "{}",
		"\x00{\x00}":                    "{}",
		"{\x00\x00\x00}\x00\x00\x00":    "{}",
		"\x00\x00\x00{\x00\x00\x00}":    "{}",
		"\xff\xfe\x00\x00{\x00\x00\x00": "{",
		"\x00\x00\xfe\xff\x00\x00\x00{": "{",
		"\xff\xfe\x3d\xd8\x00\xde":      "😀",
		"1\x00":                         "1",
		"\x001":                         "1",
		"":                              "",
		"1":                             "1",
	} {
		if got, ok := UTF8([]byte(in)); !ok || string(got) != want {
			t.Errorf("%q is %q, %v", in, got, ok)
		}
	}
	for _, in := range []string{"\xff", "{\"a\":\"\xc3\"}", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80", "\xff\xfe{", "\xff\xfe\x00\xd8", "\xff\xfe\x00\xd8\x00\x00",
		"\x00\x00\xfe\xff\x00\x11\x00\x00", "\xff\xfe\x00\x00\x00\xd8\x00\x00", "\xef\xbb\xbf\xff"} {
		if got, ok := UTF8([]byte(in)); ok {
			t.Errorf("%q is taken for %q", in, got)
		}
	}
}

func FuzzUTF8(f *testing.F) {
	f.Add([]byte("\xff\xfe{\x00}\x00"))
	f.Add([]byte("{\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if text, ok := UTF8(data); ok {
			if again, ok := UTF8(append([]byte("\xef\xbb\xbf"), text...)); !ok || string(again) != string(text) {
				t.Errorf("%q became %q", text, again)
			}
		}
	})
}
