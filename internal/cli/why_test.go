package cli

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/rogpeppe/go-internal/testscript"
)

// waiting URL makes a run at the API that no worker will start, in a paused
// pool, and sets RUN to its id and DEPLOYMENT to its deployment's.
func waiting(ts *testscript.TestScript, _ bool, args []string) {
	made := func(path string, body map[string]any) string {
		text, err := json.Marshal(body)
		ts.Check(err)
		answer, err := http.Post(args[0]+path, "application/json", bytes.NewReader(text))
		ts.Check(err)
		defer func() { _ = answer.Body.Close() }()
		var found struct{ ID string }
		ts.Check(json.NewDecoder(answer.Body).Decode(&found))
		return found.ID
	}
	made("/work_pools/", map[string]any{"name": "p", "type": "process", "is_paused": true})
	flow := made("/flows/", map[string]any{"name": "f"})
	deployment := made("/deployments/", map[string]any{"name": "d", "flow_id": flow, "work_pool_name": "p"})
	ts.Setenv("DEPLOYMENT", deployment)
	ts.Setenv("RUN", made("/deployments/"+deployment+"/create_flow_run", map[string]any{"name": "patient"}))
	ts.Setenv("TASK_RUN", made("/task_runs/", map[string]any{"name": "lone", "task_key": "tasks.add", "dynamic_key": "0",
		"state": map[string]any{"type": "SCHEDULED", "state_details": map[string]any{"deferred": true}}}))
}
