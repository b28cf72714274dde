package cli

import (
	"errors"
	"fmt"
	"net"
)

// notifySocket is the variable in which systemd names the socket that a unit with Type=notify
// tells of its start: see sd_notify(3).
const notifySocket = "NOTIFY_SOCKET"

// tellReady says at a notification socket that the program has started, for which whoever started
// it waits. "" is no socket, and nobody waits.
func tellReady(socket string) error {
	if socket == "" {
		return nil
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err == nil {
		_, err = c.Write([]byte("READY=1"))
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		return fmt.Errorf("tell systemd that the start is over: %w", err)
	}
	return nil
}
