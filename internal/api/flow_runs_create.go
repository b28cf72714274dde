package api

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) runCreationRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/flow_runs/", "create_flow_run_flow_runs__post", a.createFlowRun),
		rest.Post("/task_runs/", "create_task_run_task_runs__post", a.createTaskRun),
	}
}

// flowRunCreate is the body of a new run, of which the settings bound the parameters.
type flowRunCreate struct{ prefect.FlowRunCreate }

// Bound implements rest.Bounder.
func (c *flowRunCreate) Bound(limits rest.Limits, issues decode.Issues) (decode.Issues, error) {
	return boundParameters(c.Parameters, limits, issues), nil
}

// boundParameters adds to the faults of a body that the parameters in it are too large.
func boundParameters(parameters prefect.Object, limits rest.Limits, issues decode.Issues) decode.Issues {
	if most := limits.Parameters; len(issues) == 0 && most > 0 && len(parameters)*5 > most {
		return prefect.TooLarge(parameters, most, "body", "parameters")
	}
	return issues
}

func (a *API) createFlowRun(r *http.Request, in *flowRunCreate) (rest.Made[*prefect.FlowRun], error) {
	made, err := update(a, r, func(tx *store.Tx) (made rest.Made[*prefect.FlowRun], err error) {
		queue, err := queueOfRun(tx, in.WorkPoolName, in.WorkQueueName)
		if err != nil {
			return made, err
		}
		run := flowRunOf(&in.FlowRunCreate, queue, author(r), tx)
		made.Object, made.New, err = a.engine.CreateFlowRun(tx, run, firstState(in.State, tx), options(r, nil, false))
		if err == nil && queue != nil {
			made.Object, err = tx.ReadFlowRun(made.Object.ID)
		}
		return made, err
	})
	if err == nil {
		hideUnpersisted(made.Object.State)
	}
	return made, err
}

// hideUnpersisted leaves out data that was not stored: a new run is answered as
// it would be read.
func hideUnpersisted(s *prefect.State) {
	var data struct{ Type string }
	if s != nil && json.Unmarshal(s.Data, &data) == nil && data.Type == "unpersisted" {
		s.Data = nil
	}
}

// firstState is the state that a new run gets: Pending when none is given.
func firstState(given *prefect.StateCreate, tx *store.Tx) *prefect.State {
	if given == nil {
		return prefect.NewState(tx.IDs.V7(), prefect.Pending, tx.Now)
	}
	return given.State(tx.IDs.V7(), tx.Now)
}

// flowRunOf is the run that a body asks for.
func flowRunOf(in *prefect.FlowRunCreate, queue *uuid.UUID, by *prefect.Author, tx *store.Tx) *prefect.FlowRun {
	run := &prefect.FlowRun{
		Name: in.Name.Or(tx.IDs.Float), FlowID: in.FlowID, DeploymentID: in.DeploymentID,
		WorkQueueID: queue, WorkQueueName: in.WorkQueueName, FlowVersion: in.FlowVersion,
		Parameters: in.Parameters, IdempotencyKey: in.IdempotencyKey, Context: in.Context,
		EmpiricalPolicy: in.EmpiricalPolicy, Tags: in.Tags, Labels: in.Labels,
		ParentTaskRunID: in.ParentTaskRunID, InfrastructureDocumentID: in.InfrastructureDocumentID,
		CreatedBy: by, JobVariables: in.JobVariables,
	}
	if run.JobVariables == nil && (run.IdempotencyKey == nil || *run.IdempotencyKey == "") {
		run.JobVariables = &prefect.Object{} // the reference answers null only for runs with a key
	}
	return run
}

// queueOfRun finds the queue that a run is put into: the named one, or the
// default one of its pool. Without a pool it is none.
func queueOfRun(tx *store.Tx, pool, queue *string) (*uuid.UUID, error) {
	if pool == nil || *pool == "" {
		return nil, nil
	}
	if queue != nil && *queue != "" {
		q, err := tx.ReadWorkQueueOf(*pool, *queue)
		if err == nil && q == nil {
			err = fault.New(fault.NotFound, "Work pool queue '%s/%s' not found.", *pool, *queue)
		}
		if err != nil {
			return nil, err
		}
		return &q.ID, nil
	}
	p, err := tx.ReadWorkPoolByName(*pool)
	if err == nil && p == nil {
		err = fault.New(fault.NotFound, "Work pool \"%s\" not found.", *pool)
	}
	if err != nil {
		return nil, err
	}
	return p.DefaultQueueID, nil
}

func (a *API) createTaskRun(r *http.Request, in *prefect.TaskRunCreate) (rest.Made[*prefect.TaskRun], error) {
	return update(a, r, func(tx *store.Tx) (made rest.Made[*prefect.TaskRun], err error) {
		made.Object, made.New, err = a.engine.CreateTaskRun(tx, taskRunOf(in, tx), firstState(in.State, tx), options(r, nil, false))
		return made, err
	})
}

func taskRunOf(in *prefect.TaskRunCreate, tx *store.Tx) *prefect.TaskRun {
	run := &prefect.TaskRun{
		Name: in.Name.Or(tx.IDs.Float), FlowRunID: in.FlowRunID, TaskKey: in.TaskKey, DynamicKey: in.DynamicKey,
		CacheKey: in.CacheKey, CacheExpiration: in.CacheExpiration, TaskVersion: in.TaskVersion,
		EmpiricalPolicy: in.EmpiricalPolicy, Tags: in.Tags, Labels: in.Labels, TaskInputs: prefect.Object(in.TaskInputs),
	}
	if in.ID != nil {
		run.ID = *in.ID
	}
	return run
}
