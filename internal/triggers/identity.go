package triggers

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// firingID is the id of a firing of an event trigger: of the automation, the trigger,
// the bucket and the start of its window, and for a reactive trigger the event that it
// fired at, since windows of no length all may begin at one time.
func firingID(w *watch, b *Bucket, e *prefect.ReceivedEvent) uuid.UUID {
	name := identity(w.automation.ID, w.trigger.ID, b.Start)
	if e != nil && !w.proactive() {
		name = append(name, e.ID[:]...)
	}
	return uuid.NewSHA1(firings, append(name, b.Key...))
}

// compositeFiringID is the id of a firing of a composite trigger: of those that it
// comes of.
func compositeFiringID(c *composite, children []prefect.Firing) uuid.UUID {
	name := identity(c.automation.ID, c.trigger.ID, time.Time{})
	for i := range children {
		name = append(name, children[i].ID[:]...)
	}
	return uuid.NewSHA1(firings, name)
}

func identity(automation, trigger uuid.UUID, start time.Time) []byte {
	name := append(automation[:], trigger[:]...)
	return binary.BigEndian.AppendUint64(name, uint64(start.UnixMicro()))
}

// firings is the namespace of the ids of firings.
var firings = uuid.MustParse("6f1e52b4-26b4-5d0c-9f0d-93d7c0a5b0f4")
