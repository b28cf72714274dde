package mask

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// secrets are of every kind that a configuration names, and of awkward letters.
var secrets = []string{
	"admin:corr3ct horse/battery", "hook-secret-0123456789", "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", `qu"ot\e'd&<secret>`, "zwölf-Äpfel-und-Birnen",
	"-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----", "per%cent+plus@at:colon", "  spaces-around-it \n",
}

// TestEverySecretThroughEveryPath sends each secret into each place where one
// can get into a log.
func TestEverySecretThroughEveryPath(t *testing.T) {
	paths := map[string]func(*slog.Logger, string){
		"message":   func(l *slog.Logger, s string) { l.Info("asked with " + s) },
		"attribute": func(l *slog.Logger, s string) { l.Info("asked", "with", s) },
		"name":      func(l *slog.Logger, s string) { l.Info("asked", s, 1) },
		"group":     func(l *slog.Logger, s string) { l.WithGroup("g").With("a", s).Info("asked") },
		"error":     func(l *slog.Logger, s string) { l.Error("asked", "error", fmt.Errorf("ask: %w", errors.New(s))) },
		"struct":    func(l *slog.Logger, s string) { l.Info("asked", "with", struct{ Auth string }{s}) },
		"bytes":     func(l *slog.Logger, s string) { l.Info("asked", "with", []byte(s)) },
		"quoted":    func(l *slog.Logger, s string) { l.Info(fmt.Sprintf("asked with %q", s)) },
		"json":      func(l *slog.Logger, s string) { b, _ := json.Marshal(map[string]string{"a": s}); l.Info(string(b)) },
		"json of json": func(l *slog.Logger, s string) {
			b, _ := json.Marshal(s)
			l.Info("x", "y", fmt.Sprintf("%q", string(b)))
		},
		"query": func(l *slog.Logger, s string) { l.Info("GET /?" + url.Values{"x": {s}}.Encode()) },
		"path":  func(l *slog.Logger, s string) { l.Info("GET /" + url.PathEscape(s)) },
		"userinfo": func(l *slog.Logger, s string) {
			l.Info((&url.URL{Scheme: "http", User: url.UserPassword("u", s), Host: "h"}).String())
		},
		"database": func(l *slog.Logger, s string) { l.Info("open postgresql+asyncpg://prefect:" + s + "@db:5432/prefect") },
		"bearer": func(l *slog.Logger, s string) {
			l.Info("sent", "headers", http.Header{"Authorization": {"Bearer " + s}})
		},
		"basic": func(l *slog.Logger, s string) {
			l.Info("sent", "headers", http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(s))}})
		},
		"base64": func(l *slog.Logger, s string) { l.Info(base64.StdEncoding.EncodeToString([]byte(s))) },
	}
	for name, log := range paths {
		for _, secret := range secrets {
			t.Run(name, func(t *testing.T) {
				var out bytes.Buffer
				log(slog.New(slog.NewTextHandler(New(secrets...).Writer(&out), nil)), strings.TrimSpace(secret))
				leaks(t, out.String(), secret)
			})
		}
	}
}

// leaks looks for what of a secret must not be there.
func leaks(t *testing.T, got, secret string) {
	t.Helper()
	if !strings.Contains(got, Mask) {
		t.Errorf("nothing is masked in %s", got)
	}
	for _, part := range parts(secret) {
		for _, spelling := range []string{part, inner(strconv.Quote(part)), url.QueryEscape(part), base64.StdEncoding.EncodeToString([]byte(part))} {
			if strings.Contains(got, spelling) {
				t.Errorf("%q is in %s", spelling, got)
			}
		}
	}
}

