package notify

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/reevehq/reeve/internal/mask"
)

// Failure is a message of which it is not known that it arrived.
type Failure struct {
	// Sentence says what happened, without secrets.
	Sentence string
	// Hint is what mends it, "" when that is not known.
	Hint string
	// Final says that it is of no use to try again: it is the block, the address or
	// the message that is refused, not its moment.
	Final bool
	// RetryAfter is how long the service asked to wait, 0 when it did not.
	RetryAfter time.Duration
}

// Error implements error.
func (f *Failure) Error() string { return f.Sentence }

// asFailure is the *Failure that a call ended with, nil for none.
func asFailure(err error) *Failure {
	var f *Failure
	errors.As(err, &f)
	return f
}

// longestWait bounds what a service may ask for.
const longestWait = 24 * time.Hour

// unusable is the failure of a block that cannot be used as it is.
func unusable(b Block, format string, args ...any) *Failure {
	return &Failure{Sentence: fmt.Sprintf("the block %s/%s cannot be used: %s", b.Slug, b.Name, fmt.Sprintf(format, args...)),
		Hint: "correct the block where it was saved", Final: true}
}

// refused is an address that may not be reached; strict when it is the block that
// forbids it, not the settings.
type refused struct {
	host, address string
	strict        bool
}

func (r *refused) Error() string {
	if r.host == r.address {
		return r.address + " is an address of the server's own network"
	}
	return fmt.Sprintf("%s is %s, an address of the server's own network", r.host, r.address)
}

// unreached tells of a connection that could not be made or did not last. The
// texts of the errors are not passed on, since they hold addresses with secrets
// and whatever the other side sent.
func unreached(host string, err error) *Failure {
	var (
		no          *refused
		lookup      *net.DNSError
		untrusted   x509.UnknownAuthorityError
		wrongName   x509.HostnameError
		expired     x509.CertificateInvalidError
		unverified  *tls.CertificateVerificationError
		notTLS      tls.RecordHeaderError
		interrupted net.Error
	)
	switch {
	case errors.As(err, &no) && no.strict:
		return &Failure{Sentence: no.Error() + ", which the block does not reach", Hint: "save the block with allow_private_urls = true, or with another address", Final: true}
	case errors.As(err, &no):
		return &Failure{Sentence: no.Error() + ", which is not reached unless that is allowed",
			Hint: fmt.Sprintf(`allow it with [notifications] allow_private = ["%s"] in reeve.toml, or REEVE_NOTIFICATIONS_ALLOW_PRIVATE`, no.host), Final: true}
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return &Failure{Sentence: "there is no host " + host}
	case errors.As(err, &lookup):
		return &Failure{Sentence: "the address of " + host + " could not be looked up"}
	case errors.As(err, &untrusted), errors.As(err, &wrongName), errors.As(err, &expired), errors.As(err, &unverified):
		return &Failure{Sentence: "the certificate of " + host + " is not trusted"}
	case errors.As(err, &notTLS):
		return &Failure{Sentence: host + " does not speak TLS"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Failure{Sentence: host + " refuses connections"}
	case errors.As(err, &interrupted) && interrupted.Timeout():
		return &Failure{Sentence: host + " did not answer in time"}
	}
	return &Failure{Sentence: "the connection to " + host + " broke off"}
}

// answered is the failure that an answer of HTTP means, nil for success.
func answered(host string, status int, header http.Header, now time.Time) *Failure {
	f := &Failure{Sentence: fmt.Sprintf("%s answers %s", host, strings.TrimSpace(strconv.Itoa(status)+" "+http.StatusText(status)))}
	switch {
	case status >= 200 && status < 300:
		return nil
	case status >= 300 && status < 400:
		f.Sentence += ", and redirects are not followed"
		f.Hint, f.Final = "save the block with the address that it leads to", true
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests, status >= 500:
		f.RetryAfter = retryAfter(header.Get("Retry-After"), now)
	default:
		f.Hint, f.Final = refusals[status], true
	}
	return f
}

// refusals are what mends them, by status.
var refusals = map[int]string{
	http.StatusUnauthorized: "save the block with a secret that is valid",
	http.StatusForbidden:    "save the block with a secret that is valid, and allowed to write there",
	http.StatusNotFound:     "save the block with an address that is valid",
	http.StatusGone:         "save the block with an address that is valid",
}

// retryAfter reads a Retry-After: seconds, or a date. What cannot be read is 0.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if !(seconds > 0) {
			return 0
		}
		return time.Duration(min(seconds, longestWait.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), longestWait)
}

// hiddenIn hides secrets in a failure.
func hiddenIn(hidden *mask.Masker, err error) error {
	var f *Failure
	if !errors.As(err, &f) {
		return err
	}
	told := *f
	told.Sentence, told.Hint = hidden.Values(f.Sentence), hidden.Values(f.Hint)
	return &told
}
