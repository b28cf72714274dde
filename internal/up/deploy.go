package up

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"

	"github.com/reevehq/reeve/internal/fault"
)

//go:embed deploy.py
var deployProgram string

// plannedFlow is one flow as deploy.py reads it.
type plannedFlow struct {
	Name        string         `json:"name"`
	Entrypoint  string         `json:"entrypoint"`
	Pool        string         `json:"pool"`
	Concurrency *int           `json:"concurrency"`
	Parameters  map[string]any `json:"parameters"`
	Tags        []string       `json:"tags"`

	Schedules []plannedSchedule `json:"schedules"`
}

// deploy makes or updates the deployments and gives their ids by name.
func (r *running) deploy(ctx context.Context) (map[string]string, error) {
	flows := r.Setup.Deployed()
	if len(flows) == 0 {
		return nil, nil
	}
	var plan struct {
		Folder string        `json:"folder"`
		Flows  []plannedFlow `json:"flows"`
	}
	plan.Folder = r.Folder
	for _, f := range flows {
		plan.Flows = append(plan.Flows, plannedFlow{f.Name, f.Entrypoint, f.Pool, f.Concurrency, f.Parameters, f.Tags, plannedSchedules(f.Schedules)})
	}
	in, err := json.Marshal(plan)
	if err != nil {
		return nil, fmt.Errorf("write the plan of the deployments: %w", err)
	}
	started := r.clock.Now()
	command := exec.CommandContext(ctx, r.python(), "-c", deployProgram)
	command.Env = r.environ(r.api.URL())
	command.Dir = r.Folder
	command.Stdin = bytes.NewReader(in)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, r.deployFault(err, errs.String())
	}
	ids := map[string]string{}
	if err := json.Unmarshal(out.Bytes(), &ids); err != nil {
		return nil, fmt.Errorf("read the ids of the deployments: %w", err)
	}
	for _, f := range flows {
		if err := r.agree(ctx, f, ids[f.Name]); err != nil {
			return nil, err
		}
	}
	fmt.Fprintf(r.Out, "Deployed %d flows in %.1f s\n", len(ids), r.clock.Now().Sub(started).Seconds())
	return ids, nil
}

// deployFault says what kept the prefect package from deploying: the last line
// of its traceback.
func (r *running) deployFault(err error, printed string) error {
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	r.Log.Debug("the deployment printed", "text", printed)
	if strings.Contains(printed, "No module named 'prefect'") || last == "" {
		return fault.Wrap(fault.Invalid, err, "%s cannot import the prefect package", r.python()).
			WithHint("install it (pip install prefect==3.9.1), or name another interpreter: [worker] python = \"...\"")
	}
	return fault.New(fault.Invalid, "the flows cannot be deployed: %s", last).
		WithHint("run with --log-level DEBUG to see the whole traceback")
}

// python is the interpreter with the prefect package.
func (r *running) python() string {
	if r.Setup.Worker.Python != "" {
		return r.Setup.Worker.Python
	}
	return "python3"
}

// addresses are the variables that say which server a client talks to, and as whom.
var addresses = map[string]bool{"PREFECT_API_URL": true, "PREFECT_API_AUTH_STRING": true, "PREFECT_API_KEY": true}

// environ is the environment in which clients of the API at api run.
func (r *running) environ(api string) []string {
	var env []string
	for _, line := range r.Environ {
		name, _, _ := strings.Cut(line, "=")
		if !addresses[name] && !strings.HasPrefix(name, "PREFECT_SERVER_") {
			env = append(env, line)
		}
	}
	env = append(env, "PREFECT_API_URL="+api, "REEVE_PYTHON="+r.python(), "PYTHONUNBUFFERED=1")
	env = append(env, "PREFECT_UI_URL="+strings.TrimSuffix(cmp.Or(r.pages, r.base), "/"))
	if r.Server.API.AuthString != "" {
		env = append(env, "PREFECT_API_AUTH_STRING="+r.Server.API.AuthString)
	}
	return env
}
