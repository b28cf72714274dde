package cli

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/cost"
	"github.com/reevehq/reeve/internal/door"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/server"
	"github.com/reevehq/reeve/internal/sleep"
)

// firstInherited is the number of the first socket that systemd hands over
// (sd_listen_fds(3)).
const firstInherited = 3

// listen returns the socket to serve on: the one this process was given by socket
// activation, else a new one at the address of the settings.
func listen(p *process, c *config.Config) (net.Listener, error) {
	inherited, err := inheritedListener(p.environ, os.Getpid())
	if err != nil {
		return nil, err
	}
	if inherited != nil {
		return allowed(c, inherited)
	}
	address := net.JoinHostPort(c.Text("server.api.host"), strconv.Itoa(c.Int("server.api.port")))
	listener, err := door.Listen(p.ctx, address)
	if err == nil {
		return allowed(c, listener)
	}
	refused := fault.Wrap(fault.Invalid, err, "cannot listen on %s", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault.New(fault.Invalid, "cannot listen on %s: another program has this port", address).
			WithHint("choose another port with --port, or stop the program that has it")
	case errors.Is(err, syscall.EACCES):
		return nil, refused.WithHint("choose a port above 1023 with --port")
	}
	return nil, refused.WithHint("give an address of this machine with --host, such as 127.0.0.1 or 0.0.0.0")
}

// allowed returns the listener, unless strangers could reach it.
func allowed(c *config.Config, listener net.Listener) (net.Listener, error) {
	if err := refuseOpen(c, listener.Addr(), c.Text("server.api.auth_string"), "PREFECT_SERVER_API_AUTH_STRING"); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// activated reports whether the process was started by socket activation.
func activated(environ []string, pid int) (sockets int, yes bool) {
	given := map[string]string{}
	for _, line := range environ {
		if name, value, _ := strings.Cut(line, "="); strings.HasPrefix(name, "LISTEN_") {
			given[name] = value
		}
	}
	if given["LISTEN_PID"] != strconv.Itoa(pid) {
		return 0, false
	}
	sockets, err := strconv.Atoi(given["LISTEN_FDS"])
	return sockets, err == nil && sockets > 0
}

// inheritedListener is the socket that systemd handed over, nil without one.
func inheritedListener(environ []string, pid int) (net.Listener, error) {
	sockets, yes := activated(environ, pid)
	if !yes {
		return nil, nil
	}
	if sockets > 1 {
		return nil, fault.New(fault.Invalid, "%d sockets were handed over, and one is needed", sockets).
			WithHint("leave one ListenStream= in the .socket unit")
	}
	syscall.CloseOnExec(firstInherited)
	file := os.NewFile(firstInherited, "LISTEN_FD_3")
	listener, err := net.FileListener(file) // a duplicate
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the socket that was handed over cannot be used").
			WithHint("let the .socket unit have a ListenStream= with a port")
	}
	if _, ok := listener.(*net.TCPListener); !ok {
		return nil, errors.Join(fmt.Errorf("the socket that was handed over is %s, not TCP", listener.Addr().Network()), listener.Close())
	}
	return listener, nil
}

// withoutActivation is an environment for processes that are started from here:
// the sockets are not theirs.
func withoutActivation(environ []string) []string {
	var rest []string
	for _, line := range environ {
		if !strings.HasPrefix(line, "LISTEN_") && !strings.HasPrefix(line, notifySocket+"=") {
			rest = append(rest, line)
		}
	}
	return rest
}

// serverSettings are what a server needs to know. One whose socket is kept by
// somebody else may exit when it has nothing to do, unless it is told otherwise.
func serverSettings(p *process, c *config.Config) server.Config {
	budget.LimitCollector(budget.ThisMachine())
	settings := server.Settings(c)
	settings.API.Bill = func(used cost.Usage) (*cost.Bill, error) { return cost.NewBill(used, tariffOf(c, used)) }
	_, settings.SocketKept = activated(p.environ, os.Getpid())
	if settings.SocketKept && settings.Sleep.Mode == "" {
		settings.Sleep.Mode = sleep.Exit
	}
	return settings
}
