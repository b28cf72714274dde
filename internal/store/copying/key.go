package copying

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// FormatKey writes a key as a text that every database holds, "" for none.
func FormatKey(key Row) (string, error) {
	parts := make([]string, len(key))
	for i, value := range key {
		switch v := value.(type) {
		case int64:
			parts[i] = "w" + strconv.FormatInt(v, 10)
		case string:
			parts[i] = "t" + hex.EncodeToString([]byte(v))
		case []byte:
			parts[i] = "b" + hex.EncodeToString(v)
		default:
			return "", fmt.Errorf("a key has a value of type %T", value)
		}
	}
	return strings.Join(parts, " "), nil
}

// ParseKey reads what FormatKey wrote.
func ParseKey(text string) (key Row, err error) {
	for _, part := range strings.Fields(text) {
		var value any
		switch part[0] {
		case 'w':
			value, err = strconv.ParseInt(part[1:], 10, 64)
		case 't', 'b':
			var all []byte
			if all, err = hex.DecodeString(part[1:]); part[0] == 't' {
				value = string(all)
			} else {
				value = all
			}
		default:
			err = fmt.Errorf("it begins with %q", part[0])
		}
		if err != nil {
			return nil, fmt.Errorf("read key %q: %w", text, err)
		}
		key = append(key, value)
	}
	return key, nil
}
