package notify

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/reevehq/reeve/internal/clock"
)

// delivered is a mail that a server took.
type delivered struct {
	user, from string
	to         []string
	text       string
	secure     bool
}

// mailServer is a server of mail that knows one user, ops with the password geheimwort.
type mailServer struct {
	taken   []delivered
	refused map[string]error // recipients who are
	fault   error            // of all mail
}

func (s *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secure := c.TLSConnectionState()
	return &mailSession{server: s, mail: delivered{secure: secure}}, nil
}

type mailSession struct {
	server *mailServer
	mail   delivered
}

func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "ops@example.com" || password != "geheimwort" {
			return smtp.ErrAuthFailed
		}
		s.mail.user = user
		return nil
	}), nil
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error { s.mail.from = from; return nil }

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.server.refused[to]; err != nil {
		return err
	}
	s.mail.to = append(s.mail.to, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if s.mail.text = string(text); s.server.fault != nil {
		return s.server.fault
	}
	s.server.taken = append(s.server.taken, s.mail)
	return err
}

func (s *mailSession) Reset()        {}
func (s *mailSession) Logout() error { return nil }

// mailTo runs a server and returns a sender whose connections all end there. implicit
// has it speak TLS from the start, bare not at all.
func mailTo(t *testing.T, s *mailServer, implicit, bare bool, o Options) *Sender {
	t.Helper()
	roots, certify := authority(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at, config := l.Addr().String(), &tls.Config{GetCertificate: certify}
	server := smtp.NewServer(s)
	server.AllowInsecureAuth, server.ErrorLog = true, log.New(io.Discard, "", 0)
	if implicit {
		l = tls.NewListener(l, config)
	} else if !bare {
		server.TLSConfig = config
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	o.Clock, o.Roots = clock.NewManual(now), roots
	sender := New(o)
	sender.connect = func(ctx context.Context, _ string, _ bool) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", at)
	}
	return sender
}

func email(fields map[string]any) Block {
	all := map[string]any{"username": "ops@example.com", "password": "geheimwort", "smtp_server": "mail.example.com"}
	for name, value := range fields {
		all[name] = value
	}
	return block("email-server-credentials", all)
}

func TestMailIsSentAsItsBlockSays(t *testing.T) {
	m := Message{Subject: "Flow run\r\nBcc: x@example.com failed – ü", Body: "The run failed.\n.\nüber\n", Key: "0192/a b"}
	for name, c := range map[string]struct {
		implicit, bare bool
		fields         map[string]any
		options        Options
		from           string
		to             []string
	}{
		"TLS":                 {implicit: true, fields: map[string]any{"smtp_type": 465}, from: "ops@example.com", to: []string{"ops@example.com"}},
		"STARTTLS":            {fields: map[string]any{"smtp_type": 587}, from: "ops@example.com", to: []string{"ops@example.com"}},
		"STARTTLS by name":    {fields: map[string]any{"smtp_type": "starttls", "smtp_port": 2525}, from: "ops@example.com", to: []string{"ops@example.com"}},
		"nothing, as it says": {bare: true, fields: map[string]any{"smtp_type": "INSECURE"}, from: "ops@example.com", to: []string{"ops@example.com"}},
		"to those in the document": {fields: map[string]any{"smtp_type": "STARTTLS", "email_to": "a@example.com, B <b@example.com>", "email_from": "Reeve <r@example.com>"},
			from: "r@example.com", to: []string{"a@example.com", "b@example.com"}},
		"to those in the settings": {fields: map[string]any{"smtp_type": "STARTTLS"}, from: "s@example.com", to: []string{"c@example.com"},
			options: Options{MailFrom: "s@example.com", To: map[string][]string{"email-server-credentials/mine": {"c@example.com"}}}},
		"without a user": {fields: map[string]any{"smtp_type": "STARTTLS", "username": nil, "email_to": []string{"a@example.com"}}, from: "s@example.com", to: []string{"a@example.com"},
			options: Options{MailFrom: "s@example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := &mailServer{}
			s := mailTo(t, server, c.implicit, c.bare, c.options)
			answer, err := s.Notify(context.Background(), email(c.fields), m)
			if err != nil || answer.Status != 250 {
				t.Fatalf("%+v, %v", answer, err)
			}
			if len(server.taken) != 1 {
				t.Fatalf("%d mails", len(server.taken))
			}
			one := server.taken[0]
			if one.from != c.from || fmt.Sprint(one.to) != fmt.Sprint(c.to) || one.secure == c.bare {
				t.Errorf("it was sent %+v", one)
			}
			if _, anonymous := c.fields["username"]; !anonymous && one.user != "ops@example.com" {
				t.Errorf("nobody said the password")
			}
			read, err := mail.ReadMessage(strings.NewReader(one.text))
			if err != nil {
				t.Fatal(err)
			}
			_, domain, _ := strings.Cut(c.from, "@")
			subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
			if err != nil || subject != "Flow run Bcc: x@example.com failed – ü" || read.Header.Get("Bcc") != "" || read.Header.Get("Message-Id") != "<0192_a_b@"+domain+">" ||
				read.Header.Get("Auto-Submitted") != "auto-generated" || read.Header.Get("Date") != now.Format(time.RFC1123Z) {
				t.Errorf("its header is %v (%q, %v)", read.Header, subject, err)
			}
			body, err := io.ReadAll(read.Body)
			if err != nil || !strings.Contains(string(body), "The run failed.\r\n.\r\n") {
				t.Errorf("its body is %q, %v", body, err)
			}
		})
	}
}

func TestWhatAServerOfMailRefuses(t *testing.T) {
	full := &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "full"}
	nobody := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody geheimwort"}
	for name, c := range map[string]struct {
		server *mailServer
		bare   bool
		fields map[string]any
		status int
		final  bool
		told   string
	}{
		"a wrong password":       {&mailServer{}, false, map[string]any{"password": "falsch-geraten"}, 535, true, "535"},
		"a full disk":            {&mailServer{fault: full}, false, nil, 452, false, "full"},
		"spam":                   {&mailServer{fault: nobody}, false, nil, 550, true, "550"},
		"all recipients":         {&mailServer{refused: map[string]error{"ops@example.com": nobody}}, false, nil, 550, true, "nobody"},
		"a recipient for now":    {&mailServer{refused: map[string]error{"ops@example.com": full}}, false, nil, 452, false, "full"},
		"no STARTTLS":            {&mailServer{}, true, nil, 0, true, "knows no STARTTLS"},
		"a server without a TLS": {&mailServer{}, true, map[string]any{"smtp_type": "SSL"}, 0, false, "does not speak TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			fields := map[string]any{"smtp_type": "STARTTLS"}
			for name, value := range c.fields {
				fields[name] = value
			}
			answer, err := mailTo(t, c.server, false, c.bare, Options{}).Notify(context.Background(), email(fields), Message{Body: "x", Key: "k"})
			var f *Failure
			if !errors.As(err, &f) || f.Final != c.final || answer.Status != c.status || !strings.Contains(f.Sentence, c.told) {
				t.Errorf("%+v, %+v", answer, err)
			}
			if told := fmt.Sprintf("%+v %+v", answer, err); strings.Contains(told, "geheimwort") {
				t.Errorf("it tells %s", told)
			}
			if len(c.server.taken) != 0 {
				t.Error("a mail was taken")
			}
		})
	}
}

