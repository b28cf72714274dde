package cli

import (
	"cmp"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/config"
)

// apiFlags are those of commands that ask a running server.
type apiFlags struct {
	settingFlags `embed:""`
	URL          string `name:"url" help:"Address of the API; PREFECT_API_URL, else that of the settings." placeholder:"URL" env:"PREFECT_API_URL"`
}

// api reads the settings and returns them with the client of the server.
func (f *apiFlags) api(p *process) (*config.Config, *client.Client, error) {
	c, err := f.load(p, nil)
	if err != nil {
		return nil, nil, config.First(err)
	}
	return c, client.New(cmp.Or(f.URL, c.Text("server.ui.api_url")), cmp.Or(c.Text("api.auth_string"), c.Text("server.api.auth_string"))), nil
}
