package simulation

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/store"
)

// firingsHaveDeliveries: a firing asks for each action of its automation, once. What
// tells that something is over is asked for by another.
func firingsHaveDeliveries(w *world) (what string) {
	w.rows(`SELECT f.id, count(d.id), count(DISTINCT d.action_index), coalesce(max(d.automation), '') FROM automation_firing AS f
		LEFT JOIN automation_delivery AS d ON d.firing_id = f.id AND d.resolves IS NULL GROUP BY f.id`, func(r store.Row) error {
		var firing uuid.UUID
		var rows, indexes int
		var text string
		if err := r.Scan(&firing, &rows, &indexes, &text); err != nil {
			return err
		}
		var a struct {
			Actions []json.RawMessage `json:"actions"`
		}
		_ = json.Unmarshal([]byte(text), &a)
		if rows == 0 || rows != indexes || rows != len(a.Actions) {
			what = fmt.Sprintf("firing %s has %d deliveries of %d actions", firing, rows, len(a.Actions))
		}
		return nil
	})
	return what
}

// firingsAreTold: the event that tells of a firing is in the log, once.
func firingsAreTold(w *world) string {
	if n := w.number(`SELECT count(*) FROM automation_firing AS f WHERE (SELECT count(*) FROM event WHERE id = f.told) != 1`); n > 0 {
		return fmt.Sprintf("%d firings are not told of once", n)
	}
	return ""
}

// deliveriesWereReceived: what is delivered to a receiver was heard there, with the key
// of the delivery; what is dead, and what is done, is told of by one event; what waits
// has a time.
func deliveriesWereReceived(w *world) (what string) {
	w.rows(`SELECT id, status, json_extract(action, '$.type'), due IS NOT NULL FROM automation_delivery`, func(r store.Row) error {
		var id uuid.UUID
		var status, kind string
		var due bool
		if err := r.Scan(&id, &status, &kind, &due); err != nil {
			return err
		}
		outside := kind == "call-webhook" || kind == "send-notification"
		switch {
		case status == "delivered" && outside && w.network.heard[id.String()] == 0:
			what = fmt.Sprintf("delivery %s (%s) counts as delivered and was not received", id, kind)
		case status == "waiting" && !due:
			what = fmt.Sprintf("delivery %s (%s) waits for nothing", id, kind)
		}
		return nil
	})
	if what != "" {
		return what
	}
	told := map[string]int{}
	w.rows(`SELECT json_extract(payload, '$.invocation') || event FROM event WHERE event IN ('prefect.automation.action.executed', 'prefect.automation.action.failed')`, func(r store.Row) error {
		var key string
		err := r.Scan(&key)
		told[key]++
		return err
	})
	w.rows(`SELECT id, status FROM automation_delivery WHERE status IN ('delivered', 'dead')`, func(r store.Row) error {
		var id uuid.UUID
		var status string
		err := r.Scan(&id, &status)
		end := "prefect.automation.action." + map[string]string{"delivered": "executed", "dead": "failed"}[status]
		if told[id.String()+end] != 1 {
			what = fmt.Sprintf("that delivery %s is %s is told of %d times", id, status, told[id.String()+end])
		}
		return err
	})
	return what
}
