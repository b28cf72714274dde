package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/server"
	ups "github.com/reevehq/reeve/internal/up"
)

type up struct {
	serverFlags `embed:""`
	Once        bool `help:"End when the sample runs have ended; exit code 1 unless all completed."`
}

// Help implements kong's detailed help.
func (*up) Help() string {
	return `Example:

  reeve up --config examples/captionacc/reeve.toml

Starts the server, makes the work pools, attaches a worker to each, deploys the
flows and makes a sample run of each flow that has sample parameters. Then it
keeps serving until Ctrl-C.`
}

// Run sets everything up and serves.
func (u *up) Run(p *process) error {
	c, err := u.prepare(p)
	if err != nil {
		return err
	}
	if c.File == "" {
		return fault.New(fault.Invalid, "there is no %s in this folder", config.DefaultFile).
			WithHint("name one with --config; to run a server alone: reeve server start")
	}
	folder, err := filepath.Abs(c.Folder())
	if err != nil {
		return fmt.Errorf("find the folder of %s: %w", c.File, err)
	}
	reeve, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	settings := server.Settings(c)
	if settings.UI.Directory == "" {
		settings.UI.Directory = bundledUI(c.Setup.Worker.Python)
	}
	listener, err := listen(c)
	if err != nil {
		return err
	}
	srv, err := server.Open(p.ctx, settings, p.log)
	if err != nil {
		_ = listener.Close()
		return err
	}
	return ups.Run(p.ctx, ups.Plan{Setup: c.Setup, Folder: folder, Server: settings, Reeve: reeve, Environ: p.environ,
		Once: u.Once, Out: p.out, Err: p.err, Log: p.log}, srv, listener)
}

// bundledUI is the folder of the UI that the prefect package of an interpreter
// has, "" when there is none.
func bundledUI(python string) string {
	if python == "" {
		python = "python3"
	}
	out, err := exec.Command(python, "-c",
		"import importlib.util as u; print(list(u.find_spec('prefect').submodule_search_locations)[0])").Output()
	folder := filepath.Join(string(bytes.TrimSpace(out)), "server")
	if err != nil || len(out) == 0 {
		return ""
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return ""
	}
	return folder
}
