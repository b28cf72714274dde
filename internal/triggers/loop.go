package triggers

import (
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

const (
	// ownDepth is how often in a row an automation may be set off by what its own
	// actions brought about.
	ownDepth = 5
	// ownRate is how often that may be in a minute.
	ownRate = 100
)

// fireAutomation lets an automation fire, unless it goes round in circles: then it is
// paused instead. What sets it off may have come of its own actions by those of others.
func (t turn) fireAutomation(a *prefect.Automation, f *prefect.Firing) error {
	if f.Event == nil {
		_, err := t.rows.Fire(a, f)
		return err
	}
	line, err := t.rows.ReadAncestors(f.Event)
	if err != nil {
		return err
	}
	own := 0
	for _, id := range line {
		if id == a.ID {
			own++
		}
	}
	reason := ""
	if own > ownDepth {
		reason = fmt.Sprintf("It was set off by its own actions %d times in a row; more than %d are taken for a loop.", own, ownDepth)
	} else if own > 0 {
		n, err := t.rows.CountOwnFirings(a.ID, t.now.Add(-time.Minute), ownRate)
		if err != nil {
			return err
		}
		if n >= ownRate {
			reason = fmt.Sprintf("It was set off by its own actions more than %d times in a minute, which is taken for a loop.", ownRate)
		}
	}
	if reason != "" {
		return t.rows.PauseLoop(a, f.Event, reason)
	}
	fired, err := t.rows.Fire(a, f)
	if err != nil || !fired || len(line) == 0 {
		return err
	}
	return t.rows.SetAncestors(f.ID, a.ID, line)
}
