package cli

import (
	"fmt"
	"runtime"

	"github.com/reevehq/reeve/internal/api"
)

type version struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*version) Help() string { return "Example:\n\n  reeve version --json" }

// Run prints the versions of the program and of the contract it keeps.
func (v *version) Run(p *process) error {
	if v.JSON {
		return printJSON(p, map[string]string{"reeve": api.ReeveVersion, "prefect": api.PrefectVersion, "api": api.Version,
			"go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
	}
	_, err := fmt.Fprintf(p.out, "reeve %s (speaks Prefect %s, API %s; %s %s/%s)\n", api.ReeveVersion, api.PrefectVersion, api.Version,
		runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