func TestForms(t *testing.T) {
	const x = Mask
	tests := []struct{ name, text, want string }{
		{"nothing", "flow run 3 of 7 is late: see http://host:4200/api?a=b", ""},
		{"URL", "GET http://admin:geheim@host/api: refused", "GET http://admin:" + x + "@host/api: refused"},
		{"two URLs", "http://a:b@c,http://d:e@f", "http://a:" + x + "@c,http://d:" + x + "@f"},
		{"at sign in a password", "http://a:b@b@c/x", "http://a:" + x + "@c/x"},
		{"slash in a password", "postgresql://u:pa/ss@h/db", "postgresql://u:" + x + "@h/db"},
		{"token for a user", "git clone https://ghp_0123456789abcdef@github.com/a/b", "git clone https://" + x + "@github.com/a/b"},
		{"user only", "ssh://git@github.com/a/b and postgres://me@db/x", ""},
		{"at sign behind the host", "http://host:4200/a@b http://host/?mail=a@b.c", ""},
		{"no password", "http://a:@host/", ""},
		{"header", "Authorization: Basic YTpi and more", "Authorization: Basic " + x + " and more"},
		{"header without scheme", "authorization: abc", "authorization: " + x},
		{"header of Go", "map[Authorization:[Bearer abc] Accept:[*/*]]", "map[Authorization:[Bearer " + x + "] Accept:[*/*]]"},
		{"header in JSON", `{"authorization": "Bearer abc", "a": 1}`, `{"authorization": "Bearer ` + x + `", "a": 1}`},
		{"header in quoted JSON", `msg="{\"authorization\":\"Bearer abc\",\"a\":1}"`, `msg="{\"authorization\":\"Bearer ` + x + `\",\"a\":1}"`},
		{"header of Python", "{'Authorization': 'Basic YTpi'}", "{'Authorization': 'Basic " + x + "'}"},
		{"credentials alone", "sent Basic YWRtaW46cGFzcw== to it", "sent Basic " + x + " to it"},
		{"token alone", "sent Bearer 0123456789abcdef!", "sent Bearer " + x},
		{"prose", "Basic authentication and Bearer tokens: no authorization, token: none", ""},
		{"setting", "PREFECT_API_AUTH_STRING=a:b other=1", "PREFECT_API_AUTH_STRING=" + x + " other=1"},
		{"keyword DSN", "host=db password=geheim dbname=x", "host=db password=" + x + " dbname=x"},
		{"quoted", "connect(password='ge heim', user='a')", "connect(password='" + x + "', user='a')"},
		{"query", "GET /x?token=abc&b=c", "GET /x?token=" + x + "&b=c"},
		{"AWS", "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/2026/s3/aws4_request, SignedHeaders=host, Signature=00ff", "Authorization: " + x + " Credential=" + x + ", SignedHeaders=host, Signature=" + x},
		{"JSON", `{"api_key":"abc","b":"c"}`, `{"api_key":"` + x + `","b":"c"}`},
		{"nothing set", `{"password": null} token=None secret= `, ""},
		{"masked already", "PREFECT_SERVER_API_AUTH_STRING=**********: not user:password", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := test.want
			if want == "" {
				want = test.text
			}
			if got := (*Masker)(nil).Text(test.text); got != want {
				t.Errorf("%s\n got %s\nwant %s", test.text, got, want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	m := New("abcdefgh", "efghijkl", "word", "abc", "", "********")
	for text, want := range map[string]string{
		"xabcdefghx":             "x" + Mask + "x",
		"abcdefghijkl!":          Mask + "!", // overlapping ones leave no rest
		"abcdefghabcdefgh":       Mask,
		"a word, a sword, words": "a " + Mask + ", a sword, words",
		"abc ******** ":          "abc ******** ",
	} {
		if got := m.Values(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestAFolderIsNoSecret(t *testing.T) {
	for text, want := range map[string]string{
		"PWD=/home/me/project OLDPWD=/tmp":    "PWD=/home/me/project OLDPWD=/tmp",
		`{"PWD": "/home/me", "A": 1}`:         `{"PWD": "/home/me", "A": 1}`,
		"SERVER=db;UID=sa;PWD=hunter22;x=1":   "SERVER=db;UID=sa;PWD=" + Mask + ";x=1",
		"Server=db;Uid=sa;Pwd=/hunter22":      "Server=db;Uid=sa;Pwd=" + Mask,
		"DB_PWD=/hunter22 MYSQL_PWD=/hunter2": "DB_PWD=" + Mask + " MYSQL_PWD=" + Mask,
	} {
		if got := New().Text(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if got := Environment([]string{"PWD=/home/me/project", "OLDPWD=/home/me", "DB_PASSWORD=/hunter22"}); len(got) != 1 || got[0] != "/hunter22" {
		t.Errorf("secrets of the environment: %q", got)
	}
}

func TestWriterCountsWhatItWasGiven(t *testing.T) {
	var out bytes.Buffer
	n, err := fmt.Fprintf(New("geheimnis").Writer(&out), "a geheimnis\n")
	if n != 12 || err != nil || out.String() != "a "+Mask+"\n" {
		t.Errorf("%d, %v, %q", n, err, out.String())
	}
}

func FuzzMask(f *testing.F) {
	for _, secret := range secrets {
		f.Add(secret, "before ", " after")
	}
	f.Add("://abcdefg", "a:", "@b")
	f.Add("abcdabcdabcd", "abcd", "abcd")
	f.Add("password=", "password=", "'\\")
	f.Fuzz(func(t *testing.T, secret, before, after string) {
		secret = strings.TrimSpace(secret)
		text := before + secret + after
		m := New(secret)
		got := m.Text(text)
		if len(secret) >= anywhere && !strings.Contains(secret, "*") && strings.Contains(got, secret) {
			t.Errorf("%q is in %q", secret, got)
		}
		if nobody := (*Masker)(nil).Text(before); len(nobody) > len(before)+len(Mask)*(len(before)/2+1) {
			t.Errorf("%q became %q", before, nobody)
		}
	})
}

func BenchmarkLine(b *testing.B) {
	m := New(secrets...)
	line := `time=2026-11-24T11:00:00.000Z level=WARN msg="the worker ended and will be started again" worker=pool error="exit status 1" in=2s url=http://127.0.0.1:4200/api` + "\n"
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		m.Text(line)
	}
}

func TestEnvironment(t *testing.T) {
	got := Environment([]string{"HOOK_SECRET=0123456789", "pg_password=abcdefgh", "SHORT_TOKEN=x", "PATH=/usr/bin:/bin", "PREFECT_API_AUTH_STRING=a:bcdefgh=", "NOTHING"})
	if strings.Join(got, " ") != "0123456789 abcdefgh a:bcdefgh=" {
		t.Errorf("got %q", got)
	}
}
