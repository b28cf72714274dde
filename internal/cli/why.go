package cli

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/config"
)

type why struct {
	settingFlags `embed:""`
	RunID        string `arg:"" name:"run-id" help:"Id of the flow run."`
	URL          string `name:"url" help:"Address of the API; PREFECT_API_URL, else that of the settings." placeholder:"URL" env:"PREFECT_API_URL"`
	JSON         bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*why) Help() string {
	return "Example:\n\n  reeve why 0199a7e2-3f5c-7d11-9c51-2b6d0f6f0a11\n\nThe first line is the reason to look at first; others follow."
}

// Run asks and prints.
func (w *why) Run(p *process) error {
	c, err := w.load(p, nil)
	if err != nil {
		return config.First(err)
	}
	url := w.URL
	if url == "" {
		url = c.Text("server.ui.api_url")
	}
	auth := c.Text("api.auth_string")
	if auth == "" {
		auth = c.Text("server.api.auth_string")
	}
	var answer json.RawMessage
	if err := client.New(url, auth).Ask(p.ctx, http.MethodGet, "/reeve/flow_runs/"+w.RunID+"/why", nil, &answer); err != nil {
		return err
	}
	if w.JSON {
		return printJSON(p, answer)
	}
	var found struct {
		Sentence string
		Reasons  []struct{ Sentence string }
	}
	if err := json.Unmarshal(answer, &found); err != nil {
		return err
	}
	fmt.Fprintln(p.out, found.Sentence)
	for i := 1; i < len(found.Reasons); i++ {
		fmt.Fprintf(p.out, "also: %s\n", found.Reasons[i].Sentence)
	}
	return nil
}
