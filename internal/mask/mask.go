// Package mask takes secrets out of text before people or files see it: the
// values that are known to be secret, in every spelling in which they get into a
// line (quoted, percent-encoded, base64), and what has the form of one (the
// password of a URL, an Authorization header, password=…).
//
// A known value of 8 bytes or more is found anywhere. A shorter one is only
// found as a word, since it may be part of ordinary words; one of less than 4
// bytes is not looked for at all.
package mask

import (
	"io"
	"sync"
	"sync/atomic"
)

// Mask stands where a secret was.
const Mask = "**********"

// Masker masks the secrets it knows. It is safe for concurrent use; a nil one
// knows no values, only forms.
type Masker struct {
	mu    sync.Mutex // held by Add
	given map[string]bool
	known atomic.Pointer[values]
}

// New returns a masker that knows secrets.
func New(secrets ...string) *Masker {
	m := &Masker{given: map[string]bool{}}
	m.Add(secrets...)
	return m
}

// Add makes secrets known. A part that is secret of its own, the password in
// user:password, is known with it.
func (m *Masker) Add(secrets ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.given)
	for _, secret := range secrets {
		m.given[secret] = true
	}
	if len(m.given) != before {
		m.known.Store(newValues(m.given))
	}
}

// Text is s without secrets: known values and what has the form of one.
func (m *Masker) Text(s string) string { return maskForms(m.Values(s)) }

// Values is s without the known values. It is for output that is data, in
// which only what is surely secret may be changed.
func (m *Masker) Values(s string) string {
	if m == nil {
		return s
	}
	if known := m.known.Load(); known != nil {
		return known.mask(s)
	}
	return s
}

// Writer passes on what is written, without secrets. Each Write must hold whole
// lines, or at least whole secrets, as that of a log or of fmt.Fprintf does.
func (m *Masker) Writer(to io.Writer) io.Writer { return &writer{to, m.Text} }

// ValueWriter is a Writer that masks known values only.
func (m *Masker) ValueWriter(to io.Writer) io.Writer { return &writer{to, m.Values} }

type writer struct {
	to   io.Writer
	mask func(string) string
}

// Write implements io.Writer. It counts the bytes it was given.
func (w *writer) Write(p []byte) (int, error) {
	text := string(p)
	masked := w.mask(text)
	if masked == text {
		return w.to.Write(p)
	}
	if _, err := io.WriteString(w.to, masked); err != nil {
		return 0, err
	}
	return len(p), nil
}
