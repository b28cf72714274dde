package copying

import (
	"bytes"
	"testing"
)

func TestKeysAreReadAsTheyWereWritten(t *testing.T) {
	for _, key := range []Row{nil, {int64(-7)}, {"a b", int64(1 << 62)}, {[]byte{0, 255}, "\x00\xff"}} {
		text, err := FormatKey(key)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseKey(text)
		if err != nil || len(back) != len(key) {
			t.Fatalf("%v is %q, and read as %v: %v", key, text, back, err)
		}
		for i := range key {
			if b, ok := key[i].([]byte); ok {
				if !bytes.Equal(b, back[i].([]byte)) {
					t.Errorf("%v is read as %v", key, back)
				}
			} else if key[i] != back[i] {
				t.Errorf("%v is read as %v", key, back)
			}
		}
	}
	if _, err := FormatKey(Row{nil}); err == nil {
		t.Error("a key with a null is written")
	}
}

// FuzzParseKey: whatever the text of a key is, it is refused or is a key that is written as it was read.
func FuzzParseKey(f *testing.F) {
	for _, text := range []string{"", "w7", "t6120 b00ff", "w", "x1", "b0", "tzz", "w9223372036854775808"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParseKey(text)
		if err != nil {
			return
		}
		written, err := FormatKey(key)
		if err != nil {
			t.Fatalf("%q is read, and not written: %v", text, err)
		}
		again, err := ParseKey(written)
		if err != nil || len(again) != len(key) {
			t.Fatalf("%q is written %q, and read as %v: %v", text, written, again, err)
		}
	})
}
