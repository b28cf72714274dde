package prefect

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// ConcurrencyLimit is a limit on the task runs of a tag, as the first version of
// the contract has it.
type ConcurrencyLimit struct {
	ID               uuid.UUID   `json:"id"`
	Created          *Time       `json:"created"`
	Updated          *Time       `json:"updated"`
	Tag              string      `json:"tag"`
	ConcurrencyLimit int         `json:"concurrency_limit"`
	ActiveSlots      []uuid.UUID `json:"active_slots"`
}

// ConcurrencyLimitCreate is the body of POST /concurrency_limits/.
type ConcurrencyLimitCreate struct {
	decode.Action
	Tag              string `json:"tag" rule:"required"`
	ConcurrencyLimit int    `json:"concurrency_limit" rule:"required"`
}

// ConcurrencyLimitV2 is a global concurrency limit, as its creation is answered.
type ConcurrencyLimitV2 struct {
	ID                      uuid.UUID `json:"id"`
	Created                 *Time     `json:"created"`
	Updated                 *Time     `json:"updated"`
	Active                  bool      `json:"active"`
	Name                    string    `json:"name"`
	Limit                   int       `json:"limit"`
	ActiveSlots             int       `json:"active_slots"`
	DeniedSlots             int       `json:"denied_slots"`
	SlotDecayPerSecond      Float     `json:"slot_decay_per_second"`
	AvgSlotOccupancySeconds Float     `json:"avg_slot_occupancy_seconds"`
}

// GlobalConcurrencyLimit is a global concurrency limit, as it is read. Its
// active slots are those that have not decayed.
type GlobalConcurrencyLimit struct {
	ID                 uuid.UUID `json:"id"`
	Created            *Time     `json:"created"`
	Updated            *Time     `json:"updated"`
	Active             bool      `json:"active"`
	Name               string    `json:"name"`
	Limit              int       `json:"limit"`
	ActiveSlots        int       `json:"active_slots"`
	SlotDecayPerSecond Float     `json:"slot_decay_per_second"`
}

// ConcurrencyLimitV2Create is the body of POST /v2/concurrency_limits/.
type ConcurrencyLimitV2Create struct {
	decode.Action
	Active             bool    `json:"active"`
	Name               string  `json:"name" rule:"required,pattern=name"`
	Limit              int     `json:"limit" rule:"required,ge=0"`
	ActiveSlots        int     `json:"active_slots" rule:"ge=0"`
	DeniedSlots        int     `json:"denied_slots" rule:"ge=0"`
	SlotDecayPerSecond float64 `json:"slot_decay_per_second" rule:"ge=0"`
}

// Defaults implements decode.Defaulter.
func (c *ConcurrencyLimitV2Create) Defaults() { c.Active = true }

// ConcurrencyLimitV2Update is the body of PATCH /v2/concurrency_limits/{id_or_name}.
type ConcurrencyLimitV2Update struct {
	decode.Action
	Active             *bool    `json:"active"`
	Name               *string  `json:"name" rule:"pattern=name"`
	Limit              *int     `json:"limit" rule:"ge=0"`
	ActiveSlots        *int     `json:"active_slots" rule:"ge=0"`
	DeniedSlots        *int     `json:"denied_slots" rule:"ge=0"`
	SlotDecayPerSecond *float64 `json:"slot_decay_per_second" rule:"ge=0"`
}

// MinimalConcurrencyLimit names a limit whose slots were taken or given back.
type MinimalConcurrencyLimit struct {
	ID    uuid.UUID `json:"id"`
	Name  string    `json:"name"`
	Limit int       `json:"limit"`
}

// ConcurrencyLimitLease answers slots that were taken with a lease.
type ConcurrencyLimitLease struct {
	LeaseID uuid.UUID                 `json:"lease_id"`
	Limits  []MinimalConcurrencyLimit `json:"limits"`
}
