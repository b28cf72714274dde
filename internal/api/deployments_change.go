package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// deploymentCreate is the body of a new deployment. What rules over all of it forbid comes
// before what is wrong with its parts.
type deploymentCreate struct{ prefect.DeploymentCreate }

// ReadBody implements rest.Reader.
func (d *deploymentCreate) ReadBody(r *http.Request, value *pyjson.Value, limits rest.Limits) (decode.Issues, error) {
	if issues := prefect.BothLimits(*value); len(issues) > 0 {
		return issues, nil
	}
	if issues, err := parametersConform(r.Context(), *value); err != nil || len(issues) > 0 {
		return issues, err
	}
	*value = d.Rewrite(*value)
	return decodeDeployment(*value, &d.DeploymentCreate, func() *prefect.Object { return &d.Parameters }, limits), nil
}

// deploymentUpdate is the body of a change, looked at in the same order.
type deploymentUpdate struct{ prefect.DeploymentUpdate }

// ReadBody implements rest.Reader.
func (d *deploymentUpdate) ReadBody(_ *http.Request, value *pyjson.Value, limits rest.Limits) (decode.Issues, error) {
	if issues := prefect.BothLimits(*value); len(issues) > 0 {
		return issues, nil
	}
	return decodeDeployment(*value, &d.DeploymentUpdate, func() *prefect.Object { return d.Parameters }, limits), nil
}

func decodeDeployment(value pyjson.Value, dst any, parameters func() *prefect.Object, limits rest.Limits) decode.Issues {
	issues := rest.Decode(value, dst)
	if p := parameters(); len(issues) == 0 && p != nil && limits.Parameters > 0 {
		return prefect.TooLarge(*p, limits.Parameters, "body", "parameters")
	}
	return issues
}

func (a *API) createDeployment(r *http.Request, body *deploymentCreate) (made rest.Made[*prefect.Deployment], err error) {
	in := &body.DeploymentCreate
	if err := settle(a, r, in.Schedules...); err != nil {
		return made, err
	}
	err = a.decide(r.Context(), checkingVariables, func(p *premises) error {
		return checkNewJobVariables(p, in)
	}, func(tx *store.Tx) error {
		if err := checkNewDeployment(tx, in); err != nil {
			return err
		}
		queue, err := queueOfDeployment(tx, in.WorkPoolName, in.WorkQueueName)
		if err != nil {
			return err
		}
		c := *in // the function may run again: the body stays as it was
		if err := a.keepPausedOfNew(tx, &c); err != nil {
			return err
		}
		made.Object, made.New, err = tx.CreateDeployment(&c, queue)
		return err
	})
	return made, err
}

// checkNewJobVariables checks a new deployment's variables with its pool's template.
func checkNewJobVariables(p *premises, in *prefect.DeploymentCreate) error {
	if !named(in.WorkPoolName) || *in.WorkPoolName == prefect.DefaultAgentPool {
		return nil
	}
	template, err := assume(p, func(tx *store.Tx) (jobTemplate, error) { return templateOf(poolOfDeployment(tx, *in.WorkPoolName)) })
	if err != nil || isEmpty(in.JobVariables) {
		return err
	}
	return checkJobVariables(p, template, true, "Error creating deployment", in.JobVariables)
}

// checkNewDeployment makes sure of what a new deployment refers to.
func checkNewDeployment(tx *store.Tx, in *prefect.DeploymentCreate) error {
	if err := checkGlobalLimit(tx, in.GlobalConcurrencyLimitID); err != nil {
		return err
	}
	for _, block := range []struct {
		id       *uuid.UUID
		sentence string
	}{
		{in.InfrastructureDocumentID, "Error creating deployment. Could not find infrastructure block with id: %s. This usually occurs when applying" +
			" a deployment specification that was built against a different Prefect database / workspace."},
		{in.StorageDocumentID, "Error creating deployment. Could not find storage block with id: %s. This usually occurs when applying" +
			" a deployment specification that was built against a different Prefect database / workspace."},
	} {
		if block.id == nil {
			continue
		}
		if there, err := tx.BlockDocumentExists(*block.id); err != nil {
			return err
		} else if !there {
			return fault.New(fault.Conflict, block.sentence, block.id)
		}
	}
	return nil
}

func named(name *string) bool { return name != nil && *name != "" }

func poolOfDeployment(tx *store.Tx, name string) (*prefect.WorkPool, error) {
	pool, err := tx.ReadWorkPoolByName(name)
	if err == nil && pool == nil {
		err = fault.New(fault.NotFound, `Work pool "%s" not found.`, name)
	}
	return pool, err
}

func checkGlobalLimit(tx *store.Tx, id *uuid.UUID) error {
	if id == nil {
		return nil
	}
	limit, err := tx.ReadConcurrencyLimit(*id)
	if err == nil && limit == nil {
		err = fault.New(fault.NotFound, "Concurrency limit not found")
	}
	return err
}

