package store

import (
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// AutomationFigures is what came of an automation: when it last fired, and how many of
// its deliveries wait and are dead.
type AutomationFigures struct {
	LastFired *prefect.Time `json:"last_fired"`
	Waiting   int           `json:"waiting"`
	Dead      int           `json:"dead"`
}

// AutomationFigures returns the figures of automations by their id. Of the deliveries
// that wait and of the newest that are dead it counts at most as many, of all
// automations together.
func (tx *Tx) AutomationFigures(ids []uuid.UUID, most int) (map[uuid.UUID]*AutomationFigures, error) {
	figures := make(map[uuid.UUID]*AutomationFigures, len(ids))
	for _, id := range ids {
		f := &AutomationFigures{}
		figures[id] = f
		err := tx.one(`SELECT triggered FROM automation_firing WHERE automation_id = ? ORDER BY sequence DESC LIMIT 1`, []any{id}, &f.LastFired)
		if err != nil && err != ErrNoRows {
			return nil, err
		}
	}
	return figures, tx.conn.Query(`SELECT automation_id, status, count(*) FROM (
			SELECT * FROM (SELECT automation_id, status FROM automation_delivery WHERE status = 'waiting' LIMIT ?)
			UNION ALL SELECT * FROM (SELECT automation_id, status FROM automation_delivery WHERE status = 'dead' ORDER BY finished DESC LIMIT ?))
		GROUP BY automation_id, status`, []any{most, most}, func(r Row) error {
		var id uuid.UUID
		var status string
		var n int
		if err := r.Scan(&id, &status, &n); err != nil {
			return err
		}
		if f := figures[id]; f != nil && status == "dead" {
			f.Dead = n
		} else if f != nil {
			f.Waiting = n
		}
		return nil
	})
}

// AutomationFirings lists the newest firings of an automation, the newest first.
func (tx *Tx) AutomationFirings(automation uuid.UUID, limit int) ([]*prefect.Firing, error) {
	return collect(tx, `SELECT firing FROM automation_firing WHERE automation_id = ? ORDER BY sequence DESC LIMIT ?`,
		[]any{automation, limit}, func(r Row) (*prefect.Firing, error) {
			f := &prefect.Firing{}
			return f, r.Scan(JSON(f))
		})
}

// titles are the queries for what people call the objects of a kind: those that a
// name alone does not tell apart have that of their parent before it.
var titles = map[string]string{
	"flow":       `SELECT id, name AS title FROM flow`,
	"deployment": `SELECT deployment.id AS id, flow.name || '/' || deployment.name AS title FROM deployment JOIN flow ON flow.id = deployment.flow_id`,
	"work-pool":  `SELECT id, name AS title FROM work_pool`,
	"work-queue": `SELECT work_queue.id AS id, work_pool.name || '/' || work_queue.name AS title FROM work_queue
		JOIN work_pool ON work_pool.id = work_queue.work_pool_id`,
	"automation": `SELECT id, name AS title FROM automation`,
	"block-document": `SELECT block_document.id AS id, block_type.slug || '/' || block_document.name AS title FROM block_document
		JOIN block_type ON block_type.id = block_document.block_type_id`,
	"flow-run": `SELECT id, name AS title FROM flow_run`,
	"task-run": `SELECT id, name AS title FROM task_run`,
}

// Title returns what people call a resource such as "prefect.deployment.<id>": "" for
// one that is not there, or that has no name.
func (tx *Tx) Title(resource string) (title string, err error) {
	of, ours := strings.CutPrefix(resource, "prefect.")
	kind, text, _ := strings.Cut(of, ".")
	query := titles[kind]
	id, unread := uuid.Parse(text)
	if !ours || query == "" || unread != nil {
		return "", nil
	}
	err = tx.one(`SELECT title FROM (`+query+`) WHERE id = ?`, []any{id}, &title)
	if err == ErrNoRows {
		return "", nil
	}
	return title, err
}

// Choice is something that can be chosen, by what people call it.
type Choice struct {
	ID    uuid.UUID `json:"id"`
	Title string    `json:"title"`
}

// Choices lists what can be chosen of a kind of resource, such as "deployment", by
// title.
func (tx *Tx) Choices(kind string, limit int) ([]Choice, error) {
	return collect(tx, `SELECT id, title FROM (`+titles[kind]+`) ORDER BY title LIMIT ?`, []any{limit}, scanChoice)
}

func scanChoice(r Row) (c Choice, err error) { return c, r.Scan(&c.ID, &c.Title) }

// BlockChoices lists saved blocks that can do something, such as "notify", and those
// of a type, by title.
func (tx *Tx) BlockChoices(capability, slug string, limit int) ([]Choice, error) {
	return collect(tx, `SELECT block_document.id, block_type.slug || '/' || block_document.name AS title FROM block_document
			JOIN block_type ON block_type.id = block_document.block_type_id
			JOIN block_schema ON block_schema.id = block_document.block_schema_id
		WHERE block_document.is_anonymous = 0
			AND (block_type.slug = ? OR EXISTS (SELECT 1 FROM json_each(block_schema.capabilities) WHERE value = ?))
		ORDER BY title LIMIT ?`, []any{slug, capability, limit}, scanChoice)
}
