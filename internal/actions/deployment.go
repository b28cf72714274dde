package actions

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

func (a *act) deployment(t *prefect.DeploymentTarget) (string, error) {
	id, err := a.target(t.Source, t.DeploymentID, "prefect.deployment", "deployment")
	if err == nil {
		a.about("prefect.deployment", id, "target", "")
	}
	return id, err
}

func (a *act) switchDeployment() error {
	id, err := a.deployment(a.Action.Deployment)
	if err != nil {
		return err
	}
	how := "pause_deployment"
	if a.Action.Type == prefect.ResumeDeployment {
		how = "resume_deployment"
	}
	_, err = a.command("POST", "/deployments/"+id+"/"+how, nil)
	return err
}

func (a *act) runDeployment() error {
	run := a.Action.Run
	id, err := a.deployment(&run.DeploymentTarget)
	if err != nil {
		return err
	}
	parameters, err := a.parameters(run.Parameters)
	if err != nil {
		var wait *later
		if errors.As(err, &wait) || a.ctx.Err() != nil {
			return err
		}
		return fail("Unable to create flow run from deployment: %v", err)
	}
	answer, err := a.command("POST", "/deployments/"+id+"/create_flow_run", map[string]any{
		"state": map[string]any{"type": prefect.Scheduled, "name": "Scheduled",
			"state_details": map[string]any{"scheduled_time": prefect.At(a.Clock.Now().Add(time.Duration(run.ScheduleAfter)))}},
		"parameters": parameters, "job_variables": run.JobVariables, "idempotency_key": a.idempotencyKey(),
	})
	if answer.Status == 409 {
		a.out.Details["validation_error"] = detailOf(answer)
	}
	if err != nil {
		return err
	}
	var made struct{ ID, Name string }
	if err := json.Unmarshal(answer.Body, &made); err != nil {
		return fail("The answer could not be read: %v", err)
	}
	a.about("prefect.flow-run", made.ID, "flow-run", made.Name)
	return nil
}

// idempotencyKey makes one run of the deployment however often it is asked for.
func (a *act) idempotencyKey() string {
	return fmt.Sprintf("automation %s, action %d, invocation %s", a.Automation.ID, a.Index, a.ID)
}
