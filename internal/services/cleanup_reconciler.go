package services

import (
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// CleanupReconciler takes back cleanup messages from workers that did not end
// them in time.
type CleanupReconciler struct {
	policy store.CleanupPolicy
	batch  int
}

// NewCleanupReconciler makes a reconciler that takes back at most batch
// messages at a time; 0 stands for 100.
func NewCleanupReconciler(policy store.CleanupPolicy, batch int) *CleanupReconciler {
	if batch == 0 {
		batch = 100
	}
	return &CleanupReconciler{policy, batch}
}

// Name implements Service.
func (*CleanupReconciler) Name() string { return "cleanup-reconciler" }

// Next implements Service.
func (*CleanupReconciler) Next(tx *store.Tx) (time.Time, bool, error) { return tx.NextCleanupExpiry() }

// Run implements Service.
func (r *CleanupReconciler) Run(tx *store.Tx) (int, error) {
	return tx.ExpireCleanups(r.batch, r.policy)
}
