// Package door is the way into an HTTP server: the socket on which it listens,
// the connections that came in by it, and the end, at which whoever has connected
// is answered. What the answers are is its servers' business.
package door

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Listen listens for TCP at an address ("host:port"). Multipath TCP, which Go's own
// net.Listen takes where it can, knows no filters, see Bar.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	var plain net.ListenConfig
	plain.SetMultipathTCP(false)
	return plain.Listen(ctx, "tcp", address)
}

// Door is a listening socket that can be left and taken up again: connections
// that arrive meanwhile wait in the kernel.
type Door struct {
	net.Listener
	left   atomic.Bool
	barred bool
}

// resumable is what a socket must be able to do for that. TCP and unix sockets are.
type resumable interface {
	SetDeadline(time.Time) error
}

// New makes a door of a socket. One that is not resumable is closed by leaving.
func New(l net.Listener) *Door { return &Door{Listener: l} }

// Accept implements net.Listener.
func (d *Door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if d.left.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, net.ErrClosed
	}
	return c, err
}

// Close implements net.Listener: it ends Accept and leaves the socket open.
func (d *Door) Close() error {
	if l, ok := d.Listener.(resumable); ok {
		d.left.Store(true)
		return l.SetDeadline(time.Unix(1, 0))
	}
	return d.Listener.Close()
}

// TakeUp lets Accept go on after Close.
func (d *Door) TakeUp() error {
	l, ok := d.Listener.(resumable)
	if !ok {
		return net.ErrClosed
	}
	d.left.Store(false)
	d.unbar()
	return l.SetDeadline(time.Time{})
}

// notSYN is a filter that drops the segments which ask for a connection and lets
// all others pass. The kernel runs it on the TCP header (classic BPF).
var notSYN = []unix.SockFilter{
	{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 13}, // the flags
	{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: flagSYN | flagACK},
	{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: flagSYN, Jt: 1},
	{Code: unix.BPF_RET | unix.BPF_K, K: 0xffff},
	{Code: unix.BPF_RET | unix.BPF_K, K: 0},
}

const (
	flagSYN = 0x02
	flagACK = 0x10
)

// Bar has the kernel ignore those who want to connect from now on. Their own
// kernels ask again a second later, and reach the next process; whoever asked
// before can still be accepted. Without it, a connection that the kernel
// completes between the last Accept and the end of the socket would be reset,
// which clients of websockets do not forgive. Where there are no such filters
// nothing happens. The filter is the socket's, so one that outlives the process
// must not be barred.
func (d *Door) Bar() {
	d.control(func(fd int) error {
		d.barred = true
		return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
			&unix.SockFprog{Len: uint16(len(notSYN)), Filter: &notSYN[0]})
	})
}

// unbar undoes Bar.
func (d *Door) unbar() {
	if d.barred {
		d.control(func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0) })
		d.barred = false
	}
}

// control calls f with the socket's descriptor and reports whether that worked.
func (d *Door) control(f func(fd int) error) bool {
	l, ok := d.Listener.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := l.SyscallConn()
	if err != nil {
		return false
	}
	failed := raw.Control(func(fd uintptr) { err = f(int(fd)) })
	return failed == nil && err == nil
}

// Waiting reports whether a connection has arrived that nobody has accepted.
func (d *Door) Waiting() bool {
	n := 0
	return d.control(func(fd int) (err error) {
		n, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
		return err
	}) && n > 0
}

// Shut closes the socket for good.
func (d *Door) Shut() error { return d.Listener.Close() }
