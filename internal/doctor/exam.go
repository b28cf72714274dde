package doctor

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
)

// Exam is what is examined and how.
type Exam struct {
	Config *config.Config
	// Problems are what Load found wrong with the configuration.
	Problems []error
	// URL is the API's address, Auth the "user:password" to present, "" for none.
	URL, Auth string
	// Reeve and Prefect are the versions of this program and of its contract.
	Reeve, Prefect string
	// Python is the interpreter of the environment, "" for that of the settings.
	Python string
	// Patience bounds the wait for a server that wakes, 0 for 25 s.
	Patience time.Duration
	Machine  Machine
	// Inbox looks at the gateway's database, nil when there is none.
	Inbox func(context.Context) (InboxState, error)
	Clock clock.Clock

	met  meeting
	read pools
}

// InboxState is how the webhooks of a gateway are.
type InboxState struct {
	Waiting, Dead int
	// Oldest is when the webhook that waits longest was received, nil without one.
	Oldest *time.Time
	// LastError is what kept it from being delivered, "" when nothing did.
	LastError string
}

// meeting is what was seen of the server before the checks.
type meeting struct {
	probe
	accepts bool   // it accepts the password, or asks for none
	open    bool   // it answers without a password
	prefect string // its version of the contract, "" when it did not say
	reeve   *reeveVersion
	outlook *sleepOutlook // before the checks themselves keep it awake
}

// reeveVersion is what GET /reeve/version answers.
type reeveVersion struct {
	Reeve string    `json:"reeve"`
	Now   time.Time `json:"now"`
}

// meet finds out whether there is a server and what it is.
func (e *Exam) meet(ctx context.Context) {
	if e.Patience == 0 {
		e.Patience = 25 * time.Second
	}
	e.URL = reachable(e.URL)
	e.met.probe = e.probe(ctx, e.URL, e.Patience)
	if e.met.better != "" { // the rest is looked at where the API is
		e.URL, e.met.answers = e.met.better, true
	}
	if !e.met.answers {
		return
	}
	stranger := client.New(e.URL, "")
	e.met.open = stranger.Ask(ctx, http.MethodGet, "/admin/version", nil, &e.met.prefect) == nil
	e.met.accepts = e.api().Ask(ctx, http.MethodGet, "/admin/version", nil, &e.met.prefect) == nil
	if !e.met.accepts {
		return
	}
	var said reeveVersion
	if e.api().Ask(ctx, http.MethodGet, "/reeve/version", nil, &said) == nil {
		e.met.reeve = &said
	}
	var outlook sleepOutlook
	if e.api().Ask(ctx, http.MethodGet, "/reeve/sleep", nil, &outlook) == nil {
		e.met.outlook = &outlook
	}
}

func (e *Exam) api() *client.Client { return client.New(e.URL, e.Auth) }

// reachable is an address without a slash at its end, and with this machine's
// own in place of the one that stands for all of them.
func reachable(address string) string {
	address = strings.TrimRight(address, "/")
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsUnspecified() {
		u.Host = strings.Replace(u.Host, strings.TrimSuffix(u.Host, ":"+u.Port()), "127.0.0.1", 1)
	}
	return u.String()
}

// local reports whether the server is one of this machine.
func (e *Exam) local() bool {
	u, err := url.Parse(e.URL)
	if err != nil {
		return false
	}
	if config.Loopback(u.Hostname()) {
		return true
	}
	own, err := net.InterfaceAddrs()
	return err == nil && slices.ContainsFunc(own, func(a net.Addr) bool {
		network, ok := a.(*net.IPNet)
		return ok && network.IP.Equal(net.ParseIP(u.Hostname()))
	})
}

// public reports whether anybody on the internet may reach a host, as far as its
// name tells.
func public(host string) bool {
	ip := net.ParseIP(host)
	if ip == nil {
		return !config.Loopback(host) && !isInternal(host)
	}
	return !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast()
}
