package client

import (
	"net"
	"strconv"
)

// Reachable is "host:port" of a listener, as a program on its machine can open it.
func Reachable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return address.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}
