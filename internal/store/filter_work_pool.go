package store

import "github.com/reevehq/reeve/internal/prefect"

// workPoolCondition restricts a row of work_pool.
func workPoolCondition(f *prefect.WorkPoolFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.ID != nil {
		c.add(anyID("work_pool.id", f.ID))
	}
	if f.Name != nil {
		c.add(anyText("work_pool.name", f.Name))
	}
	if f.Type != nil {
		c.add(anyText("work_pool.type", f.Type))
	}
	return c.join(f.Operator)
}

// havingPool restricts an outer row, by its column that names a work queue, to
// those whose queue is in such a pool.
func havingPool(queueColumn string, f *prefect.WorkPoolFilter) condition {
	return having("work_queue AS of_pool JOIN work_pool ON work_pool.id = of_pool.work_pool_id",
		"of_pool.id = "+queueColumn, workPoolCondition(f))
}

// workQueueCondition restricts a row of work_queue.
func workQueueCondition(f *prefect.WorkQueueFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.ID != nil {
		c.add(anyID("work_queue.id", f.ID))
	}
	if f.Name != nil {
		c.add(anyStartsWith("work_queue.name", f.Name))
	}
	return c.join(f.Operator)
}
