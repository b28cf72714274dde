package prefect

import "github.com/google/uuid"

// AutomationDelivery is one action that a firing asked for, and how it went.
type AutomationDelivery struct {
	ID             uuid.UUID  `json:"id"`
	AutomationID   uuid.UUID  `json:"automation_id"`
	AutomationName string     `json:"automation_name"`
	FiringID       uuid.UUID  `json:"firing_id"`
	Created        Time       `json:"created"`
	ActionIndex    int        `json:"action_index"`
	ActionType     ActionType `json:"action_type"`
	// Status is held, waiting, delivered, dead, gathered into another's message, or dropped.
	Status   string `json:"status"`
	Attempts int    `json:"attempts"`
	// Due is when it may be tried next, or until when it is held; nil when it does not wait.
	Due      *Time `json:"due"`
	Finished *Time `json:"finished"`
	// AnswerStatus is the newest answer's, of HTTP or SMTP, 0 when there was none;
	// Answer is the first 2 KB of its text.
	AnswerStatus int    `json:"answer_status"`
	Answer       string `json:"answer"`
	// Reason is why the newest attempt failed, or why it is held or not sent; "" without any.
	Reason string `json:"reason"`
	// GatheredBy is the delivery that tells of it, nil when it does so itself; Resolves is
	// that of whose end it tells.
	GatheredBy *uuid.UUID `json:"gathered_by"`
	Resolves   *uuid.UUID `json:"resolves"`
}
