package store

import "time"

// taskWorkerKept is how long a task worker is remembered that is gone; whatever it
// had in hand was taken from it long before.
const taskWorkerKept = 24 * time.Hour

// SubscribeTaskWorker notes that a task worker is there, until the subscription of
// this moment ends or the server's process does.
func (tx *Tx) SubscribeTaskWorker(name string) error {
	forgotten := tx.Now.Add(-taskWorkerKept)
	if _, err := tx.conn.Exec(`DELETE FROM task_worker WHERE gone < ?`, forgotten); err != nil {
		return err
	}
	_, err := tx.conn.Exec(`INSERT INTO task_worker (name, session, subscribed) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET session = excluded.session, subscribed = excluded.subscribed, gone = NULL`,
		name, tx.session, tx.Now)
	return err
}

// UnsubscribeTaskWorker notes that a task worker's subscription of a moment has
// ended, unless it has another by now.
func (tx *Tx) UnsubscribeTaskWorker(name string, subscribed time.Time) error {
	_, err := tx.conn.Exec(`UPDATE task_worker SET gone = ? WHERE name = ? AND subscribed = ? AND session = ?`,
		tx.Now, name, subscribed, tx.session)
	return err
}
