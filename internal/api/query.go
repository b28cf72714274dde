package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// The filters that requests carry, by the resources that they may name. Other
// keys of such a body are passed over.
type (
	runFilters struct {
		Flows       *prefect.FlowFilter       `json:"flows"`
		FlowRuns    *prefect.FlowRunFilter    `json:"flow_runs"`
		TaskRuns    *prefect.TaskRunFilter    `json:"task_runs"`
		Deployments *prefect.DeploymentFilter `json:"deployments"`
	}

	poolFilters struct {
		runFilters
		WorkPools *prefect.WorkPoolFilter `json:"work_pools"`
	}

	queueFilters struct {
		poolFilters
		WorkQueues *prefect.WorkQueueFilter `json:"work_pool_queues"`
	}
)

func (f *runFilters) filters() *prefect.Filters {
	return &prefect.Filters{Flows: f.Flows, FlowRuns: f.FlowRuns, TaskRuns: f.TaskRuns, Deployments: f.Deployments}
}

func (f *poolFilters) filters() *prefect.Filters {
	all := f.runFilters.filters()
	all.WorkPools = f.WorkPools
	return all
}

func (f *queueFilters) filters() *prefect.Filters {
	all := f.poolFilters.filters()
	all.WorkQueues = f.WorkQueues
	return all
}

// sized is a body that asks for a page: embed it first, as the reference looks
// at the limit before all else.
type sized struct {
	Limit *int `json:"limit"`
}

func (s *sized) size() *int { return s.Limit }

// pagedBody reads a body that embeds sized and gives the page size.
func (a *API) pagedBody(r *http.Request, dst interface{ size() *int }) (int, error) {
	value, err := readJSON(r)
	if err != nil {
		return 0, err
	}
	issues := decodeBody(value, dst)
	limit := 0
	if !faultyLimit(issues) {
		if limit, err = a.limit(dst.size()); err != nil {
			return 0, err
		}
	}
	if len(issues) > 0 {
		return 0, &invalidBody{issues, value.Raw()}
	}
	return limit, nil
}

func faultyLimit(issues decode.Issues) bool {
	for _, i := range issues {
		if len(i.Loc) == 2 && i.Loc[1] == "limit" {
			return true
		}
	}
	return false
}

// bodyWithParameters reads a body and bounds the size of the parameters of a
// run that it holds.
func (a *API) bodyWithParameters(r *http.Request, dst any, parameters *prefect.Object) error {
	value, err := readJSON(r)
	if err != nil {
		return err
	}
	issues := decodeBody(value, dst)
	most := a.config.MaxParameterSize
	if len(issues) == 0 && most > 0 && len(*parameters)*5 > most {
		issues = prefect.TooLarge(*parameters, most, "body", "parameters")
	}
	if len(issues) > 0 {
		return &invalidBody{issues, value.Raw()}
	}
	return nil
}

// queryID is a parameter of the URL's query that must be an id.
func queryID(r *http.Request, name string) (uuid.UUID, error) {
	query := r.URL.Query()
	if !query.Has(name) {
		return uuid.UUID{}, &invalidBody{decode.Issues{{Type: "missing", Loc: []any{"query", name}, Msg: "Field required"}}, nil}
	}
	text := query[name][len(query[name])-1]
	id, reason := decode.ParseUUID(text)
	if reason != "" {
		return id, &invalidBody{decode.Issues{{Type: "uuid_parsing", Loc: []any{"query", name},
			Msg: "Input should be a valid UUID, " + reason, Input: text, Ctx: map[string]any{"error": reason}}}, nil}
	}
	return id, nil
}

// queryParameters decodes the parameters of the URL's query into dst, a pointer
// to a struct. Of a parameter that was given more than once the last counts.
func queryParameters(r *http.Request, dst any) error {
	var given []pyjson.Member
	for name, values := range r.URL.Query() {
		given = append(given, pyjson.Member{Key: name, Value: pyjson.NewString(values[len(values)-1])})
	}
	if issues := decode.Into(pyjson.NewObject(given), dst, "query"); len(issues) > 0 {
		return &invalidBody{issues, nil}
	}
	return nil
}
