package notify

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// mostHeard bounds what a server of mail may say in one conversation, in bytes.
const mostHeard = 256 << 10

// emailBlock is the document of prefect_email.EmailServerCredentials. It does not say
// from whom and to whom; what was added to the document counts.
type emailBlock struct {
	User     string `json:"username"`
	Password string `json:"password"`
	Server   string `json:"smtp_server"`
	Security any    `json:"smtp_type"`
	Port     int    `json:"smtp_port"`
	Verify   bool   `json:"verify"`
	From     string `json:"email_from"`
	To       list   `json:"email_to"`
}

// emailServers are the names that prefect_email knows.
var emailServers = map[string]string{"AOL": "smtp.aol.com", "ATT": "smtp.mail.att.net", "COMCAST": "smtp.comcast.net", "ICLOUD": "smtp.mail.me.com",
	"GMAIL": "smtp.gmail.com", "OUTLOOK": "smtp-mail.outlook.com", "YAHOO": "smtp.mail.yahoo.com"}

// emailPorts are the ways to secure a connection, each with its port, by which
// prefect_email saves it.
var emailPorts = map[string]int{"SSL": 465, "STARTTLS": 587, "INSECURE": 25}

// letter is a mail that is ready to be sent.
type letter struct {
	block    emailBlock
	security string
	address  string // host:port
	from     string // of the envelope
	to       []string
	text     *gomail.Msg
}

// emailService sends a mail by the server that a block has the credentials of.
func emailService(ctx context.Context, s *Sender, b Block, m Message) (Answer, error) {
	l, err := s.letter(b, m)
	if err != nil {
		return Answer{}, err
	}
	return s.post(ctx, l)
}

// letter writes a mail.
func (s *Sender) letter(b Block, m Message) (*letter, error) {
	l := &letter{block: emailBlock{Server: "GMAIL", Security: "SSL", Verify: true}}
	if err := b.read(&l.block); err != nil {
		return nil, err
	}
	if err := l.place(b); err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(cmp.Or(l.block.From, s.mailFrom, l.block.User))
	if err != nil {
		return nil, &Failure{Sentence: fmt.Sprintf("the block %s/%s does not say who its mail is from", b.Slug, b.Name),
			Hint: `give the address in reeve.toml: [notifications] mail_from = "reeve@example.com"`, Final: true}
	}
	l.from = from.Address
	given := l.block.To
	if len(given) == 0 {
		given = s.to[b.Slug+"/"+b.Name]
	}
	if len(given) == 0 {
		if _, err := mail.ParseAddress(l.block.User); err == nil {
			given = list{l.block.User}
		}
	}
	if len(given) == 0 {
		return nil, nobody(b, "ops@example.com")
	}
	to, err := mail.ParseAddressList(strings.Join(given, ","))
	if err != nil || len(to) > mostRecipients {
		return nil, unusable(b, "those whom it writes to are not 1 to %d addresses of mail", mostRecipients)
	}
	l.text = gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	names := make([]string, len(to))
	for i, one := range to {
		l.to, names[i] = append(l.to, one.Address), one.String()
	}
	if err := errors.Join(l.text.From(from.String()), l.text.To(names...)); err != nil {
		return nil, unusable(b, "its addresses of mail cannot be used")
	}
	l.text.Subject(strings.Join(strings.Fields(cmp.Or(m.Subject, agent)), " "))
	l.text.SetDateWithValue(s.clock.Now())
	l.text.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Key != "" {
		_, domain, _ := strings.Cut(l.from, "@")
		l.text.SetMessageIDWithValue(messageID(m.Key) + "@" + domain)
	}
	l.text.SetBodyString(gomail.TypeTextPlain, shortened(m.Body, mostMail))
	return l, nil
}

// place finds the server and the way to it.
func (l *letter) place(b Block) error {
	name := strings.TrimSpace(l.block.Server)
	host := cmp.Or(emailServers[strings.ToUpper(name)], name)
	if host == "" || strings.ContainsAny(host, " /@\r\n") {
		return unusable(b, "smtp_server is no host")
	}
	given := strings.ToUpper(fmt.Sprint(l.block.Security))
	for security, port := range emailPorts {
		if given == security || given == strconv.Itoa(port) {
			l.security = security
			l.address = net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(cmp.Or(l.block.Port, port)))
		}
	}
	if l.security == "" || l.block.Port < 0 || l.block.Port > 65535 {
		return unusable(b, "smtp_type is not SSL, STARTTLS or INSECURE, or smtp_port is no port")
	}
	return nil
}

// messageID is a key as the left side of a Message-ID.
func messageID(key string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '-' || r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return '_'
	}, shortenedBytes(key, 200))
}

