package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/google/uuid"
)

// flowRun is what the worker needs to know of a run.
type flowRun struct {
	ID                     uuid.UUID      `json:"id"`
	Name                   string         `json:"name"`
	FlowID                 uuid.UUID      `json:"flow_id"`
	DeploymentID           *uuid.UUID     `json:"deployment_id"`
	Tags                   []string       `json:"tags"`
	JobVariables           map[string]any `json:"job_variables"`
	NextScheduledStartTime *timestamp     `json:"next_scheduled_start_time"`
	InfrastructurePID      *string        `json:"infrastructure_pid"`
	Labels                 map[string]any `json:"labels"`
	State                  *runState      `json:"state"`
	Policy                 struct {
		RetryType string `json:"retry_type"`
	} `json:"empirical_policy"`
}

// runState is a state of a run.
type runState struct {
	Type    string          `json:"type"`
	Name    string          `json:"name"`
	Message *string         `json:"message,omitempty"`
	Details json.RawMessage `json:"state_details,omitempty"`
}

// namedObject is a flow or a deployment.
type namedObject struct {
	ID           uuid.UUID      `json:"id"`
	Name         string         `json:"name"`
	Tags         []string       `json:"tags"`
	JobVariables map[string]any `json:"job_variables"`
}

// workPool is the worker's pool.
type workPool struct {
	ID              uuid.UUID       `json:"id"`
	Name            string          `json:"name"`
	Type            string          `json:"type"`
	BaseJobTemplate json.RawMessage `json:"base_job_template"`
	IsPaused        bool            `json:"is_paused"`
}

// job is how a run is to be started.
type job struct {
	Command      string
	Env          map[string]string
	StreamOutput bool
	WorkingDir   string
}

// configure makes the job of a run: the pool's template filled with the
// defaults of its variables, those of the deployment and those of the run.
func (w *Worker) configure(ctx context.Context, pool *workPool, run *flowRun, deployment *namedObject) (*job, error) {
	var template struct {
		Job       map[string]any `json:"job_configuration"`
		Variables struct {
			Properties map[string]struct {
				Default any `json:"default"`
			} `json:"properties"`
		} `json:"variables"`
	}
	if err := json.Unmarshal(pool.BaseJobTemplate, &template); err != nil || template.Job == nil {
		return nil, fmt.Errorf("work pool %q has no usable base job template: %w", pool.Name, err)
	}
	values := map[string]any{}
	for name, variable := range template.Variables.Properties {
		if variable.Default != nil {
			values[name] = variable.Default
		}
	}
	env, fixed := template.Job["env"].(map[string]any)
	if defaults, ok := values["env"].(map[string]any); ok {
		if !fixed {
			env = map[string]any{}
		}
		env = merged(env, defaults)
		template.Job["env"] = env
		fixed = true
	}
	maps.Copy(values, nested(jobVariables(deployment, run)))
	if given, ok := values["env"].(map[string]any); ok && fixed {
		template.Job["env"] = merged(env, given)
	}
	filled, err := (&resolver{w.server, map[string]any{}}).resolve(ctx, fill(template.Job, values, w.lookupEnv))
	if err != nil {
		return nil, err
	}
	return readJob(filled.(map[string]any))
}

// jobVariables are the deployment's with the run's on top; env is merged.
func jobVariables(deployment *namedObject, run *flowRun) map[string]any {
	out := map[string]any{}
	if deployment != nil {
		maps.Copy(out, deployment.JobVariables)
	}
	for key, value := range run.JobVariables {
		have, both := out[key].(map[string]any)
		given, ok := value.(map[string]any)
		if key == "env" && both && ok {
			value = merged(have, given)
		}
		out[key] = value
	}
	return out
}

// nested turns keys like "env.FOO" into objects; plain keys win over them.
func nested(values map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range values {
		if !strings.Contains(key, ".") {
			continue
		}
		parts := strings.Split(key, ".")
		at := out
		for _, part := range parts[:len(parts)-1] {
			inner, ok := at[part].(map[string]any)
			if !ok {
				inner = map[string]any{}
				at[part] = inner
			}
			at = inner
		}
		at[parts[len(parts)-1]] = value
	}
	for key, value := range values {
		if strings.Contains(key, ".") {
			continue
		}
		have, both := out[key].(map[string]any)
		given, ok := value.(map[string]any)
		if both && ok {
			value = deepMerged(have, given)
		}
		out[key] = value
	}
	return out
}

func merged(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

func deepMerged(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	for key, value := range b {
		have, both := out[key].(map[string]any)
		given, ok := value.(map[string]any)
		if both && ok {
			value = deepMerged(have, given)
		}
		out[key] = value
	}
	return out
}

func readJob(configuration map[string]any) (*job, error) {
	j := &job{Env: map[string]string{}, StreamOutput: true}
	if command, ok := configuration["command"].(string); ok {
		j.Command = strings.TrimSpace(command)
	}
	if dir, ok := configuration["working_dir"].(string); ok {
		j.WorkingDir = dir
	}
	switch stream := configuration["stream_output"].(type) {
	case nil:
	case bool:
		j.StreamOutput = stream
	case string:
		j.StreamOutput = strings.EqualFold(stream, "true") || stream == "1"
	default:
		return nil, fmt.Errorf("stream_output is no boolean: %v", stream)
	}
	env, _ := configuration["env"].(map[string]any)
	for key, value := range env {
		if value != nil {
			j.Env[key] = asText(value)
		}
	}
	return j, nil
}
