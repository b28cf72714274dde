package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/prefect"
)

// probe is what came of asking an address whether a server is there.
type probe struct {
	url     string
	answers bool // the API is there and says so
	took    time.Duration
	skew    *time.Duration // how far its clock is ahead, nil when it did not say
	// problem is what is wrong, "" when nothing is; next the next step.
	problem, next string
	// better is the address at which the API is, when that is another.
	better string
}

const (
	// between is the pause before a server that is waking is asked again.
	between = 500 * time.Millisecond
	// slow is the time from which an answer tells of a server that had to wake.
	slow = time.Second
)

// probe asks for the health of the API at address, as long as the server says
// that it is waking or patience lasts.
func (e *Exam) probe(ctx context.Context, address string, patience time.Duration) probe {
	p := probe{url: address}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		p.problem, p.next = fmt.Sprintf("%q is no address of an API", address), "export PREFECT_API_URL=http://127.0.0.1:4200/api"
		return p
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	started := e.Clock.Now()
	for {
		answer, err := e.get(ctx, address+"/health")
		p.took = e.Clock.Now().Sub(started)
		switch {
		case err != nil:
			p.problem, p.next = e.unreachable(u, err)
			return p
		case answer.status == http.StatusServiceUnavailable && answer.waking:
			select {
			case <-e.Clock.After(between):
				continue
			case <-ctx.Done():
				p.problem, p.next = fmt.Sprintf("%s says that it is starting since %s", address, p.took.Round(time.Second)), "look at the server's log"
				return p
			}
		}
		p.skew = answer.skew
		e.judge(ctx, u, answer, &p)
		return p
	}
}

// answered is what a GET brought.
type answered struct {
	status int
	waking bool // it asks to come again
	skew   *time.Duration
	body   string
}

func (e *Exam) get(ctx context.Context, address string) (answered, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answered{}, err
	}
	sent := e.Clock.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answered{}, err
	}
	defer func() { _ = response.Body.Close() }()
	received := e.Clock.Now()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	a := answered{status: response.StatusCode, body: strings.TrimSpace(string(body)),
		waking: response.Header.Get(prefect.MaintenanceHeader) != "" || response.Header.Get("Retry-After") != ""}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil && received.Sub(sent) < slow {
		// The header has whole seconds: its middle against that of the request.
		skew := date.Add(time.Second / 2).Sub(sent.Add(received.Sub(sent) / 2))
		a.skew = &skew
	}
	return a, err
}

// unreachable explains why no answer came.
func (e *Exam) unreachable(u *url.URL, err error) (problem, next string) {
	host := u.Host
	start := e.start("")
	if !config.Loopback(u.Hostname()) {
		start = "start the server on its machine (fly machine start, systemctl start reeve), then: curl " + u.Scheme + "://" + host + "/api/health"
	}
	var noName *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &noName):
		return fmt.Sprintf("there is no host %s", u.Hostname()), "export PREFECT_API_URL=..., the address of your server with /api at its end"
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing listens at %s", host), start
	case errors.As(err, &certificate):
		next := "renew the certificate of " + u.Hostname()
		if errors.As(err, new(x509.UnknownAuthorityError)) {
			next = "export SSL_CERT_FILE=..., the certificate of the authority that signed it"
		}
		return fmt.Sprintf("the certificate of %s is not accepted: %v", u.Hostname(), certificate.Err), next
	case errors.As(err, &record) || strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return fmt.Sprintf("%s speaks no TLS", host), "export PREFECT_API_URL=http://" + host + u.Path
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("%s does not answer within %s", host, e.Patience), start
	}
	return fmt.Sprintf("%s cannot be reached: %v", host, err), start
}

// judge says what an answer to /health tells of the address.
func (e *Exam) judge(ctx context.Context, u *url.URL, a answered, p *probe) {
	address := p.url
	switch {
	case isHealthy(a):
		p.answers = true
		return
	case a.status == http.StatusServiceUnavailable && strings.Contains(a.body, `"failing"`):
		p.answers, p.problem = true, "the server answers, but says: "+a.body
		p.next = "stop the server, then: reeve server database check"
		return
	}
	for _, better := range []string{strings.TrimSuffix(address, "/api/api") + "/api", address + "/api", u.Scheme + "://" + u.Host + "/api"} {
		if better == address {
			continue
		}
		if other, err := e.get(ctx, better+"/health"); err == nil && isHealthy(other) {
			p.better = better
			p.problem, p.next = fmt.Sprintf("%s is not the API's address: it is at %s", address, better), "export PREFECT_API_URL="+better
			return
		}
	}
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		p.problem = fmt.Sprintf("something before the server answers %d to %s/health, which needs no password", a.status, address)
		p.next = "let " + u.Path + "/health pass without a password in that proxy, then: curl " + address + "/health"
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		p.problem = fmt.Sprintf("a proxy at %s answers %d: the server behind it does not", u.Host, a.status)
		p.next = "start the server behind it, then: curl " + address + "/health"
	default:
		p.problem = fmt.Sprintf("what answers %d at %s/health is no Prefect server", a.status, address)
		p.next = "export PREFECT_API_URL=..., the address of your server with /api at its end"
	}
}

// isHealthy tells the answer of Reeve, or of Prefect's own server.
func isHealthy(a answered) bool {
	return a.status == http.StatusOK && (a.body == "true" || strings.HasPrefix(a.body, `{"status":"ok"`))
}

// isInternal tells names that only a private network knows.
func isInternal(host string) bool {
	for _, suffix := range []string{".internal", ".local", ".lan", ".flycast", ".localhost"} {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return !strings.Contains(host, ".")
}
