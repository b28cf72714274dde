//go:build !serializable

package postgres

import (
	"context"

	"github.com/reevehq/reeve/internal/store"
)

// Update implements store.Backend.
func (db *DB) Update(ctx context.Context, fn func(store.Conn) error) error {
	return db.writer.do(ctx, fn)
}
