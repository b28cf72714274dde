package mask

import (
	"encoding/base64"
	"strings"
)

// longToken is the length from which what stands for a user in a URL, or after
// the word Bearer, is taken for a token.
const longToken = 16

// maskForms masks what has the form of a secret.
func maskForms(s string) string {
	if strings.IndexByte(s, ':') < 0 && strings.IndexByte(s, '=') < 0 && strings.IndexByte(s, ' ') < 0 {
		return s
	}
	var out []byte
	copied := 0
	for i := 0; i < len(s); i++ {
		var from, to int
		switch s[i] {
		case ':':
			if strings.HasPrefix(s[i:], "://") {
				from, to = urlSecret(s, i+3)
			} else {
				from, to = namedSecret(s, i, isSecretHeader)
			}
		case '=':
			from, to = namedSecret(s, i, isSecretName)
		case ' ':
			from, to = schemeSecret(s, i)
		}
		if from >= to || from < copied || strings.HasPrefix(s[from:to], Mask) {
			continue
		}
		out = append(append(out, s[copied:from]...), Mask...)
		copied, i = to, to-1
	}
	if copied == 0 {
		return s
	}
	return string(append(out, s[copied:]...))
}

// urlSecret is the place of the password, or of a token in place of the user,
// in a URL whose authority starts at i.
func urlSecret(s string, i int) (from, to int) {
	rest := s[i:]
	end := stop(rest, " \t\n\r\"<>`")
	authority := stop(rest[:end], "/?#")
	at := strings.LastIndexByte(rest[:authority], '@')
	user, password, colon := strings.Cut(rest[:authority], ":")
	if at < 0 && colon && (password == "" || password[0] < '0' || password[0] > '9') {
		// No port follows the colon, so it is a password with a slash in it.
		at = strings.LastIndexByte(rest[:end], '@')
	}
	switch {
	case at < 0:
		return 0, 0
	case colon && len(user) < at:
		return i + len(user) + 1, i + at
	case at >= longToken:
		return i, i + at
	}
	return 0, 0
}

// secretHeaders and secretNames are compared in lower case with _ for -.
var (
	secretHeaders = []string{"authorization", "api_key", "webhook_secret", "cookie"}
	secretNames   = []string{"password", "passwd", "pwd", "secret", "token", "api_key", "apikey", "access_key", "secret_key",
		"auth_string", "encryption_key", "authorization", "signature", "credential"}
)

// isSecretHeader reports whether a colon after a name is followed by a secret: a
// header's name, or in JSON and the like any name that is quoted.
func isSecretHeader(name string, quoted bool) bool {
	return hasSuffixOf(name, secretHeaders) || quoted && hasSuffixOf(name, secretNames)
}

func isSecretName(name string, _ bool) bool { return hasSuffixOf(name, secretNames) }

func hasSuffixOf(name string, suffixes []string) bool {
	if len(name) < 3 {
		return false
	}
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	for _, suffix := range suffixes {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// namedSecret is the place of the value after the separator at i, when the name
// before it is one of a secret.
func namedSecret(s string, i int, isSecret func(name string, quoted bool) bool) (from, to int) {
	end := i
	for end > 0 && (s[end-1] == '"' || s[end-1] == '\'' || s[end-1] == '\\') {
		end--
	}
	begin := end
	for begin > 0 && (isWordByte(s[begin-1]) || s[begin-1] == '-') {
		begin--
	}
	if !isSecret(s[begin:end], end < i) {
		return 0, 0
	}
	from = i + 1
	quote := byte(0)
	for from < len(s) && strings.IndexByte(" [\\\"'", s[from]) >= 0 {
		if s[from] == '"' || s[from] == '\'' {
			quote = s[from]
		}
		from++
	}
	if word := stop(s[from:], " "); isScheme(s[from : from+word]) {
		from += min(word+1, len(s)-from)
	}
	ends := " \t\n\r\"'`,;&)]}\\"
	if quote != 0 {
		ends = string(quote) + "\n\r\\"
	}
	to = from + stop(s[from:], ends)
	if isFolder(s[begin:end], s[from:to]) {
		return 0, 0
	}
	switch s[from:to] {
	case "null", "None", "nil", "true", "false", "True", "False":
		return 0, 0
	}
	return from, to
}

// isFolder tells the shell's PWD and OLDPWD, which are folders, from the PWD of a
// connection string.
func isFolder(name, value string) bool {
	return (name == "PWD" || name == "OLDPWD") && strings.HasPrefix(value, "/")
}

func isScheme(word string) bool {
	return strings.EqualFold(word, "basic") || strings.EqualFold(word, "bearer")
}

// schemeSecret is the place of what follows the word Basic or Bearer before the
// blank at i, when it looks like credentials.
func schemeSecret(s string, i int) (from, to int) {
	begin := i
	for begin > 0 && i-begin < len("bearer") && isWordByte(s[begin-1]) {
		begin--
	}
	scheme := s[begin:i]
	if !isScheme(scheme) {
		return 0, 0
	}
	from = i + 1
	to = from + stop(s[from:], " \t\n\r\"'`,;&)]}\\")
	if strings.EqualFold(scheme, "bearer") {
		if to-from < longToken {
			return 0, 0
		}
		return from, to
	}
	decoded, err := base64.StdEncoding.DecodeString(s[from:to])
	if err != nil || !strings.Contains(string(decoded), ":") {
		return 0, 0
	}
	return from, to
}

// stop is the place of the first of ends in s, its length without one.
func stop(s, ends string) int {
	if i := strings.IndexAny(s, ends); i >= 0 {
		return i
	}
	return len(s)
}
