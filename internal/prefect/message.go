package prefect

import "github.com/google/uuid"

// NamedObject is an object of the server, and how it is called.
type NamedObject struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// mostName bounds a name in messages, in characters.
const mostName = 200

// Shortened is the object with a name that is not too long for messages.
func (o NamedObject) Shortened() *NamedObject {
	if characters := []rune(o.Name); len(characters) > mostName {
		o.Name = string(characters[:mostName-1]) + "…"
	}
	return &o
}

// MessageSubject is what a notification is about; nil and "" for what it is not about.
type MessageSubject struct {
	Run        *NamedObject `json:"run"`
	Flow       *NamedObject `json:"flow"`
	Deployment *NamedObject `json:"deployment"`
	// State and StateName are those of the run of which it tells.
	State     StateType `json:"state"`
	StateName string    `json:"state_name"`
	Occurred  Time      `json:"occurred"`
}

// Failure reports whether the message tells of a run that did not succeed by itself.
func (s MessageSubject) Failure() bool { return s.State == Failed || s.State == Crashed }

// Gathered are messages that are told as one.
type Gathered struct {
	// Number is how many there are, those of one run counted once; First describes the
	// first of them, and some more.
	Number int
	First  []MessageSubject
	// More says that their group has had a message before, a short while ago.
	More bool
	// Group is the flow or deployment that all are about, and Kind which of the two; nil
	// of an automation as a whole.
	Group *NamedObject
	Kind  string
}

// Resolution is what made an end of what a message told of: a run that completed, nil
// of a figure that is as it should be again.
type Resolution struct {
	Run      *NamedObject `json:"run"`
	Occurred Time         `json:"occurred"`
}
