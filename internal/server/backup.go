package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/backup"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// stopTime is how long the end of the backup may take from when the server stops:
// hosts kill after 5 s, and at 4.7 s the command line ends the process. The
// rest is for closing the database. What is left of it when the requests have
// ended is for the end of the backup.
const stopTime = 4300 * time.Millisecond

// Backups are how the database is kept safe; the zero one keeps no copies.
type Backups struct {
	Shipper *backup.Shipper // of the server's database; nil for none
	Others  []*backup.Shipper
	// Start begins to send what changes in the server's database; nil for nothing.
	Start func()
	// Snapshots lists the copies of the server's database beside it, the newest
	// first; nil for a database without any.
	Snapshots func() ([]api.RestoreSnapshot, error)
}

// report is what the API says of the backups.
func (b Backups) report(db Database) api.BackupReport {
	var report api.BackupReport
	for _, s := range b.all() {
		status, ok := s.Status()
		if !ok {
			continue
		}
		report.Databases = append(report.Databases, status)
		if status.Since != nil && report.FailingSince == "" {
			report.FailingSince = status.Since.Format(time.RFC3339)
		}
	}
	if last, ok := db.LastHealing(); ok {
		report.Restored = last
	}
	return report
}

func (b Backups) all() []*backup.Shipper { return append([]*backup.Shipper{b.Shipper}, b.Others...) }

// flush sends what is not backed up.
func (b Backups) flush(ctx context.Context) (err error) {
	for _, s := range b.all() {
		err = errors.Join(err, s.Flush(ctx))
	}
	return err
}

// holds reports whether the server should stay awake for the backup.
func (b Backups) holds() bool {
	for _, s := range b.all() {
		if s.Holds() {
			return true
		}
	}
	return false
}

// tellHealing puts into the event log that the database was replaced.
func tellHealing(ctx context.Context, s *store.Store, ids clock.IDs, done *store.Healing) error {
	if done == nil {
		return nil
	}
	payload, err := json.Marshal(done)
	if err != nil {
		return fmt.Errorf("tell of the restore: %w", err)
	}
	return s.Update(ctx, func(tx *store.Tx) error {
		return tx.Emit(&prefect.Event{ID: ids.V7(), Occurred: prefect.At(done.At), Event: "reeve.database.restored",
			Resource: prefect.Resource{"prefect.resource.id": "reeve.database.server", "prefect.resource.name": "the server's database"}, Payload: payload})
	})
}
