package notify

import "strings"

// mostMail bounds the text of a mail, in characters.
const mostMail = mostBody

// sendgridBlock is the document of prefect's SendgridEmail.
type sendgridBlock struct {
	Key  string `json:"api_key"`
	From string `json:"sender_email"`
	To   list   `json:"to_emails"`
}

// sendgridCalls sends a mail to each recipient; without one, to the sender.
func sendgridCalls(_ *Sender, b Block, m Message) ([]call, error) {
	var s sendgridBlock
	if err := b.read(&s); err != nil {
		return nil, err
	}
	if err := b.need("api_key", s.Key, "sender_email", s.From); err != nil {
		return nil, err
	}
	to := words(s.To)
	if len(to) == 0 {
		to = list{s.From}
	}
	subject := m.Subject
	if subject == "" {
		subject = "<no subject>"
	}
	var all []call
	for _, one := range to {
		c := asJSON("https://api.sendgrid.com/v3/mail/send", map[string]any{
			"personalizations": []any{map[string]any{"to": []any{map[string]any{"email": one}}}},
			"from":             map[string]any{"email": s.From},
			"subject":          subject,
			"content":          []any{map[string]any{"type": "text/html", "value": shortened(m.Body, mostMail)}},
		})
		c.to = one
		c.header.Set("Authorization", "Bearer "+strings.TrimSpace(s.Key))
		all = append(all, c)
	}
	return all, nil
}
