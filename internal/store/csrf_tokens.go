package store

import (
	"encoding/hex"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

const csrfTokenColumns = `id, created, updated, token, client, expiration`

func scanCsrfToken(r Row) (*prefect.CsrfToken, error) {
	var t prefect.CsrfToken
	err := r.Scan(&t.ID, &t.Created, &t.Updated, &t.Token, &t.Client, &t.Expiration)
	return &t, err
}

// CreateCsrfToken returns a client a new token that lasts for life, in place of
// any it had, and deletes those that have expired.
func (tx *Tx) CreateCsrfToken(client string, life time.Duration) (*prefect.CsrfToken, error) {
	a, b := tx.IDs.V4(), tx.IDs.V4()
	token := hex.EncodeToString(append(a[:], b[:]...))
	_, err := tx.conn.Exec(`INSERT INTO csrf_token (id, created, updated, token, client, expiration) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (client) DO UPDATE SET token = excluded.token, expiration = excluded.expiration`,
		tx.IDs.V4(), tx.Now, tx.Now, token, client, tx.Now.Add(life))
	if err != nil {
		return nil, err
	}
	if _, err := tx.conn.Exec(`DELETE FROM csrf_token WHERE expiration < ?`, tx.Now); err != nil {
		return nil, err
	}
	t, _, err := first(tx, `SELECT `+csrfTokenColumns+` FROM csrf_token WHERE client = ?`, []any{client}, scanCsrfToken)
	return t, err
}

// ReadCsrfToken returns a client's token, nil when it has none that lasts.
func (tx *Tx) ReadCsrfToken(client string) (*prefect.CsrfToken, error) {
	t, _, err := first(tx, `SELECT `+csrfTokenColumns+` FROM csrf_token WHERE client = ? AND expiration > ?`,
		[]any{client, tx.Now}, scanCsrfToken)
	return t, err
}
