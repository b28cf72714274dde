package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/templating"
)

func (a *API) createDeploymentFlowRun(w http.ResponseWriter, r *http.Request) error {
	var in prefect.DeploymentFlowRunCreate
	if err := a.bodyWithParameters(r, &in, &in.Parameters); err != nil {
		return err
	}
	var run *prefect.FlowRun
	var isNew bool
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		d, err := tx.ReadDeployment(pathID(r, "id"))
		if err == nil && d == nil {
			err = missing("Deployment")
		}
		if err != nil {
			return err
		}
		run, isNew, err = a.runDeployment(tx, d, &in, r, wholeRequest{d.ID})
		if err == nil && run.WorkQueueID != nil {
			run, err = tx.ReadFlowRun(run.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	respond(w, created(isNew), run)
	return nil
}

// refusals are the answers to runs that a deployment does not take; they differ
// between one run and many.
type refusals interface {
	hydration(err error) error
	noSchema() error
	parameters(err error) error
	circular() error
	noPool(queue string) error
}

// wholeRequest are the refusals of a request for one run.
type wholeRequest struct{ deployment uuid.UUID }

func (wholeRequest) hydration(err error) error {
	return fault.New(fault.BadRequest, "Error hydrating flow run parameters: %s", err)
}

func (wholeRequest) noSchema() error { return errNoParameterSchema }

func (wholeRequest) parameters(err error) error {
	return fault.New(fault.Conflict, "Error creating flow run: %s", err)
}

func (wholeRequest) circular() error { return errCircularSchema }

func (w wholeRequest) noPool(queue string) error {
	return fault.New(fault.BadRequest, "Cannot create flow run in work queue %s because deployment %s is not associated with a work pool."+
		" Please remove work_pool_name and try again.", queue, w.deployment)
}

// oneOfMany are the refusals of one run in a request for many.
type oneOfMany struct{}

func (oneOfMany) hydration(err error) error { return fault.New(fault.Invalid, "%s", err) }

func (oneOfMany) noSchema() error {
	return fault.New(fault.Invalid, "Parameter schema enforcement is enabled but deployment has no valid schema.")
}

func (oneOfMany) parameters(err error) error {
	return fault.New(fault.Invalid, "Parameter validation failed: %s", err)
}

func (oneOfMany) circular() error {
	return fault.New(fault.Invalid, "Invalid schema: circular references detected.")
}

func (oneOfMany) noPool(queue string) error {
	return fault.New(fault.Invalid, "Cannot create flow run in work queue %s because deployment is not associated with a work pool.", queue)
}

// runDeployment makes a run of a deployment: its parameters are the
// deployment's with those of the request, rendered and checked.
func (a *API) runDeployment(tx *store.Tx, d *prefect.Deployment, in *prefect.DeploymentFlowRunCreate, r *http.Request, refuse refusals) (*prefect.FlowRun, bool, error) {
	parameters, err := d.Parameters.Merged(in.Parameters)
	if err != nil {
		return nil, false, err
	}
	parameters, err = templating.Hydrate(parameters, templating.Rendering{Jinja: true, Variables: tx.VariableValue})
	if problem := templating.Problem(err); problem != nil {
		return nil, false, refuse.hydration(problem)
	} else if err != nil {
		return nil, false, err
	}
	enforce := d.EnforceParameterSchema
	if in.EnforceParameterSchema != nil {
		enforce = *in.EnforceParameterSchema
	}
	if enforce {
		if d.ParameterOpenAPISchema == nil {
			return nil, false, refuse.noSchema()
		}
		err := templating.Validate(parameters, *d.ParameterOpenAPISchema, templating.Check{Preprocess: true})
		switch {
		case err == templating.ErrCircular:
			return nil, false, refuse.circular()
		case err != nil:
			return nil, false, refuse.parameters(err)
		}
	}
	var variables prefect.Object
	if in.JobVariables != nil {
		variables = *in.JobVariables
	}
	if err := checkDeploymentJobVariables(tx, d, "Error creating flow run", variables); err != nil {
		return nil, false, err
	}
	queue, queueName, err := queueOfDeploymentRun(tx, d, in.WorkQueueName, refuse)
	if err != nil {
		return nil, false, err
	}
	run := &prefect.FlowRun{
		Name: in.Name.Or(tx.IDs.Float), FlowID: d.FlowID, DeploymentID: &d.ID, DeploymentVersion: d.Version,
		WorkQueueID: queue, WorkQueueName: queueName, Parameters: parameters, IdempotencyKey: in.IdempotencyKey,
		Context: in.Context, EmpiricalPolicy: in.EmpiricalPolicy, Tags: d.Tags.Union(in.Tags), Labels: in.Labels,
		ParentTaskRunID: in.ParentTaskRunID, InfrastructureDocumentID: in.InfrastructureDocumentID,
		CreatedBy: author(r), JobVariables: in.JobVariables,
	}
	if run.InfrastructureDocumentID == nil {
		run.InfrastructureDocumentID = d.InfrastructureDocumentID
	}
	if run.IdempotencyKey != nil && *run.IdempotencyKey == "" {
		run.IdempotencyKey = nil
	}
	state := prefect.NewState(tx.IDs.V7(), prefect.Scheduled, tx.Now)
	if in.State != nil {
		state = in.State.State(tx.IDs.V7(), tx.Now)
	}
	return a.engine.CreateFlowRun(tx, run, state, options(r, nil, false))
}

// queueOfDeploymentRun is the queue of a run: the named one in the deployment's
// pool, or the deployment's.
func queueOfDeploymentRun(tx *store.Tx, d *prefect.Deployment, name *string, refuse refusals) (*uuid.UUID, *string, error) {
	if !named(name) {
		return d.WorkQueueID, d.StoredQueueName, nil
	}
	if d.WorkPoolID == nil {
		return nil, nil, refuse.noPool(*name)
	}
	pool, err := tx.ReadWorkPool(*d.WorkPoolID)
	if err != nil {
		return nil, nil, err
	}
	queue, err := tx.EnsureWorkQueue(pool, *name)
	if err != nil {
		return nil, nil, err
	}
	return &queue.ID, name, nil
}

// bulkRuns is the most runs that one request makes.
const bulkRuns = 100

// bulkRun is what became of one run of a request for many.
type bulkRun struct {
	FlowRunID *uuid.UUID `json:"flow_run_id"`
	Status    string     `json:"status"`
	Error     *string    `json:"error"`
}

func (a *API) createDeploymentFlowRuns(w http.ResponseWriter, r *http.Request) error {
	var in []*prefect.DeploymentFlowRunCreate
	if err := listBody(r, &in); err != nil {
		return err
	}
	if most := a.config.MaxParameterSize; most > 0 {
		var issues decode.Issues
		for i, one := range in {
			issues = append(issues, prefect.TooLarge(one.Parameters, most, "body", i, "parameters")...)
		}
		if len(issues) > 0 {
			return &invalidBody{issues, []byte("null")}
		}
	}
	if len(in) > bulkRuns {
		return fault.New(fault.BadRequest, "Cannot create more than %d flow runs at once.", bulkRuns)
	}
	var results []bulkRun
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		results = []bulkRun{}
		d, err := tx.ReadDeployment(pathID(r, "id"))
		if err == nil && d == nil {
			err = missing("Deployment")
		}
		if err != nil {
			return err
		}
		for _, one := range in {
			result := bulkRun{Status: "CREATED"}
			run, _, err := a.runDeployment(tx, d, one, r, oneOfMany{})
			switch {
			case err == nil:
				result.FlowRunID = &run.ID
			case fault.KindOf(err) == fault.Internal || fault.KindOf(err) == fault.Busy || fault.KindOf(err) == fault.Full:
				return err
			default:
				sentence := sentenceOf(err)
				result = bulkRun{Status: "FAILED", Error: &sentence}
			}
			results = append(results, result)
		}
		return nil
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, struct {
		Results []bulkRun `json:"results"`
	}{results})
	return nil
}
