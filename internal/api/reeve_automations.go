package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// What the pages of automations show, each in one answer.
func (a *API) reeveAutomationRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/reeve/automations/rows", "reeve_automation_rows", a.automationRows),
		rest.Get("/reeve/automations/{id}/overview", "reeve_automation_overview", a.automationOverview),
		rest.Ask("/reeve/automations/editor", "reeve_automation_editor", a.automationEditor),
	}
}

// What the pages of automations hold at most.
const (
	automationNames      = 1000 // of what is named on a page
	automationFirings    = 50
	automationDeliveries = 200
	automationChoices    = 500 // of each kind
)

// titled are what people call resources, by ids such as "prefect.deployment.<id>".
type titled map[string]string

// automationRow is an automation with what came of it.
type automationRow struct {
	prefect.Automation
	store.AutomationFigures
}

// automationTable is a page of automations, and what people call that which they name.
type automationTable struct {
	table[*automationRow]
	Names titled `json:"names"`
}

func (a *API) automationRows(r *http.Request, in *automationQuery) (automationTable, error) {
	return view(a, r, func(tx *store.Tx) (out automationTable, err error) {
		out = automationTable{tableAt[*automationRow](tx), titled{}}
		found, err := tx.FilterAutomations(in.Automations, in.Sort, in.From(in.Offset))
		if err != nil {
			return out, err
		}
		figures, err := tx.AutomationFigures(idsOf(found), countedRows)
		if err != nil {
			return out, err
		}
		for _, automation := range found {
			out.Rows = append(out.Rows, &automationRow{*automation, *figures[automation.ID]})
			if err := out.Names.add(tx, automation); err != nil {
				return out, err
			}
		}
		out.Count, err = tx.CountAutomations(in.Automations)
		return out, err
	})
}

func idsOf(automations []*prefect.Automation) []uuid.UUID {
	ids := make([]uuid.UUID, len(automations))
	for i, automation := range automations {
		ids[i] = automation.ID
	}
	return ids
}

// add finds out what people call that which an automation names.
func (n titled) add(tx *store.Tx, automation *prefect.Automation) error {
	for _, resource := range namedBy(automation) {
		if _, known := n[resource]; known || len(n) >= automationNames {
			continue
		}
		title, err := tx.Title(resource)
		if err != nil {
			return err
		}
		n[resource] = title
	}
	return nil
}

// namedBy are the resources that an automation's triggers and actions name.
func namedBy(automation *prefect.Automation) (resources []string) {
	specified := func(all ...prefect.ResourceSpecification) {
		for _, specification := range all {
			resources = append(resources, specification[prefect.ResourceID].Any...)
		}
	}
	automation.Trigger.All(func(t, _ *prefect.Trigger) {
		switch {
		case t.Event != nil:
			specified(append(t.Event.MatchRelated.All, t.Event.Match)...)
		case t.Metric != nil:
			specified(append(t.Metric.MatchRelated.All, t.Metric.Match)...)
		}
	})
	named := func(kind string, id *uuid.UUID) {
		if id != nil {
			resources = append(resources, "prefect."+kind+"."+id.String())
		}
	}
	for _, actions := range [][]prefect.Action{automation.Actions, automation.ActionsOnTrigger, automation.ActionsOnResolve} {
		for _, action := range actions {
			switch {
			case action.Run != nil:
				named("deployment", action.Run.DeploymentID)
			case action.Deployment != nil:
				named("deployment", action.Deployment.DeploymentID)
			case action.WorkPool != nil:
				named("work-pool", action.WorkPool.WorkPoolID)
			case action.WorkQueue != nil:
				named("work-queue", action.WorkQueue.WorkQueueID)
			case action.Automation != nil:
				named("automation", action.Automation.AutomationID)
			case action.Notification != nil:
				named("block-document", &action.Notification.BlockDocumentID)
			case action.Webhook != nil:
				named("block-document", &action.Webhook.BlockDocumentID)
			}
		}
	}
	return resources
}

