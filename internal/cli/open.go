package cli

import (
	"net"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
)

// refuseOpen keeps a server without a password off an address that other
// machines reach, unless it was told to be open. Who may make runs may run
// programs on the workers.
func refuseOpen(c *config.Config, address net.Addr) error {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || c.AllowOpen || c.Text("server.api.auth_string") != "" || tcp.IP.IsLoopback() {
		return nil
	}
	return fault.New(fault.Invalid, "not listening on %s without a password: anybody who reaches it could run programs on your workers", address).
		WithHint(`export PREFECT_SERVER_API_AUTH_STRING="admin:$(head -c 24 /dev/urandom | base64)", or listen on 127.0.0.1; --allow-open if something before it asks for a password`)
}
