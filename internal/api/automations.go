package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) automationRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/automations/", "create_automation_automations__post", a.createAutomation).With(http.StatusCreated),
		rest.Get("/automations/{id}", "read_automation_automations__id__get", a.readAutomation),
		rest.Change(http.MethodPut, "/automations/{id}", "update_automation_automations__id__put", a.updateAutomation),
		rest.Change(http.MethodPatch, "/automations/{id}", "patch_automation_automations__id__patch", a.patchAutomation),
		rest.Delete("/automations/{id}", "delete_automation_automations__id__delete", a.deleteAutomation),
		rest.Post("/automations/filter", "read_automations_automations_filter_post", a.filterAutomations),
		rest.Post("/automations/count", "count_automations_automations_count_post", a.countAutomations),
		rest.Get("/automations/related-to/{resource_id}",
			"read_automations_related_to_resource_automations_related_to__resource_id__get", a.relatedAutomations),
		rest.Do(http.MethodDelete, "/automations/owned-by/{resource_id}",
			"delete_automations_owned_by_resource_automations_owned_by__resource_id__delete", a.deleteOwnedAutomations).With(http.StatusAccepted),
	}
}

func (a *API) createAutomation(r *http.Request, body *automationCreate) (made *prefect.Automation, err error) {
	in := &body.AutomationCreate
	err = a.decide(r.Context(), checkingVariables, func(p *premises) error {
		return checkRunDeployments(p, in.Actions, true)
	}, func(tx *store.Tx) error {
		made, err = tx.CreateAutomation(in)
		return err
	})
	return made, err
}

func (a *API) readAutomation(r *http.Request) (*prefect.Automation, error) {
	return view(a, r, func(tx *store.Tx) (*prefect.Automation, error) { return findAutomation(tx, r) })
}

func (a *API) updateAutomation(r *http.Request, body *automationUpdate) error {
	in := &body.AutomationUpdate
	return a.decide(r.Context(), checkingVariables, func(p *premises) error {
		return checkRunDeployments(p, in.Actions, false)
	}, func(tx *store.Tx) error {
		found, err := findAutomation(tx, r)
		if err != nil {
			return err
		}
		return tx.UpdateAutomation(found.ID, in)
	})
}

// findAutomation returns the automation that the path names.
func findAutomation(tx *store.Tx, r *http.Request) (*prefect.Automation, error) {
	return automationOf(tx, rest.ID(r, "id"))
}

// automationOf returns the automation of an id, which has to be there.
func automationOf(tx *store.Tx, id uuid.UUID) (*prefect.Automation, error) {
	found, err := tx.ReadAutomation(id)
	if err == nil && found == nil {
		err = rest.NoObject("Automation not found")
	}
	return found, err
}

func (a *API) patchAutomation(r *http.Request, in *prefect.AutomationPartialUpdate) error {
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
		found, err := findAutomation(tx, r)
		if err != nil {
			return err
		}
		if err := mayBe(found, in.Enabled); err != nil {
			return err
		}
		enabled := found.Enabled
		if in.Has("enabled") {
			enabled = in.Enabled
		}
		return tx.EnableAutomation(found.ID, enabled)
	})
}

func (a *API) deleteAutomation(r *http.Request) error {
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
		found, err := findAutomation(tx, r)
		if err != nil {
			return err
		}
		return tx.DeleteAutomation(found)
	})
}

type automationQuery struct {
	decode.Embedded
	Sort prefect.AutomationSort `json:"sort"`
	rest.Sized
	Offset      int                       `json:"offset" rule:"ge=0"`
	Automations *prefect.AutomationFilter `json:"automations"`
}

// Defaults implements decode.Defaulter.
func (q *automationQuery) Defaults() { q.Sort = prefect.AutomationNameAsc }

func (a *API) filterAutomations(r *http.Request, in *automationQuery) ([]*prefect.Automation, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.Automation, error) {
		return tx.FilterAutomations(in.Automations, in.Sort, in.From(in.Offset))
	})
}

type automationCount struct {
	decode.Embedded
	Automations *prefect.AutomationFilter `json:"automations"`
}

func (a *API) countAutomations(r *http.Request, in *automationCount) (int, error) {
	return view(a, r, func(tx *store.Tx) (int, error) { return tx.CountAutomations(in.Automations) })
}

func (a *API) relatedAutomations(r *http.Request) ([]*prefect.Automation, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.Automation, error) {
		return tx.RelatedAutomations(r.PathValue("resource_id"))
	})
}

func (a *API) deleteOwnedAutomations(r *http.Request) (rest.Null, error) {
	return update(a, r, func(tx *store.Tx) (rest.Null, error) {
		return rest.Null{}, tx.DeleteOwnedAutomations(r.PathValue("resource_id"))
	})
}
