package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/reevehq/reeve/internal/client"
)

type why struct {
	apiFlags `embed:""`
	ID       string `arg:"" name:"id" help:"Id of the flow run, the task run or the deployment."`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*why) Help() string {
	return "Example:\n\n  reeve why 0199a7e2-3f5c-7d11-9c51-2b6d0f6f0a11\n\nThe first line is the reason to look at first; others follow. Of a\n" +
		"deployment it says whether its schedules make runs."
}

// Run asks and prints.
func (w *why) Run(p *process) error {
	_, api, err := w.api(p)
	if err != nil {
		return err
	}
	var answer json.RawMessage
	if answer, err = w.ask(p, api); err != nil {
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

// ask asks about the flow run, the deployment or the task run, whichever has the id.
func (w *why) ask(p *process, api *client.Client) (answer json.RawMessage, err error) {
	for _, kind := range []string{"flow_runs", "deployments", "task_runs"} {
		asked := api.Ask(p.ctx, http.MethodGet, "/reeve/"+kind+"/"+w.ID+"/why", nil, &answer)
		var status *client.Status
		switch {
		case !errors.As(asked, &status) || status.Code != http.StatusNotFound:
			return answer, asked
		case err == nil:
			err = asked // that there is no flow run says it best
		}
	}
	return nil, err
}