// queueOfDeployment finds the queue that names stand for, making it when its
// pool has none of that name; nil when nothing was named.
func queueOfDeployment(tx *store.Tx, poolName, queueName *string) (*uuid.UUID, error) {
	if !named(poolName) {
		if !named(queueName) {
			return nil, nil
		}
		queue, err := tx.EnsureAgentQueue(*queueName)
		if err != nil {
			return nil, err
		}
		return &queue.ID, nil
	}
	pool, err := poolOfDeployment(tx, *poolName)
	if err != nil || !named(queueName) {
		if err != nil {
			return nil, err
		}
		return pool.DefaultQueueID, nil
	}
	queue, err := tx.EnsureWorkQueue(pool, *queueName)
	if err != nil {
		return nil, err
	}
	return &queue.ID, nil
}

func (a *API) updateDeployment(r *http.Request, in *deploymentUpdate) error {
	if err := settle(a, r, in.Schedules...); err != nil {
		return err
	}
	var checked prefect.DeploymentUpdate
	return a.decide(r.Context(), checkingParameters, func(p *premises) error {
		checked = in.DeploymentUpdate
		return checkDeploymentUpdate(p, rest.ID(r, "id"), &checked)
	}, func(tx *store.Tx) error {
		d, err := tx.ReadDeployment(rest.ID(r, "id"))
		if err == nil && d == nil {
			err = noDeployment
		}
		if err != nil {
			return err
		}
		change := checked // the function may run again: what was checked stays as it was
		a.keepPaused(d, &change)
		plan, err := planSchedules(d, &change)
		if err != nil {
			return err
		}
		if err := checkGlobalLimit(tx, change.GlobalConcurrencyLimitID); err != nil {
			return err
		}
		queue, err := queueChange(tx, &change)
		if err != nil {
			return err
		}
		if err := tx.UpdateDeployment(d, &change, queue, plan.replace); err != nil {
			return err
		}
		return plan.apply(tx, d.ID)
	})
}

func queueChange(tx *store.Tx, in *prefect.DeploymentUpdate) (store.QueueChange, error) {
	if in.Has("work_pool_name") && in.WorkPoolName == nil {
		return store.QueueChange{Change: true}, nil
	}
	queue, err := queueOfDeployment(tx, in.WorkPoolName, in.WorkQueueName)
	return store.QueueChange{Change: queue != nil, To: queue}, err
}

// schedulePlan is what an update does to a deployment's schedules.
type schedulePlan struct {
	replace bool
	patch   []schedulePatch
	create  []*prefect.DeploymentScheduleUpdate
}

type schedulePatch struct {
	schedule uuid.UUID
	update   *prefect.DeploymentScheduleUpdate
}

// planSchedules decides how an update changes schedules: one by one when all
// that are there have slugs, else by replacing them.
func planSchedules(d *prefect.Deployment, in *prefect.DeploymentUpdate) (*schedulePlan, error) {
	bySlug, all := map[string]uuid.UUID{}, len(d.Schedules) > 0
	for _, s := range d.Schedules {
		if s.Slug == nil {
			all = false
			continue
		}
		bySlug[*s.Slug] = s.ID
	}
	if !all {
		return &schedulePlan{replace: in.Has("schedules")}, nil
	}
	replaced := map[string]bool{}
	for _, s := range in.Schedules {
		if s.Slug == nil {
			return nil, fault.New(fault.Invalid, "Please provide a slug for each schedule in your request to ensure schedules are updated correctly.")
		}
	}
	for _, s := range in.Schedules {
		if !named(s.Replaces) {
			continue
		}
		if replaced[*s.Replaces] {
			return nil, fault.New(fault.Invalid, "Multiple schedules have 'replaces' targeting the same slug: %s", *s.Replaces)
		}
		replaced[*s.Replaces] = true
	}
	for _, s := range in.Schedules {
		if _, taken := bySlug[*s.Slug]; *s.Slug != "" && taken && !replaced[*s.Slug] && named(s.Replaces) {
			return nil, fault.New(fault.Invalid, "Cannot rename schedule from '%s' to '%s': a schedule with slug '%s' already exists.",
				*s.Replaces, *s.Slug, *s.Slug)
		}
	}
	plan := &schedulePlan{}
	for _, s := range in.Schedules {
		if id, there := bySlug[s.Target()]; there {
			plan.patch = append(plan.patch, schedulePatch{id, s})
			continue
		}
		if s.Schedule == nil {
			return nil, fault.New(fault.Invalid, "Unable to create new deployment schedules without a schedule configuration.")
		}
		plan.create = append(plan.create, s)
	}
	return plan, nil
}

// apply changes and adds schedules.
func (p *schedulePlan) apply(tx *store.Tx, deployment uuid.UUID) error {
	var renamed []uuid.UUID
	for _, change := range p.patch {
		if named(change.update.Replaces) {
			renamed = append(renamed, change.schedule)
		}
	}
	if len(renamed) > 0 {
		if err := tx.ClearScheduleSlugs(renamed); err != nil {
			return err
		}
	}
	for _, change := range p.patch {
		if _, err := tx.UpdateDeploymentSchedule(deployment, change.schedule, change.update); err != nil {
			return err
		}
	}
	if len(p.create) == 0 {
		return nil
	}
	return tx.CreateSchedulesOf(deployment, p.create)
}
