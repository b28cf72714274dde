package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const slaColumns = `sla.id, sla.created, sla.updated, sla.deployment_id, sla.name, sla.severity, sla.enabled, sla.kind, sla.bound`

// scanSLA reads an agreement, and before it what others select before its columns.
func scanSLA(r Row, before ...any) (*prefect.SLA, error) {
	var s prefect.SLA
	var severity, kind string
	var bound time.Duration
	err := r.Scan(append(before, &s.ID, &s.Created, &s.Updated, &s.DeploymentID, &s.Name, &severity, &s.Enabled, &kind, &bound)...)
	s.Severity, s.OwnerResource = prefect.SLASeverity(severity), "prefect.deployment."+s.DeploymentID.String()
	s.Bounded(prefect.SLAKind(kind), bound)
	return &s, err
}

func scanOnlySLA(r Row) (*prefect.SLA, error) { return scanSLA(r) }

// ReadSLAs returns the agreements of a deployment by name.
func (tx *Tx) ReadSLAs(deployment uuid.UUID) ([]*prefect.SLA, error) {
	return collect(tx, `SELECT `+slaColumns+` FROM sla WHERE deployment_id = ? ORDER BY name`, []any{deployment}, scanOnlySLA)
}

// ApplySLAs makes the agreements of a deployment those that are given: by name they
// are made, changed, or deleted.
func (tx *Tx) ApplySLAs(deployment uuid.UUID, wanted []prefect.SLACreate) (*prefect.SLAMerge, error) {
	have, err := tx.ReadSLAs(deployment)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, s := range have {
		known[s.Name] = true
	}
	merge := &prefect.SLAMerge{Created: []*prefect.SLA{}, Updated: []*prefect.SLA{}, Deleted: []*prefect.SLA{}}
	given := map[string]bool{}
	for i := range wanted {
		w := &wanted[i]
		given[w.Name] = true
		s, err := tx.putSLA(deployment, w)
		if err != nil {
			return nil, err
		}
		if known[w.Name] {
			merge.Updated = append(merge.Updated, s)
		} else {
			merge.Created = append(merge.Created, s)
		}
	}
	for _, s := range have {
		if given[s.Name] {
			continue
		}
		if _, err := tx.conn.Exec(`DELETE FROM sla WHERE id = ?`, s.ID); err != nil {
			return nil, err
		}
		merge.Deleted = append(merge.Deleted, s)
	}
	tx.Touch(Deadlines)
	return merge, nil
}

// putSLA makes an agreement, or changes the one of that name. One of another kind
// or that was off counts from now on.
func (tx *Tx) putSLA(deployment uuid.UUID, w *prefect.SLACreate) (*prefect.SLA, error) {
	kind, bound := w.Kind()
	enabled := w.Enabled == nil || *w.Enabled
	_, err := tx.conn.Exec(`INSERT INTO sla (id, created, updated, deployment_id, name, severity, enabled, kind, bound, since)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (deployment_id, name) DO UPDATE SET updated = excluded.updated,
		severity = excluded.severity, enabled = excluded.enabled, kind = excluded.kind, bound = excluded.bound,
		since = CASE WHEN sla.enabled = 1 AND sla.kind = excluded.kind THEN sla.since ELSE excluded.since END`,
		tx.IDs.V4(), tx.Now, tx.Now, deployment, w.Name, string(w.Severity), enabled, string(kind), bound, tx.Now)
	if err != nil {
		return nil, err
	}
	s, _, err := first(tx, `SELECT `+slaColumns+` FROM sla WHERE deployment_id = ? AND name = ?`, []any{deployment, w.Name}, scanOnlySLA)
	return s, err
}
