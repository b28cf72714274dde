package doctor

import (
	"context"
	"net/http"
	"time"
)

// checkSchedules looks for schedules that the server has set aside.
func checkSchedules(ctx context.Context, e *Exam) []Finding {
	var aside []struct {
		ID             string    `json:"id"`
		Slug           *string   `json:"slug"`
		DeploymentID   string    `json:"deployment_id"`
		DeploymentName string    `json:"deployment_name"`
		FlowName       string    `json:"flow_name"`
		Reason         string    `json:"reason"`
		Since          time.Time `json:"since"`
	}
	if err := e.api().Ask(ctx, http.MethodGet, "/reeve/schedules/set_aside", nil, &aside); err != nil {
		return skipped("the server does not say: %v", err)
	}
	if len(aside) == 0 {
		return ok("no schedule is set aside")
	}
	first := aside[0]
	return one(Fail, "change the schedule in the deployment, or: prefect deployment schedule delete "+first.FlowName+"/"+first.DeploymentName+" "+first.ID,
		"%s set aside; the first is of %s/%s, since %s: %s", are(len(aside), "schedule"), first.FlowName, first.DeploymentName,
		days(e.Clock.Now().Sub(first.Since)), first.Reason)
}