func TestOneOfSeveralRecipientsIsRefused(t *testing.T) {
	server := &mailServer{refused: map[string]error{"b@example.com": &smtp.SMTPError{Code: 550, Message: "nobody"}}}
	s := mailTo(t, server, false, false, Options{})
	answer, err := s.Notify(context.Background(), email(map[string]any{"smtp_type": "STARTTLS", "email_to": []string{"a@example.com", "b@example.com"}}), Message{Body: "x", Key: "k"})
	if err != nil || len(server.taken) != 1 || !strings.Contains(answer.Text, "b@example.com is refused") {
		t.Errorf("%+v, %v, %+v", answer, err, server.taken)
	}
}

func TestACertificateOfMailIsAskedFor(t *testing.T) {
	server := &mailServer{}
	s := mailTo(t, server, true, false, Options{})
	s.roots, _ = authority(t) // of somebody else
	_, err := s.Notify(context.Background(), email(nil), Message{Body: "x", Key: "k"})
	if err == nil || err.Error() != "the certificate of mail.example.com is not trusted" {
		t.Errorf("%v", err)
	}
	if _, err := s.Notify(context.Background(), email(map[string]any{"verify": false}), Message{Body: "x", Key: "k"}); err != nil || len(server.taken) != 1 {
		t.Errorf("unverified: %v", err)
	}
}

