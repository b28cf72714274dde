package services

import (
	"time"

	"github.com/reevehq/reeve/internal/noise"
	"github.com/reevehq/reeve/internal/store"
)

// messagesBatch bounds the messages that one piece of work judges.
const messagesBatch = 50

// Messages judges the notifications of automations that are held: which are sent, and
// when. Their deadlines wake a server that sleeps.
type Messages struct{}

// Name implements Service.
func (Messages) Name() string { return "messages" }

// Next implements Service.
func (Messages) Next(tx *store.Tx) (time.Time, bool, error) {
	held, some, err := tx.NextHeld()
	if err != nil {
		return held, false, err
	}
	over, more, err := tx.NextOver()
	if more && (!some || over.Before(held)) {
		return over, true, err
	}
	return held, some, err
}

// Run implements Service.
func (Messages) Run(tx *store.Tx) (int, error) {
	ends, err := tx.TellEnds(messagesBatch)
	if err != nil {
		return 0, err
	}
	messages, err := tx.DueMessages(messagesBatch)
	if err != nil {
		return 0, err
	}
	for _, m := range messages {
		if err := judge(tx, m); err != nil {
			return 0, err
		}
	}
	return ends + len(messages), nil
}

// judge decides what becomes of a message, unless that was decided with another.
func judge(tx *store.Tx, m *store.HeldMessage) error {
	held, err := tx.Standing(m)
	if err != nil || !held {
		return err
	}
	settings, err := tx.ReadNoise(m.AutomationID)
	if err != nil {
		return err
	}
	switch v := noise.Judge(settings, m.Message, tx.Now); {
	case v.Dropped:
		return tx.DropMessage(m, v.Reason)
	case v.Held != "":
		return tx.HoldMessage(m, v)
	}
	return tx.LetGo(m, settings != nil && settings.Settle != nil)
}
