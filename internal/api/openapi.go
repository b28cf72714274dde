package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
)

// resources name the tags of the first part of a path.
var resources = map[string]string{
	"flows": "Flows", "flow_runs": "Flow Runs", "task_runs": "Task Runs", "flow_run_states": "Flow Run States",
	"task_run_states": "Task Run States", "deployments": "Deployments", "saved_searches": "SavedSearches", "logs": "Logs",
	"concurrency_limits": "Concurrency Limits", "v2": "Concurrency Limits V2", "block_types": "Block types",
	"block_documents": "Block documents", "block_schemas": "Block schemas", "block_capabilities": "Block capabilities",
	"work_pools": "Work Pools", "task_workers": "Task Workers", "work_queues": "Work Queues", "artifacts": "Artifacts",
	"collections": "Collections", "variables": "Variables", "events": "Events", "automations": "Automations",
	"templates": "Automations", "admin": "Admin", "observed-states": "Observed States", "health": "Root", "version": "Root", "hello": "Root", "ready": "Root", "ui": "UI",
}

// document describes the routes.
func (a *API) document() *rest.Document {
	return rest.Describe(rest.Info{Title: "Prefect REST API", Version: PrefectVersion}, a.config.BasePath, a.Routes(), resources, componentNames)
}

// ServeDocument answers with the OpenAPI document.
func (a *API) ServeDocument(w http.ResponseWriter, _ *http.Request) {
	rest.Respond(w, http.StatusOK, a.document())
}
