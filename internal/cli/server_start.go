package cli

import (
	"fmt"
	"net"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/server"
)

type serverCommands struct {
	Start    serverStart      `cmd:"" help:"Serve the API and the UI."`
	Database databaseCommands `cmd:"" help:"Maintain the database."`
}

type serverFlags struct {
	settingFlags     `embed:""`
	Host             string `help:"Address to listen on (127.0.0.1)." placeholder:"ADDRESS"`
	Port             string `help:"Port to listen on (4200)." placeholder:"PORT"`
	KeepAliveTimeout string `help:"Seconds an idle connection is kept (5)." placeholder:"SECONDS"`
	LogLevel         string `help:"DEBUG, INFO, WARNING, ERROR or CRITICAL (WARNING)." placeholder:"LEVEL"`
	UIDirectory      string `name:"ui-directory" help:"Folder with a UI bundle." placeholder:"FOLDER"`
	NoUI             bool   `name:"no-ui" help:"Serve the API only."`
	AllowOpen        bool   `help:"Listen where other machines reach it though no password is set; REEVE_ALLOW_OPEN=1."`
}

func (f *serverFlags) prepare(p *process) (*config.Config, error) {
	more := given{}
	more.add("server.api.host", "--host", f.Host)
	more.add("server.api.port", "--port", f.Port)
	more.add("server.api.keepalive_timeout", "--keep-alive-timeout", f.KeepAliveTimeout)
	more.add("server.logging_level", "--log-level", f.LogLevel)
	more.add("server.ui.static_directory", "--ui-directory", f.UIDirectory)
	if f.NoUI {
		more.add("server.ui.enabled", "--no-ui", "false")
	}
	c, err := f.settingFlags.prepare(p, more)
	if err == nil {
		c.AllowOpen = c.AllowOpen || f.AllowOpen
	}
	return c, err
}

type serverStart struct {
	serverFlags `embed:""`
}

// Help implements kong's detailed help.
func (*serverStart) Help() string {
	return `Example:

  reeve server start --port 4200 --database /data/reeve.db

Every PREFECT_SERVER_* setting is honoured under its own name. The server stops
in order on Ctrl-C or SIGTERM: requests under way are answered first.

Started by a systemd socket, it serves on that and ends when nothing has gone on
for a while; the next connection starts it again. See [sleep] in reeve.toml, or
REEVE_SLEEP_MODE=exit|suspend|never and REEVE_SLEEP_AFTER=30s.

On another address than 127.0.0.1 it wants a password:
PREFECT_SERVER_API_AUTH_STRING=user:password, or --allow-open.`
}

// Run serves until it is told to stop.
func (s *serverStart) Run(p *process) error {
	defer endInTime(p)()
	c, err := s.prepare(p)
	if err != nil {
		return err
	}
	listener, err := listen(p, c)
	if err != nil {
		return err
	}
	kept, err := keepServerSafe(p, c)
	if err != nil {
		_ = listener.Close()
		return err
	}
	srv, err := openServer(p, c, serverSettings(p, c), kept)
	if err != nil {
		_ = listener.Close()
		return err
	}
	printAddresses(p, c, srv, listener.Addr())
	return srv.Serve(p.ctx, listener)
}

func printAddresses(p *process, c *config.Config, srv *server.Server, address net.Addr) {
	base := "http://" + client.Reachable(address)
	fmt.Fprintf(p.out, "Reeve serves the Prefect API at %s%s\n", base, srv.APIPath())
	if path, ok := srv.UIPath(); ok {
		fmt.Fprintf(p.out, "UI: %s%s\n", base, path)
	}
	fmt.Fprintf(p.out, "Database: %s\n", databaseName(c))
	fmt.Fprintf(p.out, "Clients: export PREFECT_API_URL=%s%s\n", base, srv.APIPath())
}
