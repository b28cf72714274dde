package notify

import (
	"strings"
	"unicode"
)

// kind is the notify_type of a block; what is not known is "info".
type kind string

// colours are apprise's, by kind.
var colours = map[kind]string{"info": "#3AA3E3", "success": "#3AA337", "failure": "#A32037", "warning": "#CACF29"}

func (k kind) known() kind {
	if colours[k] == "" {
		return "info"
	}
	return k
}

// colour is what a message of the kind is marked with.
func (k kind) colour() string { return colours[k.known()] }

// image is the address of the kind's picture in apprise's own theme, so that
// messages look as they did.
func (k kind) image(size string) string {
	return "https://github.com/caronc/apprise/raw/master/apprise/assets/themes/default/apprise-" + string(k.known()) + "-" + size + ".png"
}

// overApprise is overHTTP for blocks that send through apprise, which trims what it
// is given and refuses to say nothing.
func overApprise(calls func(*Sender, Block, Message) ([]call, error)) service {
	return overHTTP(func(s *Sender, b Block, m Message) ([]call, error) {
		m.Subject, m.Body = strings.TrimSpace(m.Subject), strings.TrimRightFunc(m.Body, unicode.IsSpace)
		if m.Subject == "" && m.Body == "" {
			return nil, &Failure{Sentence: "the message is empty", Hint: "give the notification a subject or a body", Final: true}
		}
		return calls(s, b, m)
	})
}

// joined is a message for services that know no subject.
func joined(m Message) string {
	if m.Subject == "" {
		return m.Body
	}
	return m.Subject + "\r\n" + m.Body
}
