package live

import (
	"slices"
	"sync"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
)

// TaskWorker is a process that serves background tasks.
type TaskWorker struct {
	Identifier string       `json:"identifier"`
	TaskKeys   []string     `json:"task_keys"`
	Timestamp  prefect.Time `json:"timestamp"`
}

// taskWorkers are those that are connected now, in the order they first came.
// They are known from their sockets only, so nothing of them is stored.
type taskWorkers struct {
	clock clock.Clock

	mu  sync.Mutex
	all []TaskWorker
}

// observe notes that a worker is connected and serves tasks.
func (t *taskWorkers) observe(identifier string, taskKeys []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.all, func(w TaskWorker) bool { return w.Identifier == identifier })
	if i < 0 {
		i = len(t.all)
		t.all = append(t.all, TaskWorker{Identifier: identifier, TaskKeys: []string{}})
	}
	w := &t.all[i]
	keys := slices.Clone(w.TaskKeys) // an answer may still be reading the old ones
	for _, key := range taskKeys {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	w.TaskKeys = keys
}

// forget notes that a worker has gone.
func (t *taskWorkers) forget(identifier string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = slices.DeleteFunc(t.all, func(w TaskWorker) bool { return w.Identifier == identifier })
}

// serving returns the workers that serve one of the tasks, all when none is named.
func (t *taskWorkers) serving(taskKeys []string) []TaskWorker {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []TaskWorker{}
	now := prefect.At(t.clock.Now())
	for _, w := range t.all {
		w.Timestamp = now // its socket is open, so it was last seen just now
		serves := func(key string) bool { return slices.Contains(w.TaskKeys, key) }
		if len(taskKeys) == 0 || slices.ContainsFunc(taskKeys, serves) {
			out = append(out, w)
		}
	}
	return out
}
