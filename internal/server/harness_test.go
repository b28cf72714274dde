package server

import (
	"context"
	"log/slog"

	"github.com/reevehq/reeve/internal/store/sqlite"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// openAt opens a server on the SQLite database at path.
func openAt(ctx context.Context, path string, c Config) (*Server, error) {
	if err := storetest.MakeSQLite(path); err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	db, err := sqlite.Open(ctx, sqlite.Options{Path: path, Migrate: true, Clock: c.Clock, Logger: log})
	if err != nil {
		return nil, err
	}
	return Open(ctx, db, c, log)
}