// post brings a mail to its server.
func (s *Sender) post(ctx context.Context, l *letter) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	host, _, err := net.SplitHostPort(l.address)
	if err != nil {
		return Answer{}, unreached(l.address, err)
	}
	connection, err := s.connect(ctx, l.address, false)
	if err != nil {
		return Answer{}, unreached(host, err)
	}
	connection = &bounded{Conn: connection, room: mostHeard}
	defer func() { _ = connection.Close() }()
	// The library has deadlines for parts; this is the one for all.
	defer context.AfterFunc(ctx, func() { _ = connection.Close() })()
	answer, err := l.speak(ctx, host, connection, &tls.Config{ServerName: host, RootCAs: s.roots, InsecureSkipVerify: !l.block.Verify})
	if err == nil {
		return answer, nil
	}
	if ctx.Err() != nil {
		return Answer{}, unreached(host, context.DeadlineExceeded)
	}
	return heard(host, l, err)
}

// speak holds the conversation of SMTP.
func (l *letter) speak(ctx context.Context, host string, connection net.Conn, secure *tls.Config) (Answer, error) {
	options := []gomail.Option{gomail.WithTLSConfig(secure), gomail.WithTimeout(Deadline), gomail.WithTLSPolicy(gomail.NoTLS)}
	switch l.security {
	case "SSL":
		over := tls.Client(connection, secure)
		if err := over.HandshakeContext(ctx); err != nil {
			return Answer{}, err
		}
		connection = over
		options = append(options, gomail.WithSSL())
	case "STARTTLS":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if l.block.User != "" && l.block.Password != "" {
		options = append(options, gomail.WithUsername(l.block.User), gomail.WithPassword(l.block.Password), gomail.WithOpportunisticSMTPAuth(l.ways()...))
	}
	options = append(options, gomail.WithDialContextFunc(func(context.Context, string, string) (net.Conn, error) { return connection, nil }))
	dialer, err := gomail.NewClient(host, options...)
	if err != nil {
		return Answer{}, err
	}
	c, err := dialer.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return Answer{}, err
	}
	return l.hand(c)
}

// ways are those to say the password, the first that the server knows. In clear it is
// only said over a connection that is secured, or that the block has as INSECURE.
func (l *letter) ways() []gomail.SMTPAuthType {
	if l.security == "INSECURE" {
		return []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc}
	}
	return []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5}
}

// hand gives the mail to the server. Those of several recipients whom it refuses for
// good are left out, and told in the answer.
func (l *letter) hand(c *smtp.Client) (Answer, error) {
	if err := c.Mail(l.from); err != nil {
		return Answer{}, err
	}
	var left []string
	var refusal error
	for _, to := range l.to {
		err := c.Rcpt(to)
		if err != nil && !permanent(err) {
			return Answer{}, err
		}
		if err != nil {
			left, refusal = append(left, fmt.Sprintf("%s is refused: %v", to, err)), err
		}
	}
	if len(left) == len(l.to) {
		return Answer{}, refusal
	}
	w, err := c.Data()
	if err != nil {
		return Answer{}, err
	}
	if _, err := l.text.WriteTo(w); err != nil {
		return Answer{}, err
	}
	if err := w.Close(); err != nil {
		return Answer{}, err
	}
	answer := Answer{Status: 250}
	if closed, ok := w.(*smtp.DataCloser); ok {
		left = append([]string{closed.ServerResponse()}, left...)
	}
	answer.Text = strings.ToValidUTF8(strings.Join(left, "\n"), "\uFFFD")
	_ = c.Quit() // the mail is handed over, whatever becomes of the farewell
	return answer, nil
}

// permanent reports whether a server of mail refuses for good.
func permanent(err error) bool {
	var said *textproto.Error
	return errors.As(err, &said) && said.Code >= 500
}

// heard is the failure that an error of the conversation means.
func heard(host string, l *letter, err error) (Answer, error) {
	var said *textproto.Error
	if !errors.As(err, &said) {
		switch text := err.Error(); {
		case strings.Contains(text, "does not support STARTTLS"):
			return Answer{}, &Failure{Sentence: host + " knows no STARTTLS", Hint: "save the block with another smtp_type", Final: true}
		case strings.Contains(text, "AUTH"):
			return Answer{}, &Failure{Sentence: host + " takes no password in a way that is safe here", Hint: "save the block with smtp_type SSL or STARTTLS, or without a username", Final: true}
		}
		return Answer{}, unreached(host, err)
	}
	text := strings.ToValidUTF8(said.Msg, "\uFFFD")
	f := &Failure{Sentence: fmt.Sprintf("%s answers %d %s", host, said.Code, shortened(strings.Join(strings.Fields(text), " "), 200)), Final: said.Code >= 500}
	if said.Code == 535 || said.Code == 534 || said.Code == 530 {
		f.Hint = "correct username and password of the block"
	}
	return Answer{Status: said.Code, Text: text}, f
}

// bounded is a connection that is heard until there is no more room.
type bounded struct {
	net.Conn
	room int
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.room <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.Conn.Read(p[:min(len(p), b.room)])
	b.room -= n
	return n, err
}
