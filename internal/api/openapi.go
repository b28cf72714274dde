package api

import (
	"net/http"
	"strings"
)

// openAPI is the document of the contract's operations: what GET /openapi.json
// answers. It lists method, path, operation id and parameters of each route.
type openAPI struct {
	Version string                           `json:"openapi"`
	Info    openAPIInfo                      `json:"info"`
	Servers []openAPIServer                  `json:"servers"`
	Paths   map[string]map[string]*operation `json:"paths"`
}

type openAPIInfo struct {
	Title   string `json:"title"`
	Version string `json:"version"`
}

type openAPIServer struct {
	URL string `json:"url"`
}

type operation struct {
	Tags       []string            `json:"tags,omitempty"`
	Summary    string              `json:"summary"`
	ID         string              `json:"operationId"`
	Parameters []parameter         `json:"parameters,omitempty"`
	Body       *content            `json:"requestBody,omitempty"`
	Responses  map[string]response `json:"responses"`
}

type parameter struct {
	Name     string            `json:"name"`
	In       string            `json:"in"`
	Required bool              `json:"required"`
	Schema   map[string]string `json:"schema"`
}

type content struct {
	Content map[string]struct{} `json:"content"`
}

type response struct {
	Description string `json:"description"`
}

// resources name the tags of the first part of a path.
var resources = map[string]string{
	"flows": "Flows", "flow_runs": "Flow Runs", "task_runs": "Task Runs", "flow_run_states": "Flow Run States",
	"task_run_states": "Task Run States", "deployments": "Deployments", "saved_searches": "SavedSearches", "logs": "Logs",
	"concurrency_limits": "Concurrency Limits", "v2": "Concurrency Limits V2", "block_types": "Block types",
	"block_documents": "Block documents", "block_schemas": "Block schemas", "block_capabilities": "Block capabilities",
	"work_pools": "Work Pools", "task_workers": "Task Workers", "work_queues": "Work Queues", "artifacts": "Artifacts",
	"collections": "Collections", "variables": "Variables", "events": "Events", "automations": "Automations",
	"templates": "Automations", "admin": "Admin", "observed-states": "Observed States", "health": "Root", "version": "Root", "hello": "Root", "ready": "Root",
}

// document describes the routes.
func (a *API) document() *openAPI {
	d := &openAPI{Version: "3.1.0", Info: openAPIInfo{"Prefect REST API", PrefectVersion},
		Servers: []openAPIServer{{a.config.BasePath}}, Paths: map[string]map[string]*operation{}}
	for _, route := range a.Routes() {
		if d.Paths[route.Path] == nil {
			d.Paths[route.Path] = map[string]*operation{}
		}
		d.Paths[route.Path][strings.ToLower(route.Method)] = describe(route)
	}
	return d
}

func describe(route Route) *operation {
	o := &operation{ID: route.Operation, Summary: summary(route), Responses: map[string]response{
		"default": {"Successful Response"}, "422": {"Validation Error"}}}
	parts := strings.Split(strings.Trim(route.Path, "/"), "/")
	if tag := resources[parts[0]]; tag != "" {
		o.Tags = []string{tag}
	} else if parts[0] == "ui" {
		o.Tags = []string{"UI"}
	}
	for _, s := range newPattern(route.Path).segments {
		if s.parameter == "" {
			continue
		}
		schema := map[string]string{"type": "string"}
		if s.isID {
			schema["format"] = "uuid"
		}
		o.Parameters = append(o.Parameters, parameter{s.parameter, "path", true, schema})
	}
	if route.Method == http.MethodPost || route.Method == http.MethodPut || route.Method == http.MethodPatch {
		o.Body = &content{map[string]struct{}{"application/json": {}}}
	}
	return o
}

// summary makes "Read Flow" of the operation id read_flow_flows__id__get.
func summary(route Route) string {
	suffix := strings.NewReplacer("/", "_", "{", "_", "}", "_", "-", "_").Replace(route.Path) + "_" + strings.ToLower(route.Method)
	words := strings.Split(strings.TrimSuffix(route.Operation, suffix), "_")
	for i, word := range words {
		if word != "" {
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, " ")
}

// ServeDocument answers with the OpenAPI document.
func (a *API) ServeDocument(w http.ResponseWriter, _ *http.Request) {
	respond(w, http.StatusOK, a.document())
}
