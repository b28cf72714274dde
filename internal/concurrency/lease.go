package concurrency

import (
	"time"

	"github.com/google/uuid"
)

// HolderType is the kind of thing that holds a lease.
type HolderType string

// The holders.
const (
	FlowRunHolder    HolderType = "flow_run"
	TaskRunHolder    HolderType = "task_run"
	DeploymentHolder HolderType = "deployment"
)

// Literals implements decode.Literal.
func (HolderType) Literals() []string { return []string{"flow_run", "task_run", "deployment"} }

// Holder says for whom a lease holds its slots.
type Holder struct {
	Type HolderType
	ID   uuid.UUID
}

// Lease holds slots of limits until it is given back or expires.
type Lease struct {
	ID      uuid.UUID
	Created time.Time
	Expires time.Time
	// Slots is how many slots of each limit are held.
	Slots  int
	Limits []uuid.UUID
	Holder *Holder
	// Released tells that the slots were given back because the holder ended;
	// the row is kept until Expires.
	Released bool
}

const (
	// Forever is the term of leases whose holders cannot renew them. They end
	// with their holder.
	Forever = 100 * 365 * 24 * time.Hour
	// longestTerm is the longest that a holder may ask for.
	longestTerm = 24 * time.Hour
	// afterlife is how long a released lease can still be renewed.
	afterlife = time.Hour
)

// OnAny reports whether the lease holds slots of any of the limits.
func (l *Lease) OnAny(limits []*Limit) bool {
	for _, id := range l.Limits {
		for _, limit := range limits {
			if limit.ID == id {
				return true
			}
		}
	}
	return false
}
