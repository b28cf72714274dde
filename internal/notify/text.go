package notify

import (
	"strings"
	"unicode/utf8"
)

const (
	// mostSubject and mostBody bound a message before it has a service's form, in
	// characters.
	mostSubject = 1000
	mostBody    = 200_000
	// ellipsis stands where a text was cut.
	ellipsis = "…"
)

// shortened is a text of most characters at most, with an ellipsis where it was cut.
func shortened(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	n := 0
	for at := range text {
		if n == most-1 {
			return text[:at] + ellipsis
		}
		n++
	}
	return text
}

// shortenedBytes is a text of most bytes at most, cut between characters.
func shortenedBytes(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
