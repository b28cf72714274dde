package webhooks

import (
	"time"

	"github.com/reevehq/reeve/internal/outbox"
)

// Ended implements outbox.Reporter.
func (d *deliverer) Ended(e *Entry, r outbox.Result, unwritten error) {
	switch {
	case r.Err == nil:
		d.log.Debug("delivered a webhook", "id", e.ID, "path", e.Path, "made", r.Made)
	case r.Final:
		d.log.Error("a webhook cannot be delivered", "id", e.ID, "path", e.Path, "reason", r.Err.Error(),
			"next", "mend the cause, then: reeve webhook replay "+e.ID.String())
	case unwritten != nil:
		d.log.Error("note a failed delivery", "id", e.ID, "error", unwritten)
		return
	}
	if unwritten != nil {
		d.log.Error("note a delivery", "id", e.ID, "error", unwritten)
	}
}

// Away implements outbox.Reporter.
func (d *deliverer) Away(reason error) {
	d.log.Warn("the server does not take webhooks now; they wait", "reason", reason)
}

// Back implements outbox.Reporter.
func (d *deliverer) Back(after time.Duration) {
	d.log.Info("the server takes webhooks again", "after", after.Round(time.Millisecond))
}

// Purged implements outbox.Reporter.
func (d *deliverer) Purged(status outbox.Status, number int) {
	d.log.Info("deleted webhooks that were kept long enough", "status", status, "number", number)
}

// LookFailed implements outbox.Reporter.
func (d *deliverer) LookFailed(err error) {
	d.log.Error("look for replayed webhooks", "error", err)
}

// PurgeFailed implements outbox.Reporter.
func (d *deliverer) PurgeFailed(err error) {
	d.log.Error("delete webhooks that were kept long enough", "error", err)
}
