package traffic

import (
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// HeaderBytes bounds the head of a request, as the contract's server does.
const HeaderBytes = 64 << 10

// Guard knows the connections of one server.
type Guard struct {
	handler http.Handler
	most    int
	clock   clock.Clock

	mu   sync.Mutex
	open map[*conn]struct{}
}

// NewGuard makes a guard that lets at most most connections be open; 0 stands for
// what this process may have. handler is the server's own.
func NewGuard(handler http.Handler, most int, c clock.Clock) *Guard {
	if most == 0 {
		most = mostConnections()
	}
	return &Guard{handler: handler, most: most, clock: c, open: map[*conn]struct{}{}}
}

// The bounds of mostConnections. A connection on which nothing goes on takes some
// 20 KB.
const (
	mostOpen = 4096
	filesFor = 256 // files that are for others: databases, workers, the kernel's
)

// mostConnections is how many connections a server has at most: what the files
// that the process may open leave.
func mostConnections() int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil || files.Cur > mostOpen+filesFor {
		return mostOpen
	}
	return max(int(files.Cur)-filesFor, int(files.Cur)/2)
}

// Listen guards a listener. Closing it closes the listener.
func (g *Guard) Listen(l net.Listener) net.Listener { return &listener{l, g} }

type listener struct {
	net.Listener
	guard *Guard
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := l.guard.admit(accepted); c != nil {
			return c, nil
		}
		_ = accepted.Close()
	}
}

// admit makes room for a connection by closing the one that has been idle for
// longest; nil when none is idle.
func (g *Guard) admit(accepted net.Conn) *conn {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.open) >= g.most {
		var longest *conn
		for c := range g.open {
			if c.idle && (longest == nil || c.since.Before(longest.since)) {
				longest = c
			}
		}
		if longest == nil {
			return nil
		}
		delete(g.open, longest)
		_ = longest.Conn.Close()
	}
	c := &conn{Conn: accepted, guard: g, idle: true, since: g.clock.Now()}
	g.open[c] = struct{}{}
	return c
}

// Note implements http.Server.ConnState.
func (g *Guard) Note(noted net.Conn, state http.ConnState) {
	c, ok := noted.(*conn)
	if !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch state {
	case http.StateActive:
		c.idle = false
	case http.StateHijacked:
		c.idle, c.head = false, heads{off: true}
	case http.StateIdle:
		c.idle, c.since = true, g.clock.Now()
	}
}

// gone forgets a connection.
func (g *Guard) gone(c *conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, c)
}

// conn is a guarded connection.
type conn struct {
	net.Conn
	guard *Guard
	idle  bool // nothing of a request has come; guarded by Guard.mu, as is since
	since time.Time

	head heads // of the request that is being read
	debt time.Duration
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.guard.gone(c)
	return c.Conn.Close()
}

// Read implements net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.head.read(p[:n])
	return n, err
}

// How slowly a client may take what it is sent: it must take some within
// stallTime, and in the long run leastRate.
const (
	stallTime = 10 * time.Second
	leastRate = 16 << 10 // bytes a second
	mostDebt  = 30 * time.Second
	piece     = 64 << 10
)

// Write implements net.Conn. It ends with an error when the client is too slow.
func (c *conn) Write(p []byte) (written int, err error) {
	if c.answerRefused(p) {
		return len(p), nil
	}
	for len(p) > 0 {
		part := p[:min(len(p), piece)]
		began := c.guard.clock.Now()
		if err := c.Conn.SetWriteDeadline(soon(stallTime)); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(part)
		written += n
		if err != nil {
			return written, err
		}
		// The debt grows by the time that the client took and falls by the time that
		// it had for so many bytes.
		// (A clock that is set, or a machine that was suspended, is no client's fault.)
		c.debt += min(c.guard.clock.Now().Sub(began), stallTime) - time.Duration(n)*time.Second/leastRate
		if c.debt = max(c.debt, 0); c.debt > mostDebt {
			return written, errTooSlow
		}
		p = p[n:]
	}
	return written, nil
}

// soon is a deadline for the kernel, which knows the machine's clock alone.
func soon(d time.Duration) time.Time { return clock.System{}.Now().Add(d) }

var errTooSlow net.Error = tooSlow{}

type tooSlow struct{}

func (tooSlow) Error() string   { return "the client takes its answer too slowly" }
func (tooSlow) Timeout() bool   { return true }
func (tooSlow) Temporary() bool { return false }
