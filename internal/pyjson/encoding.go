package pyjson

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// UTF8 returns the text of a JSON document in UTF-8, which is data itself when it is
// that already. Like Python's json.loads it takes UTF-16 and UTF-32 too, told by
// a byte order mark or by where the first zero bytes are; false stands for bytes
// that are no text. Halves of surrogate pairs, which Python lets pass here and
// fails at later, are no text.
func UTF8(data []byte) ([]byte, bool) {
	rest, width, order := encodingOf(data)
	switch {
	case width == 1:
		return rest, utf8.Valid(rest)
	case len(rest)%width != 0:
		return nil, false
	}
	out := make([]byte, 0, len(rest))
	for i := 0; i < len(rest); i += width {
		r := rune(-1)
		if width == 4 {
			if code := order.Uint32(rest[i:]); code <= utf8.MaxRune {
				r = rune(code)
			}
		} else {
			r = rune(order.Uint16(rest[i:]))
			if utf16.IsSurrogate(r) && i+4 <= len(rest) {
				i += 2
				if r = utf16.DecodeRune(r, rune(order.Uint16(rest[i:]))); r == utf8.RuneError {
					return nil, false
				}
			}
		}
		if !utf8.ValidRune(r) {
			return nil, false
		}
		out = utf8.AppendRune(out, r)
	}
	return out, true
}

// encodingOf returns the text without its byte order mark, and the bytes of a unit
// with their order.
func encodingOf(data []byte) (rest []byte, width int, order binary.ByteOrder) {
	for _, mark := range []struct {
		bytes string
		width int
		order binary.ByteOrder
	}{
		{"\x00\x00\xfe\xff", 4, binary.BigEndian}, {"\xff\xfe\x00\x00", 4, binary.LittleEndian},
		{"\xfe\xff", 2, binary.BigEndian}, {"\xff\xfe", 2, binary.LittleEndian}, {"\xef\xbb\xbf", 1, nil},
	} {
		if after, ok := bytes.CutPrefix(data, []byte(mark.bytes)); ok {
			return after, mark.width, mark.order
		}
	}
	switch {
	case len(data) >= 4 && data[0] == 0 && data[1] == 0:
		return data, 4, binary.BigEndian
	case len(data) >= 4 && data[0] != 0 && data[1] == 0 && data[2] == 0 && data[3] == 0:
		return data, 4, binary.LittleEndian
	case len(data) != 3 && len(data) >= 2 && data[0] == 0:
		return data, 2, binary.BigEndian
	case len(data) != 3 && len(data) >= 2 && data[1] == 0:
		return data, 2, binary.LittleEndian
	}
	return data, 1, nil
}
