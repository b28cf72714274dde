package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
)

// The operations on automations that deploying and the UI call. There is none
// that makes an automation, so there are none to find or delete.
func (a *API) automationRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/automations/filter", "read_automations_automations_filter_post", a.filterAutomations),
		rest.Post("/automations/count", "count_automations_automations_count_post", a.countAutomations),
		rest.Get("/automations/related-to/{resource_id}",
			"read_automations_related_to_resource_automations_related_to__resource_id__get", a.relatedAutomations),
		rest.Do(http.MethodDelete, "/automations/owned-by/{resource_id}",
			"delete_automations_owned_by_resource_automations_owned_by__resource_id__delete", a.deleteOwnedAutomations).With(http.StatusAccepted),
	}
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

// automation is what there is none of yet.
type automation struct{}

func (a *API) filterAutomations(*http.Request, *automationQuery) ([]automation, error) {
	return []automation{}, nil
}

type automationCount struct {
	decode.Embedded
	Automations *prefect.AutomationFilter `json:"automations"`
}

func (a *API) countAutomations(*http.Request, *automationCount) (int, error) { return 0, nil }

func (a *API) relatedAutomations(*http.Request) ([]automation, error) { return []automation{}, nil }

func (a *API) deleteOwnedAutomations(*http.Request) (rest.Null, error) { return rest.Null{}, nil }
