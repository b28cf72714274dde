package store

import (
	"errors"

	"github.com/reevehq/reeve/internal/blocks"
)

// encryptionKey is the row of configuration that holds the key of block
// documents when none is set.
const encryptionKey = "ENCRYPTION_KEY"

// UseEncryptionKey sets the key that block documents are encrypted with
// (PREFECT_SERVER_ENCRYPTION_KEY). Without one, a key is drawn when the first
// document is written and kept in the database. It is called before the first
// transaction and fails with fault.Invalid when the key is malformed.
func (s *Store) UseEncryptionKey(key string) error {
	if key == "" {
		return nil
	}
	cipher, err := blocks.NewCipher(key)
	s.cipher = cipher
	return err
}

// blockCipher returns the cipher of block documents. When there is no key yet, one
// is drawn if create is set, else the result is nil: there is then nothing to
// decrypt.
func (tx *Tx) blockCipher(create bool) (*blocks.Cipher, error) {
	if tx.cipher != nil {
		return tx.cipher, nil
	}
	var kept struct {
		Key string `json:"fernet_key"`
	}
	err := tx.one(`SELECT value FROM configuration WHERE key = ?`, []any{encryptionKey}, JSON(&kept))
	if errors.Is(err, ErrNoRows) {
		if !create {
			return nil, nil
		}
		if kept.Key, err = blocks.NewKey(); err != nil {
			return nil, err
		}
		_, err = tx.conn.Exec(`INSERT INTO configuration (key, value, updated) VALUES (?, ?, ?)`, encryptionKey, JSON(kept), tx.Now)
	}
	if err != nil {
		return nil, err
	}
	return blocks.NewCipher(kept.Key)
}
