package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"syscall"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// isThere reports whether a connection that has waited for work is still there, as far as this machine
// has heard: after a restart of the database all that wait are gone, and each would cost a
// request its answer. It asks nobody; what has come unasked, be it the end, is the connection's last word.
func isThere(_ context.Context, c *pgx.Conn) (bool, error) {
	raw := c.PgConn().Conn()
	if secured, ok := raw.(*tls.Conn); ok {
		raw = secured.NetConn()
	}
	socket, ok := raw.(syscall.Conn)
	if !ok {
		return true, nil
	}
	inner, err := socket.SyscallConn()
	if err != nil {
		return false, nil
	}
	there := true
	// Not Read, which waits for a read under way: pgx reads ahead where a write takes long, and may
	// still do so when the connection waits.
	err = inner.Control(func(fd uintptr) {
		var next [1]byte
		_, _, err := unix.Recvfrom(int(fd), next[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		there = errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR)
	})
	return there && err == nil, nil
}
