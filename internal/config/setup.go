package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Setup is what `reeve up` makes beside the server: pools, deployments of
// flows, a worker for each pool.
type Setup struct {
	Pools  []Pool
	Flows  []Flow
	Worker Worker
}

// Pool is a [[pool]] of reeve.toml: a work pool of type process.
type Pool struct {
	Name        string `toml:"name"`
	Concurrency *int   `toml:"concurrency"` // runs at once, nil for any number
	Description string `toml:"description"`
}

// Flow is a [[flow]] of reeve.toml: a deployment of one flow, its limit, or both.
type Flow struct {
	// Name is the deployment's name, and for max_concurrent the flow's.
	Name string `toml:"name"`
	// MaxConcurrent is the number of runs of the flow at once, over all its
	// deployments, nil for any number.
	MaxConcurrent *int `toml:"max_concurrent"`
	// Entrypoint is file:function; the file is relative to reeve.toml. Without one
	// nothing is deployed.
	Entrypoint string `toml:"entrypoint"`
	// Pool is the pool it runs in; the only one when there is one.
	Pool string `toml:"pool"`
	// Concurrency is the number of runs at once, nil for any number.
	Concurrency *int `toml:"concurrency"`
	// CollisionStrategy is what becomes of runs beyond that: ENQUEUE, CANCEL_NEW or
	// CANCEL_RUNNING; "" leaves it as it is.
	CollisionStrategy string `toml:"collision_strategy"`
	// Parameters are the deployment's defaults.
	Parameters map[string]any `toml:"parameters"`
	// Sample are the parameters of a run that `reeve up` makes, nil for no run.
	Sample map[string]any `toml:"sample"`
	Tags   []string       `toml:"tags"`
	// Schedules are those of the deployment; without any it keeps those that it has.
	Schedules []Schedule `toml:"schedule"`
	// SLAs are the agreements about its runs; nil leaves them as they are.
	SLAs []SLA `toml:"sla"`
}

// Worker is the [worker] of reeve.toml.
type Worker struct {
	// Python is the interpreter with the prefect package that runs flows: a path,
	// or a name that is looked up.
	Python string `toml:"python"`
	// Stock takes the worker of the prefect package instead of this program's own.
	Stock bool `toml:"stock"`
	// Limit is the most runs of one worker at once, nil for any number.
	Limit *int `toml:"limit"`
	// Warm starts runs from a process that has prefect loaded; nil decides by the
	// memory of the machine.
	Warm *bool `toml:"warm"`
	// WarmIdle is the time without a run after which that process is let go, 0 for
	// never; nil for an hour.
	WarmIdle *Span `toml:"warm_idle"`
}

// Folder is the folder of the configuration file: relative paths in it start there.
func (c *Config) Folder() string {
	if c.File == "" {
		return "."
	}
	return filepath.Dir(c.File)
}

// fromFile makes a path of the configuration file absolute.
func (c *Config) fromFile(path string) string {
	path = expand(path)
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	full, err := filepath.Abs(filepath.Join(c.Folder(), path))
	if err != nil {
		return path
	}
	return full
}

// LimitOnly tells of a flow that is deployed by other means.
func (f *Flow) LimitOnly() bool { return f.Entrypoint == "" && f.MaxConcurrent != nil }

// FlowLimits are the limits of flows by name.
func (s *Setup) FlowLimits() map[string]int {
	limits := map[string]int{}
	for _, f := range s.Flows {
		if f.MaxConcurrent != nil {
			limits[f.Name] = *f.MaxConcurrent
		}
	}
	return limits
}

// Deployed are the flows that `reeve up` deploys.
func (s *Setup) Deployed() []Flow {
	var flows []Flow
	for _, f := range s.Flows {
		if !f.LimitOnly() {
			flows = append(flows, f)
		}
	}
	return flows
}

// check finds what does not fit together in the set-up and fills in the pool
// that goes without saying. It gives the place ("flow 2") and the error.
func (s *Setup) check() (place string, err error) {
	pools := map[string]bool{}
	for i, p := range s.Pools {
		place = fmt.Sprintf("pool %d", i+1)
		switch {
		case p.Name == "":
			return place, &malformed{"has no name", `give one: name = "my-pool"`}
		case pools[p.Name]:
			return place, &malformed{fmt.Sprintf("there is another pool named %q", p.Name), "give each pool a name of its own"}
		case p.Concurrency != nil && *p.Concurrency < 0:
			return place, &malformed{"concurrency is negative", "give 0 or more, or leave it out"}
		}
		pools[p.Name] = true
	}
	names := map[string]bool{}
	for i := range s.Flows {
		f := &s.Flows[i]
		place = fmt.Sprintf("flow %d", i+1)
		if f.Pool == "" && len(s.Pools) == 1 {
			f.Pool = s.Pools[0].Name
		}
		file, function, ok := strings.Cut(f.Entrypoint, ":")
		switch {
		case f.Name == "":
			return place, &malformed{"has no name", `give one: name = "my-flow"`}
		case names[f.Name]:
			return place, &malformed{fmt.Sprintf("there is another flow named %q", f.Name), "give each flow a name of its own"}
		case f.MaxConcurrent != nil && *f.MaxConcurrent < 0:
			return place, &malformed{"max_concurrent is negative", "give 0 or more, or leave it out"}
		case f.LimitOnly() && (f.Schedules != nil || f.SLAs != nil):
			return place, &malformed{"it has a schedule or sla, but is not deployed from here", `give the entrypoint too: entrypoint = "flows/video.py:my_flow"`}
		case f.LimitOnly():
			// Nothing is deployed, so nothing else is needed.
		case !ok || file == "" || function == "":
			return place, &malformed{fmt.Sprintf("entrypoint %q is not file:function", f.Entrypoint), `write it like "flows/video.py:my_flow"`}
		case !pools[f.Pool]:
			return place, &malformed{fmt.Sprintf("pool %q is not defined", f.Pool), "define it with a [[pool]], or name another"}
		case f.Concurrency != nil && *f.Concurrency < 1:
			return place, &malformed{"concurrency is less than 1", "give 1 or more, or leave it out"}
		case f.CollisionStrategy != "" && f.Concurrency == nil:
			return place, &malformed{"collision_strategy is given without concurrency", "give the number of runs at once too: concurrency = 1"}
		case !slices.Contains([]string{"", "ENQUEUE", "CANCEL_NEW", "CANCEL_RUNNING"}, f.CollisionStrategy):
			return place, &malformed{fmt.Sprintf("collision_strategy %q is not known", f.CollisionStrategy), "give ENQUEUE, CANCEL_NEW or CANCEL_RUNNING"}
		}
		if len(f.SLAs) > mostSLAs {
			return place, &malformed{fmt.Sprintf("it has more than %d slas", mostSLAs), "leave some out"}
		}
		if wrong := f.checkAgreed(); wrong != nil {
			return place, wrong
		}
		names[f.Name] = true
	}
	return "", nil
}
