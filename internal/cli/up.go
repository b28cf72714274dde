package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
	ups "github.com/reevehq/reeve/internal/up"
	built "github.com/reevehq/reeve/ui"
)

type up struct {
	serverFlags `embed:""`
	Python      string `help:"Interpreter with the prefect package; else the one of reeve.toml, else python3." placeholder:"PATH" env:"REEVE_PYTHON"`
	Once        bool   `help:"End when the sample runs have ended; exit code 1 unless all completed."`
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
	defer endInTime(p)()
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
	python, err := interpreter(cmp.Or(u.Python, c.Setup.Worker.Python))
	if err != nil {
		return err
	}
	c.Setup.Worker.Python = python
	settings := serverSettings(p, c)
	settings.Drain = ups.ServerDrain
	if _, ours := built.Dist(); !ours && settings.ServeUI && settings.UI.Directory == "" {
		settings.UI.Directory = bundledUI(p.ctx, python)
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
	hooks, shipHooks, err := openWebhooks(p, c)
	if err != nil {
		_ = listener.Close()
		return err
	}
	if hooks != nil {
		defer func() { _ = hooks.Close() }()
		settings.Webhooks, settings.Undelivered, settings.API.Webhooks = hooks, hooks.Undelivered, shownInbox{hooks, p.mask}
	}
	ctx, leave := context.WithCancel(p.ctx)
	defer leave()
	settings.Leave = leave
	srv, err := openServer(p, c, settings, kept, shipHooks)
	if err != nil {
		_ = listener.Close()
		return err
	}
	return ups.Run(ctx, ups.Plan{Setup: c.Setup, Folder: folder, Server: settings, Reeve: reeve, Environ: withoutActivation(withoutSecrets(p.environ, c.Webhooks)),
		Once: u.Once, Webhooks: hooks, Out: p.out, Err: p.err, Mask: p.mask, Form: p.form, Log: p.partOf("up")}, srv, listener)
}

// interpreter is the full path of the Python that runs flows; python3 by default.
func interpreter(name string) (string, error) {
	name = cmp.Or(name, "python3")
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fault.New(fault.Invalid, "there is no Python at %s", name).
			WithHint("make one with the prefect package (python3 -m venv .venv; .venv/bin/pip install prefect==3.9.1) and name it: [worker] python = \".venv/bin/python\"")
	}
	return filepath.Abs(path)
}

// bundledUI is the folder of the UI that the prefect package of an interpreter
// has, "" when there is none: it is shown when ours was not built. It is looked for
// where virtual environments have packages before the interpreter is asked, which
// takes longer than all else of a start.
func bundledUI(ctx context.Context, python string) string {
	near, _ := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(python)), "lib", "python3*", "site-packages", "prefect", "server"))
	for _, folder := range near {
		if isFolder(folder) {
			return folder
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, python, "-c",
		"import importlib.util as u; print(list(u.find_spec('prefect').submodule_search_locations)[0])").Output()
	folder := filepath.Join(string(bytes.TrimSpace(out)), "server")
	if err != nil || len(out) == 0 {
		return ""
	}
	if !isFolder(folder) {
		return ""
	}
	return folder
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
