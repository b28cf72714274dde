package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/server"
	ups "github.com/reevehq/reeve/internal/up"
)

type deploy struct {
	settingFlags `embed:""`
	URL          string `name:"api" help:"Address of the server's API; gateway.api of reeve.toml, else PREFECT_API_URL." placeholder:"URL"`
	Python       string `help:"Interpreter with the prefect package; else the one of reeve.toml, else python3." placeholder:"PATH" env:"REEVE_PYTHON"`
}

// Help implements kong's detailed help.
func (*deploy) Help() string {
	return `Example:

  reeve deploy --config reeve.toml --api https://my-server.fly.dev/api

Makes the work pools, deploys the flows and sets their limits on a server that
runs elsewhere, as reeve up does on its own. Run it where the flows are: workers
find them in the same folder. What exists is brought up to date.`
}

// Run deploys.
func (d *deploy) Run(p *process) error {
	c, err := d.prepare(p, nil)
	if err != nil {
		return err
	}
	p.level.Set(logLevels[c.Text("logging.level")])
	if c.File == "" {
		return fault.New(fault.Invalid, "there is no %s in this folder", config.DefaultFile).WithHint("name one with --config")
	}
	folder, err := filepath.Abs(c.Folder())
	if err != nil {
		return fmt.Errorf("find the folder of %s: %w", c.File, err)
	}
	if c.Setup.Worker.Python, err = interpreter(cmp.Or(d.Python, c.Setup.Worker.Python)); err != nil {
		return err
	}
	settings := server.Settings(c)
	settings.API.AuthString = cmp.Or(c.Text("api.auth_string"), settings.API.AuthString)
	return ups.Deploy(p.ctx, ups.Plan{Setup: c.Setup, Folder: folder, Server: settings, Environ: withoutSecrets(p.environ, c.Webhooks),
		Out: p.out, Err: p.err, Log: p.partOf("deploy")}, strings.TrimSuffix(cmp.Or(d.URL, c.Gateway.API), "/"))
}
