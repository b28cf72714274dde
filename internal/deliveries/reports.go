package deliveries

import (
	"time"

	"github.com/reevehq/reeve/internal/outbox"
)

// Ended implements outbox.Reporter.
func (d *Deliveries) Ended(t *delivery, r outbox.Result, unwritten error) {
	log := d.log.With("automation", t.Automation.Name, "action", t.Action.Type, "delivery", t.ID)
	switch {
	case unwritten != nil:
		log.Error("note how an action went", "error", unwritten)
	case r.Err == nil:
		log.Debug("an action of an automation was done")
	case r.Final:
		log.Warn("an action of an automation failed", "reason", r.Err.Error(),
			"next", "mend the cause, then: reeve automation deliveries resend "+t.ID.String())
	case t.Attempts == 1:
		log.Warn("an action of an automation failed and is tried again", "reason", r.Err.Error())
	}
}

// Away implements outbox.Reporter: attempts never say that nothing can be delivered.
func (d *Deliveries) Away(error) {}

// Back implements outbox.Reporter.
func (d *Deliveries) Back(time.Duration) {}

// Purged implements outbox.Reporter.
func (d *Deliveries) Purged(status outbox.Status, number int) {
	d.log.Info("deleted deliveries that were kept long enough", "status", status, "number", number)
}

// LookFailed implements outbox.Reporter.
func (d *Deliveries) LookFailed(err error) { d.log.Error("look for actions that wait", "error", err) }

// PurgeFailed implements outbox.Reporter.
func (d *Deliveries) PurgeFailed(err error) {
	d.log.Error("delete deliveries that were kept long enough", "error", err)
}