// automationOverview is all that the page of an automation shows: its newest firings
// and deliveries.
type automationOverview struct {
	Automation *prefect.Automation           `json:"automation" rule:"present"`
	Figures    store.AutomationFigures       `json:"figures"`
	Names      titled                        `json:"names"`
	Firings    []firingRow                   `json:"firings"`
	Deliveries []*prefect.AutomationDelivery `json:"deliveries"`
	Now        prefect.Time                  `json:"now"`
}

// firingRow is a firing with the newest event that made it.
type firingRow struct {
	ID        uuid.UUID              `json:"id"`
	Triggered prefect.Time           `json:"triggered"`
	States    []prefect.TriggerState `json:"states"`
	Labels    map[string]string      `json:"labels"`
	Event     *previewEvent          `json:"event"`
	Value     *prefect.Float         `json:"value"`
}

func (a *API) automationOverview(r *http.Request) (*automationOverview, error) {
	return view(a, r, func(tx *store.Tx) (*automationOverview, error) {
		automation, err := findAutomation(tx, r)
		if err != nil {
			return nil, err
		}
		out := &automationOverview{Automation: automation, Names: titled{}, Firings: []firingRow{}, Now: prefect.At(tx.Now)}
		figures, err := tx.AutomationFigures([]uuid.UUID{automation.ID}, countedRows)
		if err != nil {
			return nil, err
		}
		out.Figures = *figures[automation.ID]
		if err := out.Names.add(tx, automation); err != nil {
			return nil, err
		}
		if out.Deliveries, err = tx.Deliveries(&automation.ID, "", prefect.Page{Limit: automationDeliveries}); err != nil {
			return nil, err
		}
		firings, err := tx.AutomationFirings(automation.ID, automationFirings)
		for _, f := range firings {
			out.Firings = append(out.Firings, firingOf(f))
		}
		return out, err
	})
}

func firingOf(f *prefect.Firing) firingRow {
	row := firingRow{ID: f.ID, Triggered: f.Triggered, States: f.States, Labels: f.Labels, Value: f.Value}
	if events := f.Events(); len(events) > 0 {
		e := previewEventOf(events[len(events)-1])
		row.Event = &e
	}
	return row
}

// editorQuestion names the automation that is edited, none for a new one.
type editorQuestion struct {
	decode.Embedded
	ID *uuid.UUID `json:"id"`
}

// automationEditor is an automation that is edited and what can be chosen for it.
type automationEditor struct {
	Automation  *prefect.Automation `json:"automation"`
	Flows       []store.Choice      `json:"flows"`
	Deployments []store.Choice      `json:"deployments"`
	Pools       []store.Choice      `json:"pools"`
	Queues      []store.Choice      `json:"queues"`
	Automations []store.Choice      `json:"automations"`
	// Notifiers are the blocks that send notifications, Webhooks those that are called.
	Notifiers []store.Choice `json:"notifiers"`
	Webhooks  []store.Choice `json:"webhooks"`
	Now       prefect.Time   `json:"now"`
}

func (a *API) automationEditor(r *http.Request, in *editorQuestion) (*automationEditor, error) {
	return view(a, r, func(tx *store.Tx) (out *automationEditor, err error) {
		out = &automationEditor{Now: prefect.At(tx.Now)}
		if in.ID != nil {
			if out.Automation, err = automationOf(tx, *in.ID); err != nil {
				return nil, err
			}
		}
		for kind, into := range map[string]*[]store.Choice{"flow": &out.Flows, "deployment": &out.Deployments, "work-pool": &out.Pools,
			"work-queue": &out.Queues, "automation": &out.Automations} {
			if *into, err = tx.Choices(kind, automationChoices); err != nil {
				return nil, err
			}
		}
		if out.Notifiers, err = tx.BlockChoices("notify", "", automationChoices); err != nil {
			return nil, err
		}
		out.Webhooks, err = tx.BlockChoices("", notify.WebhookSlug, automationChoices)
		return out, err
	})
}
