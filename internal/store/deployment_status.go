package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

const deploymentPlaceQuery = `SELECT deployment.id, deployment.name, flow.id, flow.name, work_queue.id, work_queue.name,
		work_pool.id, work_pool.name, work_pool.type,
		deployment.storage_document_id, deployment.infrastructure_document_id, deployment.concurrency_limit_id
	FROM deployment JOIN flow ON flow.id = deployment.flow_id
	LEFT JOIN work_queue ON work_queue.id = deployment.work_queue_id
	LEFT JOIN work_pool ON work_pool.id = work_queue.work_pool_id `

func scanDeploymentPlace(r Row) (*events.DeploymentPlace, error) {
	var d events.DeploymentPlace
	var queue, pool *uuid.UUID
	var queueName, poolName, poolType *string
	err := r.Scan(&d.ID, &d.Name, &d.FlowID, &d.FlowName, &queue, &queueName, &pool, &poolName, &poolType,
		&d.StorageID, &d.InfrastructureID, &d.LimitID)
	if err != nil {
		return nil, err
	}
	if queue != nil && pool != nil {
		d.QueueID, d.PoolID = *queue, *pool
		d.QueueName, d.PoolName, d.PoolType = *queueName, *poolName, *poolType
	}
	return &d, nil
}

// ReadDeploymentPlace returns what a deployment's events name, nil when there is
// no such deployment.
func (tx *Tx) ReadDeploymentPlace(id uuid.UUID) (*events.DeploymentPlace, error) {
	d, _, err := first(tx, deploymentPlaceQuery+`WHERE deployment.id = ?`, []any{id}, scanDeploymentPlace)
	return d, err
}

// MarkDeploymentsReady notes that deployments, named by their ids or by their
// queues', were polled for, and tells of those that become ready. Their column
// updated stays: nothing that schedules depend on has changed.
func (tx *Tx) MarkDeploymentsReady(deployments, queues []uuid.UUID) error {
	const these = `(deployment.id IN (SELECT unhex(value) FROM json_each(?))
		OR deployment.work_queue_id IN (SELECT unhex(value) FROM json_each(?)))`
	byID, byQueue := idList(deployments), idList(queues)
	news, err := collect(tx, deploymentPlaceQuery+`WHERE deployment.status = 'NOT_READY' AND `+these,
		[]any{byID, byQueue}, scanDeploymentPlace)
	if err != nil {
		return err
	}
	_, err = tx.conn.Exec(`UPDATE deployment SET status = 'READY', last_polled = ? WHERE `+these, tx.Now, byID, byQueue)
	if err != nil || len(news) == 0 {
		return err
	}
	tx.Touch(Deadlines)
	return tx.tellDeploymentStatus(news, prefect.Ready)
}

// MarkDeploymentsNotReady notes that deployments that were ready are not, and
// tells of it.
func (tx *Tx) MarkDeploymentsNotReady(deployments []uuid.UUID) error {
	ids := idList(deployments)
	gone, err := collect(tx, deploymentPlaceQuery+`WHERE deployment.status = 'READY'
		AND deployment.id IN (SELECT unhex(value) FROM json_each(?))`, []any{ids}, scanDeploymentPlace)
	if err != nil || len(gone) == 0 {
		return err
	}
	_, err = tx.conn.Exec(`UPDATE deployment SET status = 'NOT_READY' WHERE id IN (SELECT unhex(value) FROM json_each(?))`, ids)
	if err != nil {
		return err
	}
	return tx.tellDeploymentStatus(gone, prefect.NotReady)
}

func (tx *Tx) tellDeploymentStatus(deployments []*events.DeploymentPlace, status prefect.PoolStatus) error {
	for _, d := range deployments {
		if err := tx.Emit(events.DeploymentStatus(tx.IDs.V7(), tx.Now, d, status)); err != nil {
			return err
		}
	}
	return nil
}
