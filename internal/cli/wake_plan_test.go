package cli

import (
	"context"
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/reevehq/reeve/internal/client"
)

// scheduled URL POOL CRON... makes a deployment in a new pool with schedules in UTC.
func scheduled(ts *testscript.TestScript, _ bool, args []string) {
	api := client.New(args[0], "")
	make := func(path string, body map[string]any) string {
		var made struct{ ID string }
		ts.Check(api.Ask(context.Background(), http.MethodPost, path, body, &made))
		return made.ID
	}
	make("/work_pools/", map[string]any{"name": args[1], "type": "process"})
	flow := make("/flows/", map[string]any{"name": "flow-" + args[1]})
	var schedules []map[string]any
	for _, text := range args[2:] {
		schedules = append(schedules, map[string]any{"active": true, "schedule": map[string]any{"cron": strings.ReplaceAll(text, "_", " "), "timezone": "UTC"}})
	}
	make("/deployments/", map[string]any{"name": "d", "flow_id": flow, "work_pool_name": args[1], "schedules": schedules})
}
