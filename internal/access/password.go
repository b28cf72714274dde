package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
)

// Password is the "user:password" that a server asks for. Its zero value asks
// for nothing.
type Password struct {
	digest [sha256.Size]byte
	set    bool
}

// NewPassword is the password of a setting, "" for none.
func NewPassword(text string) Password {
	return Password{sha256.Sum256([]byte(text)), text != ""}
}

// Asked reports whether there is one.
func (p Password) Asked() bool { return p.set }

// Is reports whether a text is the password; false when there is none.
func (p Password) Is(text string) bool {
	given := sha256.Sum256([]byte(text))
	return subtle.ConstantTimeCompare(given[:], p.digest[:]) == 1 && p.set
}

// In reports whether an Authorization header holds the password in HTTP's Basic form.
func (p Password) In(authorization string) bool {
	text, ok := Basic(authorization)
	return ok && p.Is(text)
}

// Basic is the "user:password" of an Authorization header, false without one.
func Basic(authorization string) (string, bool) {
	fields := strings.Fields(authorization)
	if len(fields) != 2 || fields[0] != "Basic" {
		return "", false
	}
	text, err := base64.StdEncoding.DecodeString(fields[1])
	return string(text), err == nil
}

// Same compares two secrets.
func Same(a, b []byte) bool {
	x, y := sha256.Sum256(a), sha256.Sum256(b)
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
