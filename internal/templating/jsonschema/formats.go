package jsonschema

import (
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

var (
	dateText     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	dateTimeText = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$`)
	pointerText  = regexp.MustCompile(`^(/([^~/]|~[01])*)*$`)
	relativeText = regexp.MustCompile(`^(0|[1-9]\d*)(#|(/([^~/]|~[01])*)*)$`)
)

// formats are the formats that are checked; the contract's server checks no others.
// The format "regex" is beside them, since it needs a budget.
var formats = map[string]func(string) bool{
	"email":     func(s string) bool { return strings.Contains(s, "@") },
	"idn-email": func(s string) bool { return strings.Contains(s, "@") },
	"ipv4": func(s string) bool {
		a, err := netip.ParseAddr(s)
		return err == nil && a.Is4()
	},
	"ipv6": func(s string) bool {
		a, err := netip.ParseAddr(s)
		return err == nil && a.Is6() && a.Zone() == ""
	},
	"date": func(s string) bool {
		_, err := time.Parse("2006-01-02", s)
		return err == nil && dateText.MatchString(s)
	},
	"date-time":             func(s string) bool { return dateTime(strings.ToUpper(s)) },
	"time":                  func(s string) bool { return dateTime("1970-01-01T" + strings.ToUpper(s)) },
	"json-pointer":          pointerText.MatchString,
	"relative-json-pointer": relativeText.MatchString,
	"uuid": func(s string) bool {
		_, err := uuid.Parse(s)
		return err == nil && len(s) == 36
	},
}

func dateTime(s string) bool {
	_, err := time.Parse("2006-01-02T15:04:05.999999999Z07:00", s)
	return err == nil && dateTimeText.MatchString(s)
}

// hasFormat reports whether a text has a format; one that is not checked it has.
func (w *walker) hasFormat(name, text string) bool {
	w.spend(1 + len(text)/16)
	if name == "regex" {
		// What only Python understands is let through.
		return w.compile(text).re != nil || strings.Contains(text, "(?")
	}
	check := formats[name]
	return check == nil || check(text)
}
