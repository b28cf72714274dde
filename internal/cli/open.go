package cli

import (
	"net"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
)

// refuseOpen keeps a server, or a gateway before one, off an address that other
// machines reach when there is no password (auth), unless it was told to be open.
// Who may make runs may run programs on the workers.
func refuseOpen(c *config.Config, address net.Addr, auth, setting string) error {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || c.AllowOpen || auth != "" || tcp.IP.IsLoopback() {
		return nil
	}
	return fault.New(fault.Invalid, "not listening on %s without a password: anybody who reaches it could run programs on your workers", address).
		WithHint(`export %s="admin:$(head -c 24 /dev/urandom | base64)", or listen on 127.0.0.1; --allow-open if something before it asks for a password`, setting)
}
