package server

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// door is a listening socket that can be left and taken up again: connections
// that arrive meanwhile wait in the kernel.
type door struct {
	net.Listener
	left atomic.Bool
}

// resumable is what a socket must be able to do for that. TCP and unix sockets are.
type resumable interface {
	SetDeadline(time.Time) error
}

// newDoor makes a door of a socket. One that is not resumable is closed by leaving.
func newDoor(l net.Listener) *door { return &door{Listener: l} }

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if d.left.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, net.ErrClosed
	}
	return c, err
}

// Close implements net.Listener: it ends Accept and leaves the socket open.
func (d *door) Close() error {
	if l, ok := d.Listener.(resumable); ok {
		d.left.Store(true)
		return l.SetDeadline(time.Unix(1, 0))
	}
	return d.Listener.Close()
}

// takeUp lets Accept go on after Close.
func (d *door) takeUp() error {
	l, ok := d.Listener.(resumable)
	if !ok {
		return net.ErrClosed
	}
	d.left.Store(false)
	return l.SetDeadline(time.Time{})
}

// waiting tells whether a connection has arrived that nobody has accepted.
func (d *door) waiting() bool {
	l, ok := d.Listener.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := l.SyscallConn()
	if err != nil {
		return false
	}
	n := 0
	failed := raw.Control(func(fd uintptr) {
		n, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	})
	return failed == nil && err == nil && n > 0
}

// shut closes the socket for good.
func (d *door) shut() error { return d.Listener.Close() }
