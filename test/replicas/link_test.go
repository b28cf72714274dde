package replicas

import (
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// link is a TCP proxy: what its clients reach through it can be slow, or cut off.
type link struct {
	listener net.Listener
	dial     func() (net.Conn, error)
	// delay is how long each piece takes to come through, one after another.
	delay time.Duration
	// heard, when set, is told of what clients have sent, once it was passed on.
	heard func([]byte)

	mu      sync.Mutex
	changed sync.Cond // state has changed
	state   linkState
	open    map[net.Conn]struct{}
	serving sync.WaitGroup
}

type linkState int

const (
	whole linkState = iota
	// severed: connections are reset, and new ones at once.
	severed
	// silent: nothing comes through. What was sent meanwhile does once the link is whole.
	silent
	ended
)

// newLink makes a proxy that lasts as long as the test.
func newLink(t *testing.T, delay time.Duration, dial func() (net.Conn, error)) *link {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &link{listener: listener, dial: dial, delay: delay, open: map[net.Conn]struct{}{}}
	l.changed.L = &l.mu
	l.serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			l.serving.Go(func() { l.serve(client) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		l.become(ended)
		l.serving.Wait()
	})
	return l
}

func (l *link) address() string { return l.listener.Addr().String() }

// database is a PostgreSQL database that is reached through a link.
type database struct {
	*link
	url string
}

// linked is a database of scripts/with-postgres by a link of its own.
func linked(t *testing.T, direct string, delay time.Duration) database {
	t.Helper()
	u, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	l := newLink(t, delay, func() (net.Conn, error) { return net.Dial("unix", socket) })
	through := url.URL{Scheme: u.Scheme, User: u.User, Host: l.address(), Path: u.Path, RawQuery: "sslmode=disable"}
	return database{l, through.String()}
}

// become cuts the link, or mends it.
func (l *link) become(state linkState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state
	l.changed.Broadcast()
	if state == severed || state == ended {
		for c := range l.open {
			reset(c)
		}
	}
}

// reset closes a connection so that its other end hears of it at once.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// passes waits while the link is silent, and reports whether it is whole then.
func (l *link) passes() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.state == silent {
		l.changed.Wait()
	}
	return l.state == whole
}

// keep notes a connection that a cut resets.
func (l *link) keep(c net.Conn) (forget func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == severed || l.state == ended {
		reset(c)
		return func() {}, errors.New("the link is cut")
	}
	l.open[c] = struct{}{}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.open, c)
		_ = c.Close()
	}, nil
}

func (l *link) serve(client net.Conn) {
	forget, err := l.keep(client)
	defer forget()
	if err != nil || !l.passes() {
		return
	}
	server, err := l.dial()
	if err != nil {
		reset(client)
		return
	}
	forget, err = l.keep(server)
	defer forget()
	if err != nil {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { l.carry(client, server, nil) })
	l.carry(server, client, l.heard)
	back.Wait()
}

// carry brings what one side sends to the other, until one of them ends.
func (l *link) carry(to, from net.Conn, heard func([]byte)) {
	defer func() { _ = errors.Join(to.Close(), from.Close()) }() // what was written still arrives
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if l.delay > 0 {
				time.Sleep(l.delay)
			}
			if !l.passes() {
				return
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
			if heard != nil {
				heard(buf[:n])
			}
		}
		if err != nil {
			return
		}
	}
}
