package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
)

// The operations on automations that deploying and the UI call. There is none
// that makes an automation, so there are none to find or delete.
func (a *API) automationRoutes() []Route {
	return []Route{
		{http.MethodPost, "/automations/filter", "read_automations_automations_filter_post", a.filterAutomations},
		{http.MethodPost, "/automations/count", "count_automations_automations_count_post", a.countAutomations},
		{http.MethodGet, "/automations/related-to/{resource_id}",
			"read_automations_related_to_resource_automations_related_to__resource_id__get", a.relatedAutomations},
		{http.MethodDelete, "/automations/owned-by/{resource_id}",
			"delete_automations_owned_by_resource_automations_owned_by__resource_id__delete", a.deleteOwnedAutomations},
	}
}

type automationQuery struct {
	decode.Embedded
	Sort prefect.AutomationSort `json:"sort"`
	sized
	Offset      int                       `json:"offset" rule:"ge=0"`
	Automations *prefect.AutomationFilter `json:"automations"`
}

// Defaults implements decode.Defaulter.
func (q *automationQuery) Defaults() { q.Sort = prefect.AutomationNameAsc }

func (a *API) filterAutomations(w http.ResponseWriter, r *http.Request) error {
	var in automationQuery
	if _, err := a.pagedBody(r, &in); err != nil {
		return err
	}
	respond(w, http.StatusOK, []struct{}{})
	return nil
}

func (a *API) countAutomations(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		Automations *prefect.AutomationFilter `json:"automations"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	respond(w, http.StatusOK, 0)
	return nil
}

func (a *API) relatedAutomations(w http.ResponseWriter, _ *http.Request) error {
	respond(w, http.StatusOK, []struct{}{})
	return nil
}

func (a *API) deleteOwnedAutomations(w http.ResponseWriter, _ *http.Request) error {
	respond(w, http.StatusAccepted, nil)
	return nil
}
