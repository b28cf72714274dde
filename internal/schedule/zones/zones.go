// Package zones knows the time zones of the IANA database. The database itself
// is part of the binary, so a bare machine schedules like any other.
package zones

import (
	_ "embed"
	"sort"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the database
)

//go:embed names.txt
var text string

var names = sync.OnceValue(func() []string { return strings.Fields(text) })

var loaded sync.Map // name -> *time.Location

// Known reports whether a name is in the database.
func Known(name string) bool {
	list := names()
	i := sort.SearchStrings(list, name)
	return i < len(list) && list[i] == name
}

// Pattern is a pattern of all names, as clients are shown it.
var Pattern = sync.OnceValue(func() string { return strings.Join(names(), "|") })

// Mentions reports whether the text matches Pattern anywhere.
func Mentions(text string) bool {
	for _, name := range names() {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}

// Load returns a zone by name; the empty name is UTC.
func Load(name string) (*time.Location, error) {
	if zone, ok := loaded.Load(name); ok {
		return zone.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	loaded.Store(name, zone)
	return zone, nil
}
