package store

import "github.com/google/uuid"

// What goes with an object, deleted so far as a transaction should: each of these reports
// whether nothing is left but a few rows, which go with the object's own.

func (tx *Tx) clearFlow(id uuid.UUID) (done bool, err error) {
	done, err = tx.clearEach(`SELECT id FROM flow_run WHERE flow_id = ? LIMIT ?`, []any{id}, tx.dropFlowRunAndArtifacts)
	if err != nil || !done {
		return false, err
	}
	deployments, err := column[uuid.UUID](tx, `SELECT id FROM deployment WHERE flow_id = ?`, id)
	for _, deployment := range deployments {
		if done, err := tx.clearViolations(deployment); err != nil || !done {
			return false, err
		}
	}
	return err == nil, err
}

func (tx *Tx) clearDeployment(id uuid.UUID) (done bool, err error) {
	done, err = tx.clearEach(`SELECT id FROM flow_run WHERE deployment_id = ? AND `+notStarted+` LIMIT ?`, []any{id}, tx.dropFlowRun)
	if err != nil || !done {
		return false, err
	}
	return tx.clearViolations(id)
}

// clearViolations deletes what was told of runs that violate a deployment's agreements.
func (tx *Tx) clearViolations(deployment uuid.UUID) (done bool, err error) {
	return tx.clear(`DELETE FROM sla_violation WHERE (sla_id, flow_run_id) IN (
		SELECT sla_id, flow_run_id FROM sla_violation WHERE sla_id IN (SELECT id FROM sla WHERE deployment_id = ?) LIMIT ?)`, deployment)
}

// dropFlowRun deletes a run and what goes with it.
func (tx *Tx) dropFlowRun(id uuid.UUID) (done bool, err error) {
	return tx.drop(`DELETE FROM flow_run WHERE id = ?`, id, tx.clearFlowRun)
}

// dropFlowRunAndArtifacts deletes a flow run with its artifacts too, which stay when somebody
// deletes the run alone.
func (tx *Tx) dropFlowRunAndArtifacts(id uuid.UUID) (done bool, err error) {
	done, err = tx.clearEach(`SELECT id FROM artifact WHERE flow_run_id = ? LIMIT ?`, []any{id}, func(artifact uuid.UUID) (bool, error) {
		tx.spend(1)
		return tx.DeleteArtifact(artifact)
	})
	if err != nil || !done {
		return false, err
	}
	return tx.dropFlowRun(id)
}

func (tx *Tx) clearFlowRun(id uuid.UUID) (done bool, err error) {
	done, err = tx.clear(`DELETE FROM log WHERE sequence IN (SELECT sequence FROM log WHERE flow_run_id = ? LIMIT ?)`, id)
	if err != nil || !done {
		return false, err
	}
	done, err = tx.clearEach(`SELECT id FROM task_run WHERE flow_run_id = ? LIMIT ?`, []any{id}, tx.dropTaskRun)
	if err != nil || !done {
		return false, err
	}
	return tx.clearAll(id, `DELETE FROM flow_run_input WHERE id IN (SELECT id FROM flow_run_input WHERE flow_run_id = ? LIMIT ?)`,
		`DELETE FROM flow_run_state WHERE id IN (SELECT id FROM flow_run_state WHERE flow_run_id = ? LIMIT ?)`)
}

// dropTaskRun deletes a task run and what goes with it.
func (tx *Tx) dropTaskRun(id uuid.UUID) (done bool, err error) {
	return tx.drop(`DELETE FROM task_run WHERE id = ?`, id, tx.clearTaskRun)
}

// clearTaskRun also takes the task run from the runs that it has started, which stay.
func (tx *Tx) clearTaskRun(id uuid.UUID) (done bool, err error) {
	return tx.clearAll(id, `DELETE FROM log WHERE sequence IN (SELECT sequence FROM log WHERE task_run_id = ? LIMIT ?)`,
		`UPDATE flow_run SET parent_task_run_id = NULL WHERE id IN (SELECT id FROM flow_run WHERE parent_task_run_id = ? LIMIT ?)`,
		`DELETE FROM task_run_state WHERE id IN (SELECT id FROM task_run_state WHERE task_run_id = ? LIMIT ?)`)
}

// clearWorkPool takes a pool's queues from their runs, which stay.
func (tx *Tx) clearWorkPool(id uuid.UUID) (done bool, err error) {
	queues, err := column[uuid.UUID](tx, `SELECT id FROM work_queue WHERE work_pool_id = ?`, id)
	if err != nil {
		return false, err
	}
	for _, queue := range queues {
		if done, err := tx.clearWorkQueue(queue); err != nil || !done {
			return false, err
		}
	}
	return tx.clear(`DELETE FROM worker_cleanup WHERE id IN (SELECT id FROM worker_cleanup WHERE work_pool_id = ? LIMIT ?)`, id)
}

// clearWorkQueue takes a queue from its runs, which stay.
func (tx *Tx) clearWorkQueue(id uuid.UUID) (done bool, err error) {
	return tx.clear(`UPDATE flow_run SET work_queue_id = NULL WHERE id IN (SELECT id FROM flow_run WHERE work_queue_id = ? LIMIT ?)`, id)
}

// clearDocuments clears the block documents that a query finds by an id.
func (tx *Tx) clearDocuments(query string, of uuid.UUID) (done bool, err error) {
	documents, err := column[uuid.UUID](tx, query, of)
	for _, document := range documents {
		if done, err := tx.clearDocument(document); err != nil || !done {
			return false, err
		}
	}
	return err == nil, err
}

// clearDocument deletes the runs whose infrastructure a block document is.
func (tx *Tx) clearDocument(id uuid.UUID) (done bool, err error) {
	return tx.clearEach(`SELECT id FROM flow_run WHERE infrastructure_document_id = ? LIMIT ?`, []any{id}, tx.dropFlowRun)
}
