package store

import "time"

// TaskWorker is a task worker that is subscribed to a server.
type TaskWorker struct {
	Name string
	Keys []string // of its tasks
}

// TaskWorkers returns the task workers that are subscribed to any server of a shared database, in the order in which they came.
func (tx *Tx) TaskWorkers() ([]TaskWorker, error) {
	return collect(tx, `SELECT worker.name, served.task_keys FROM task_worker AS worker
			JOIN task_worker_keys AS served ON served.name = worker.name JOIN replica ON replica.session = worker.session
		WHERE worker.gone IS NULL AND replica.expires > `+databaseNow+` ORDER BY worker.subscribed, worker.name`, nil, func(r Row) (w TaskWorker, err error) {
		err = r.Scan(&w.Name, JSON(&w.Keys))
		return w, err
	})
}

// taskWorkerKept is how long a task worker is remembered that is gone; whatever it
// had in hand was taken from it long before.
const taskWorkerKept = 24 * time.Hour

// SubscribeTaskWorker notes that a task worker is there, until the subscription of
// this moment ends or the server's process does.
func (tx *Tx) SubscribeTaskWorker(name string, taskKeys []string) error {
	forgotten := tx.Now.Add(-taskWorkerKept)
	if _, err := tx.conn.Exec(`DELETE FROM task_worker WHERE gone < ?`, forgotten); err != nil {
		return err
	}
	_, err := tx.conn.Exec(`INSERT INTO task_worker (name, session, subscribed) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET session = excluded.session, subscribed = excluded.subscribed, gone = NULL`,
		name, tx.session, tx.Now)
	if _, many := tx.conn.(Postgres); many && err == nil {
		_, err = tx.conn.Exec(`INSERT INTO task_worker_keys (name, task_keys) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET task_keys = excluded.task_keys`, name, textList(taskKeys))
	}
	return err
}

// UnsubscribeTaskWorker notes that a task worker's subscription of a moment has
// ended, unless it has another by now.
func (tx *Tx) UnsubscribeTaskWorker(name string, subscribed time.Time) error {
	_, err := tx.conn.Exec(`UPDATE task_worker SET gone = ? WHERE name = ? AND subscribed = ? AND session = ?`,
		tx.Now, name, subscribed, tx.session)
	return err
}
