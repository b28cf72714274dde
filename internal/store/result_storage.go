package store

import (
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
)

// resultStorageKey is the key of the server's default result storage in the
// table configuration.
const resultStorageKey = "server-default-result-storage"

type resultStorage struct {
	BlockID *uuid.UUID `json:"default_result_storage_block_id"`
}

// ReadResultStorage returns the block document that keeps results when a flow
// names none, nil when none is set.
func (tx *Tx) ReadResultStorage() (*uuid.UUID, error) {
	var v resultStorage
	err := tx.one(`SELECT value FROM configuration WHERE key = ?`, []any{resultStorageKey}, JSON(&v))
	if err == ErrNoRows {
		return nil, nil
	}
	return v.BlockID, err
}

// UpdateResultStorage sets the block document that keeps results;
// fault.NotFound when there is none with that id, fault.Invalid when it cannot
// be written to.
func (tx *Tx) UpdateResultStorage(block uuid.UUID) error {
	var capabilities []string
	err := tx.one(`SELECT block_schema.capabilities FROM block_document
		JOIN block_schema ON block_schema.id = block_document.block_schema_id WHERE block_document.id = ?`,
		[]any{block}, JSON(&capabilities))
	if err == ErrNoRows {
		return fault.New(fault.NotFound, "Block document %s not found.", block)
	}
	if err != nil {
		return err
	}
	if !slices.Contains(capabilities, "write-path") {
		return fault.New(fault.Invalid, "Block document %s cannot be used for result storage.", block)
	}
	_, err = tx.conn.Exec(`INSERT INTO configuration (key, value, updated) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated = excluded.updated`,
		resultStorageKey, JSON(resultStorage{&block}), tx.Now)
	return err
}

// ClearResultStorage unsets the block document that keeps results.
func (tx *Tx) ClearResultStorage() error {
	_, err := tx.conn.Exec(`DELETE FROM configuration WHERE key = ?`, resultStorageKey)
	return err
}
