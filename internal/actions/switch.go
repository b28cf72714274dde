package actions

import (
	"encoding/json"
	"net/url"

	"github.com/reevehq/reeve/internal/prefect"
)

func (a *act) switchWorkPool() error {
	id, err := a.target(a.Action.WorkPool.Source, a.Action.WorkPool.WorkPoolID, "prefect.work-pool", "work pool")
	if err != nil {
		return err
	}
	answer, err := a.ask("POST", "/work_pools/filter", byID("work_pools", id))
	if err != nil {
		return err
	}
	if answer.Status >= 300 {
		return &failed{a.unexpected(answer)}
	}
	var pools []struct{ Name string }
	if err := json.Unmarshal(answer.Body, &pools); err != nil || len(pools) == 0 {
		return fail("Work pool %s not found", id)
	}
	a.about("prefect.work-pool", id, "target", pools[0].Name)
	_, err = a.command("PATCH", "/work_pools/"+url.PathEscape(pools[0].Name),
		map[string]bool{"is_paused": a.Action.Type == prefect.PauseWorkPool})
	return err
}

// byID is a filter for one object.
func byID(name, id string) any {
	return map[string]any{name: map[string]any{"id": map[string]any{"any_": []string{id}}}}
}

func (a *act) switchWorkQueue() error {
	id, err := a.target(a.Action.WorkQueue.Source, a.Action.WorkQueue.WorkQueueID, "prefect.work-queue", "work queue")
	if err != nil {
		return err
	}
	a.about("prefect.work-queue", id, "target", "")
	_, err = a.command("PATCH", "/work_queues/"+id, map[string]bool{"is_paused": a.Action.Type == prefect.PauseWorkQueue})
	return err
}

func (a *act) switchAutomation() error {
	id, err := a.target(a.Action.Automation.Source, a.Action.Automation.AutomationID, "prefect.automation", "automation")
	if err != nil {
		return err
	}
	a.about("prefect.automation", id, "target", "")
	_, err = a.command("PATCH", "/automations/"+id, map[string]bool{"enabled": a.Action.Type == prefect.ResumeAutomation})
	return err
}
