package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/templating"
)

// deploymentFlowRunCreate is the body of a run, of which the settings bound the parameters.
type deploymentFlowRunCreate struct {
	prefect.DeploymentFlowRunCreate
}

// Bound implements rest.Bounder.
func (c *deploymentFlowRunCreate) Bound(limits rest.Limits, issues decode.Issues) (decode.Issues, error) {
	return boundParameters(c.Parameters, limits, issues), nil
}

func (a *API) createDeploymentFlowRun(r *http.Request, body *deploymentFlowRunCreate) (made rest.Made[*prefect.FlowRun], err error) {
	in := &body.DeploymentFlowRunCreate
	refuse := wholeRequest{rest.ID(r, "id")}
	var d *store.Runnable
	var parameters prefect.Object
	err = a.decide(r.Context(), checkingParameters, func(p *premises) (err error) {
		if d, err = assumeRunnable(p, rest.ID(r, "id")); err != nil {
			return err
		}
		parameters, err = checkRun(p, d, in, refuse)
		return err
	}, func(tx *store.Tx) (err error) {
		made.Object, made.New, err = a.runDeployment(tx, d, in, parameters, r, refuse)
		if err == nil && made.Object.WorkQueueID != nil {
			made.Object, err = tx.ReadFlowRun(made.Object.ID)
		}
		return err
	})
	return made, err
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

func assumeRunnable(p *premises, id uuid.UUID) (*store.Runnable, error) {
	d, err := assume(p, func(tx *store.Tx) (*store.Runnable, error) { return tx.ReadRunnable(id) })
	if err == nil && d == nil {
		err = rest.Missing("Deployment")
	}
	return d, err
}

// checkRun returns the parameters of a run of a deployment: the deployment's with
// those of the request, rendered and checked. It checks the job variables too: of
// the pool's template, the deployment and the run, each before the one ahead of it.
func checkRun(p *premises, d *store.Runnable, in *prefect.DeploymentFlowRunCreate, refuse refusals) (prefect.Object, error) {
	parameters, err := d.Parameters.Merged(in.Parameters)
	if err != nil {
		return nil, err
	}
	parameters, err = templating.Hydrate(p.Budget, parameters, templating.Rendering{Jinja: true, Variables: p.variable})
	if problem := templating.Problem(err); problem != nil {
		return nil, refuse.hydration(problem)
	} else if err != nil {
		return nil, err
	}
	enforce := d.EnforceParameterSchema
	if in.EnforceParameterSchema != nil {
		enforce = *in.EnforceParameterSchema
	}
	if enforce {
		if d.ParameterOpenAPISchema == nil {
			return nil, refuse.noSchema()
		}
		err := templating.Validate(p.Budget, parameters, *d.ParameterOpenAPISchema, templating.Check{Preprocess: true})
		switch {
		case err == templating.ErrCircular:
			return nil, refuse.circular()
		case isRefusal(err):
			return nil, refuse.parameters(err)
		case err != nil:
			return nil, err
		}
	}
	var variables prefect.Object
	if in.JobVariables != nil {
		variables = *in.JobVariables
	}
	return parameters, checkJobVariables(p, jobTemplate{d.BaseJobTemplate}, false, "Error creating flow run", d.JobVariables, variables)
}

// runDeployment makes a run of a deployment with parameters that were checked.
func (a *API) runDeployment(tx *store.Tx, d *store.Runnable, in *prefect.DeploymentFlowRunCreate, parameters prefect.Object, r *http.Request, refuse refusals) (*prefect.FlowRun, bool, error) {
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
func queueOfDeploymentRun(tx *store.Tx, d *store.Runnable, name *string, refuse refusals) (*uuid.UUID, *string, error) {
	if !named(name) {
		return d.WorkQueueID, d.WorkQueueName, nil
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

// mostBulkRuns is the most runs that one request makes.
const mostBulkRuns = 100

// bulkRun is what became of one run of a request for many.
type bulkRun struct {
	FlowRunID *uuid.UUID `json:"flow_run_id"`
	Status    string     `json:"status"`
	Error     *string    `json:"error"`
}

// checkedRun is one run of a request for many, before it is made.
type checkedRun struct {
	parameters prefect.Object
	refusal    error
}

// isOfOneRun reports whether an error is about one run and leaves the others alone.
func isOfOneRun(err error) bool {
	kind := fault.KindOf(err)
	return kind != fault.Internal && kind != fault.Busy && kind != fault.Full
}

// bulkRuns are what became of the runs of a request for many, in its order.
type bulkRuns struct {
	Results []bulkRun `json:"results"`
}

func (a *API) createDeploymentFlowRuns(r *http.Request, body *[]*prefect.DeploymentFlowRunCreate) (bulkRuns, error) {
	in := *body
	if most := a.config.MaxParameterSize; most > 0 {
		var issues decode.Issues
		for i, one := range in {
			issues = append(issues, prefect.TooLarge(one.Parameters, most, "body", i, "parameters")...)
		}
		if len(issues) > 0 {
			return bulkRuns{}, rest.Refused(issues, []byte("null"))
		}
	}
	if len(in) > mostBulkRuns {
		return bulkRuns{}, fault.New(fault.BadRequest, "Cannot create more than %d flow runs at once.", mostBulkRuns)
	}
	results := make([]bulkRun, len(in))
	var d *store.Runnable
	checked := make([]checkedRun, len(in))
	err := a.decide(r.Context(), checkingParameters, func(p *premises) (err error) {
		if d, err = assumeRunnable(p, rest.ID(r, "id")); err != nil {
			return err
		}
		for i, one := range in {
			parameters, err := checkRun(p, d, one, oneOfMany{})
			if err != nil && (p.Err() != nil || !isOfOneRun(err)) {
				return err
			}
			checked[i] = checkedRun{parameters, err}
		}
		return nil
	}, func(tx *store.Tx) error {
		for i, one := range in {
			err := checked[i].refusal
			var run *prefect.FlowRun
			if err == nil {
				run, _, err = a.runDeployment(tx, d, one, checked[i].parameters, r, oneOfMany{})
			}
			switch {
			case err == nil:
				results[i] = bulkRun{Status: "CREATED", FlowRunID: &run.ID}
			case isOfOneRun(err):
				sentence := sentenceOf(err)
				results[i] = bulkRun{Status: "FAILED", Error: &sentence}
			default:
				return err
			}
		}
		return nil
	})
	return bulkRuns{results}, err
}
