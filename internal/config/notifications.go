package config

import (
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"net/netip"
	"slices"
	"strings"
)

// Notifications is the [notifications] of reeve.toml: whom the server may write to
// when an automation notifies or calls a webhook. What has a name in the environment
// counts more there.
type Notifications struct {
	// AllowPrivate are the addresses of the server's own network that may be reached,
	// none by default: networks ("10.0.0.0/8"), addresses, names of hosts as they
	// stand in a block ("mattermost.internal"), or "*" for all;
	// REEVE_NOTIFICATIONS_ALLOW_PRIVATE, with commas.
	AllowPrivate []string `toml:"allow_private"`
	// To are whom a block writes to that does not say so itself, by type and name:
	// "email-server-credentials/ops" = ["ops@example.com"].
	To map[string][]string `toml:"to"`
	// MailFrom is who mail is from when its block does not say so;
	// REEVE_NOTIFICATIONS_MAIL_FROM.
	MailFrom string `toml:"mail_from"`
}

// loadNotifications lays the environment over what the file says.
func (c *Config) loadNotifications() error {
	const private, from = "REEVE_NOTIFICATIONS_ALLOW_PRIVATE", "REEVE_NOTIFICATIONS_MAIL_FROM"
	n := &c.Notifications
	var problems []error
	if text := c.environ[private]; text != "" {
		n.AllowPrivate = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
		if err := checkPrivate(n.AllowPrivate); err != nil {
			problems = append(problems, refuse(origin{set: true, name: private}, text, err))
		}
	}
	if text := c.environ[from]; text != "" {
		n.MailFrom = text
		if err := checkMail(text); err != nil {
			problems = append(problems, refuse(origin{set: true, name: from}, text, err))
		}
	}
	return errors.Join(problems...)
}

func (n *Notifications) check() error {
	if err := checkPrivate(n.AllowPrivate); err != nil {
		return err
	}
	if n.MailFrom != "" {
		if err := checkMail(n.MailFrom); err != nil {
			return err
		}
	}
	for _, block := range slices.Sorted(maps.Keys(n.To)) {
		if slug, name, ok := strings.Cut(block, "/"); !ok || slug == "" || name == "" {
			return &malformed{fmt.Sprintf("to: %q is not type/name of a block", block), `write it like "email-server-credentials/ops" = ["ops@example.com"]`}
		}
		if len(n.To[block]) == 0 {
			return &malformed{fmt.Sprintf("to: %q names nobody", block), "give an address or a channel, or leave it out"}
		}
	}
	return nil
}

// checkPrivate finds what is no network, address or name of a host.
func checkPrivate(all []string) error {
	for _, one := range all {
		_, err := netip.ParsePrefix(one)
		if err != nil && (one == "" || one != "*" && strings.ContainsAny(one, "/*@ ")) {
			return &malformed{fmt.Sprintf("%q is no network, address or host", one), `give some such as "10.0.0.0/8" or "mattermost.internal", or "*" for all`}
		}
	}
	return nil
}

func checkMail(text string) error {
	if _, err := mail.ParseAddress(text); err != nil {
		return &malformed{fmt.Sprintf("%q is no address of mail", text), "give one such as reeve@example.com"}
	}
	return nil
}
