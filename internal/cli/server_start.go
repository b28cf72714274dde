package cli

import (
	"fmt"
	"net"
	"strconv"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/server"
)

type serverCommands struct {
	Start serverStart `cmd:"" help:"Serve the API and the UI."`
}

type serverStart struct {
	Host     string `help:"Address to listen on." default:"127.0.0.1" env:"PREFECT_SERVER_API_HOST"`
	Port     int    `help:"Port to listen on." default:"4200" env:"PREFECT_SERVER_API_PORT"`
	Database string `help:"Path of the SQLite database." default:"prefect.db" env:"REEVE_DATABASE"`
}

// Run serves until it is told to stop.
func (s *serverStart) Run(p *process) error {
	address := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "cannot listen on %s", address).
			WithHint("choose another port with --port, or stop the program that has it")
	}
	srv, err := server.Open(p.ctx, server.Config{
		Database: s.Database, Migrate: true,
		API: api.Config{BasePath: "/api", DefaultLimit: 200, MaxParameterSize: 512 << 10},
	}, p.log)
	if err != nil {
		_ = listener.Close()
		return err
	}
	fmt.Fprintf(p.out, "Reeve serves the Prefect API at http://%s/api\n", address)
	return srv.Serve(p.ctx, listener)
}
