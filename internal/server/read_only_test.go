package server

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/api"
)

// asking are the POSTs that pages may send where they only show. A new operation
// that changes something does not belong here; that of a page which asks does.
const asking = `artifacts/count artifacts/filter artifacts/latest/count artifacts/latest/filter automations/count automations/filter
	automations/templates/validate templates/validate 	block_documents/count block_documents/filter block_schemas/filter block_types/filter concurrency_limits/filter
	deployments/count deployments/filter deployments/paginate events/count-by/{countable} events/filter flow_runs/count
	flow_runs/filter flow_runs/history flow_runs/lateness flow_runs/paginate flow_runs/{id}/input/filter flows/count flows/filter
	flows/paginate logs/filter reeve/artifacts/rows reeve/automations/preview reeve/automations/rows reeve/deployments/rows
	reeve/events/feed reeve/flow_runs/groups reeve/flow_runs/rows reeve/flow_runs/{id}/logs reeve/flows/rows reeve/schedules/preview reeve/task_runs/groups reeve/task_runs/rows
	saved_searches/filter task_runs/count task_runs/filter task_runs/history task_runs/paginate task_workers/filter
	ui/flow_runs/count-task-runs ui/flow_runs/history ui/flows/count-deployments ui/flows/next-runs ui/schemas/validate
	ui/task_runs/count ui/task_runs/dashboard/counts v2/concurrency_limits/filter variables/count variables/filter work_pools/count
	work_pools/filter work_pools/{name}/concurrency_status work_pools/{work_pool_name}/queues/filter
	work_pools/{work_pool_name}/workers/filter work_queues/filter work_queues/{id}/concurrency_status`

func TestOnlyPostsThatAskPassWherePagesOnlyShow(t *testing.T) {
	want := strings.Fields(asking)
	var got []string
	for _, route := range api.New(nil, nil, nil, nil, api.Config{}).Routes() {
		path := strings.TrimPrefix(route.Path, "/")
		if !access.Changes(route.Method, path, false) && route.Method == http.MethodPost {
			got = append(got, path)
		}
	}
	for _, path := range got {
		if !slices.Contains(want, path) {
			t.Errorf("pages may POST to %s: does it only ask?", path)
		}
	}
	for _, path := range want {
		if !slices.Contains(got, path) {
			t.Errorf("pages may not POST to %s, which only asks", path)
		}
	}
}
