package doctor

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// checkTaskWorkers looks for tasks that several workers serve. A background
// task's parameters and result are kept in the result storage of whoever
// submitted it: a task worker with another storage cannot read them, and the
// client then deletes the run. Which storage one has only its process knows.
func checkTaskWorkers(ctx context.Context, e *Exam) []Finding {
	var workers []struct {
		Identifier string   `json:"identifier"`
		TaskKeys   []string `json:"task_keys"`
	}
	if err := e.api().Ask(ctx, http.MethodPost, "/task_workers/filter", map[string]any{}, &workers); err != nil {
		return one(Warn, "reeve status --url "+e.URL, "task workers could not be asked for: %v", err)
	}
	serving := map[string][]string{} // who serves a task, by its key
	for _, w := range workers {
		for _, key := range w.TaskKeys {
			serving[key] = append(serving[key], w.Identifier)
		}
	}
	var all []Finding
	for _, key := range slices.Sorted(maps.Keys(serving)) {
		if names := serving[key]; len(names) > 1 {
			all = append(all, one(Warn, "give all of them, and who submits the task, one storage that they share: PREFECT_DEFAULT_RESULT_STORAGE_BLOCK",
				"task %s is served by %s; should their result storages differ, they delete each other's runs", key, strings.Join(names, " and "))...)
		}
	}
	if len(all) > 0 {
		return all
	}
	if len(workers) == 0 {
		return ok("there are none")
	}
	return ok("connected: %d, and no task is served by more than one", len(workers))
}