// TestAServerOfMailThatLies: each script is what a server says, a line for each of
// the client's; then it hangs or goes on for ever.
func TestAServerOfMailThatLies(t *testing.T) {
	greeting := []string{"220 mail", "250 mail", "250 ok", "250 ok", "354 go on"}
	for name, c := range map[string]struct {
		says    []string
		endless bool
		told    string
	}{
		"says nothing":      {nil, false, "did not answer"},
		"hangs after HELO":  {greeting[:1], false, "did not answer"},
		"hangs after DATA":  {greeting, false, "did not answer"},
		"greets for ever":   {nil, true, "broke off"},
		"speaks otherwise":  {[]string{"SSH-2.0-x"}, false, "mail.example.com"},
		"asks to come back": {[]string{"421 later"}, false, "421"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			go func() {
				connection, err := l.Accept()
				if err != nil {
					return
				}
				defer func() { _ = connection.Close() }()
				heard := bufio.NewReader(connection)
				for _, line := range c.says {
					_, _ = io.WriteString(connection, line+"\r\n")
					if _, err := heard.ReadString('\n'); err != nil {
						return
					}
				}
				for c.endless {
					if _, err := io.WriteString(connection, "220-"+strings.Repeat("x", 1000)+"\r\n"); err != nil {
						return
					}
				}
				_, _ = io.Copy(io.Discard, heard)
			}()
			s := New(Options{Clock: clock.NewManual(now)})
			s.deadline = time.Second
			s.connect = func(ctx context.Context, _ string, _ bool) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
			}
			_, err = s.Notify(context.Background(), email(map[string]any{"smtp_type": "INSECURE", "password": ""}), Message{Body: "x", Key: "k"})
			var f *Failure
			if !errors.As(err, &f) || f.Final || !strings.Contains(f.Sentence, c.told) {
				t.Errorf("%+v", err)
			}
		})
	}
}

func TestABlockOfMailThatCannotBeUsed(t *testing.T) {
	for name, fields := range map[string]map[string]any{
		"no host":         {"smtp_server": "a b"},
		"no type":         {"smtp_type": "PIGEON"},
		"no port":         {"smtp_port": 70000},
		"no recipient":    {"username": "ops", "email_from": "a@example.com"},
		"no sender":       {"username": "ops", "email_to": "a@example.com"},
		"wrong recipient": {"email_to": "a@example.com>, <b"},
	} {
		_, err := tester().Notify(context.Background(), email(fields), Message{Body: "x"})
		var f *Failure
		if !errors.As(err, &f) || !f.Final || f.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := New(Options{Clock: clock.NewManual(now)}).Notify(context.Background(), email(map[string]any{"smtp_server": "127.0.0.1"}), Message{Body: "x"})
	var f *Failure
	if !errors.As(err, &f) || !f.Final || !strings.Contains(f.Hint, "allow_private") {
		t.Errorf("the server's own network: %v", err)
	}
}
