package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// RunEvent is an event that tells of a flow run what its states, logs, artifacts and heartbeats do not.
// TaskRunID is the task run that it names as related, "" for none.
type RunEvent struct {
	ID        uuid.UUID    `json:"id"`
	Event     string       `json:"event"`
	Occurred  prefect.Time `json:"occurred"`
	TaskRunID string       `json:"task_run_id"`
}

const (
	// mostRunEvents is how many of a run's newest events are looked through: each task run adds about three.
	mostRunEvents = 10_000
	// longestRelated is how many bytes of an event's related resources are looked through.
	longestRelated = 64 << 10
)

// RunEvents returns the newest events of a flow run, the newest first: at most limit of those among
// the newest mostRunEvents in which it is the resource, and as many in which it is related.
func (tx *Tx) RunEvents(flowRun uuid.UUID, limit int) ([]*RunEvent, error) {
	q := runEvents(flowRun, limit)
	return collect(tx, q.sql, q.args, func(r Row) (*RunEvent, error) {
		var e RunEvent
		err := r.Scan(&e.ID, &e.Event, &e.Occurred, &e.TaskRunID)
		return &e, err
	})
}

func runEvents(flowRun uuid.UUID, limit int) condition {
	resource := "prefect.flow-run." + flowRun.String()
	told := criteria{when("told.event <> 'prefect.log.write'")}
	for _, of := range []string{"prefect.flow-run.", "prefect.task-run.", "prefect.artifact"} {
		told.add(when("NOT (told.event >= ? AND told.event < ?)", of, prefixEnd(of)))
	}
	where := and(told...)
	const newest = ` WHERE resource_id = ? ORDER BY occurred DESC LIMIT ?`
	args := append([]any{longestRelated, resource, mostRunEvents, resource, mostRunEvents}, where.args...)
	// The page is found by names alone; only its events are looked into.
	return condition{`SELECT event.id, substr(event.event, 1, 300), event.occurred, CASE WHEN octet_length(event.related) <= ? THEN coalesce(
			(SELECT substr(member.value ->> 'prefect.resource.id', length('prefect.task-run.') + 1, 36) FROM json_each(event.related) AS member
				WHERE member.value ->> 'prefect.resource.id' GLOB 'prefect.task-run.*' LIMIT 1), '') ELSE '' END
		FROM (SELECT told.sequence AS wanted, told.occurred AS at FROM (
				SELECT sequence FROM (SELECT sequence FROM event` + newest + `) AS own
				UNION SELECT sequence FROM (SELECT sequence FROM event_related` + newest + `) AS others) AS near
			CROSS JOIN event AS told ON told.sequence = near.sequence` + where.where() + `
			ORDER BY told.occurred DESC, told.sequence DESC LIMIT ?) AS kept CROSS JOIN event ON event.sequence = wanted
		ORDER BY at DESC, wanted DESC`, append(args, limit)}
}
