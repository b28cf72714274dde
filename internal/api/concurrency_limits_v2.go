package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) concurrencyLimitV2Routes() []rest.Route {
	return []rest.Route{
		rest.Post("/v2/concurrency_limits/", "create_concurrency_limit_v2_v2_concurrency_limits__post", a.createConcurrencyLimitV2).With(http.StatusCreated),
		rest.Get("/v2/concurrency_limits/{id_or_name}", "read_concurrency_limit_v2_v2_concurrency_limits__id_or_name__get", a.readConcurrencyLimitV2),
		rest.Change(http.MethodPatch, "/v2/concurrency_limits/{id_or_name}", "update_concurrency_limit_v2_v2_concurrency_limits__id_or_name__patch", a.updateConcurrencyLimitV2),
		rest.Delete("/v2/concurrency_limits/{id_or_name}", "delete_concurrency_limit_v2_v2_concurrency_limits__id_or_name__delete", a.deleteConcurrencyLimitV2),
		rest.Post("/v2/concurrency_limits/filter", "read_all_concurrency_limits_v2_v2_concurrency_limits_filter_post", a.filterConcurrencyLimitsV2),
		rest.Post("/v2/concurrency_limits/increment", "bulk_increment_active_slots_v2_concurrency_limits_increment_post", a.incrementSlots),
		rest.Post("/v2/concurrency_limits/increment-with-lease", "bulk_increment_active_slots_with_lease_v2_concurrency_limits_increment_with_lease_post", a.incrementSlotsWithLease),
		rest.Post("/v2/concurrency_limits/decrement", "bulk_decrement_active_slots_v2_concurrency_limits_decrement_post", a.decrementSlots),
		rest.Change(http.MethodPost, "/v2/concurrency_limits/decrement-with-lease", "bulk_decrement_active_slots_with_lease_v2_concurrency_limits_decrement_with_lease_post", a.decrementSlotsWithLease),
		rest.Change(http.MethodPost, "/v2/concurrency_limits/leases/{lease_id}/renew", "renew_concurrency_lease_v2_concurrency_limits_leases__lease_id__renew_post", a.renewLease),
	}
}

func (a *API) createConcurrencyLimitV2(r *http.Request, in *prefect.ConcurrencyLimitV2Create) (*prefect.ConcurrencyLimitV2, error) {
	l, err := update(a, r, func(tx *store.Tx) (*concurrency.Limit, error) { return concurrency.Create(tx, in) })
	if err != nil {
		return nil, err
	}
	return &prefect.ConcurrencyLimitV2{ID: l.ID, Created: prefect.AtPointer(l.Created),
		Updated: prefect.AtPointer(l.Updated), Active: l.Active, Name: l.Name, Limit: l.Limit,
		ActiveSlots: int(l.ActiveSlots), DeniedSlots: int(l.DeniedSlots),
		SlotDecayPerSecond:      prefect.Float(l.SlotDecayPerSecond),
		AvgSlotOccupancySeconds: prefect.Float(l.AvgSlotOccupancySeconds)}, nil
}

func globalLimit(l *concurrency.Limit, now time.Time) *prefect.GlobalConcurrencyLimit {
	return &prefect.GlobalConcurrencyLimit{ID: l.ID, Created: prefect.AtPointer(l.Created), Updated: prefect.AtPointer(l.Updated),
		Active: l.Active, Name: l.Name, Limit: l.Limit, ActiveSlots: l.Taken(now),
		SlotDecayPerSecond: prefect.Float(l.SlotDecayPerSecond)}
}

// limitOf finds the limit that the path names by id or name.
func limitOf(tx *store.Tx, r *http.Request) (*concurrency.Limit, error) {
	text := r.PathValue("id_or_name")
	if id, reason := decode.ParseUUID(text); reason == "" {
		return tx.ReadConcurrencyLimit(id)
	}
	return tx.ReadConcurrencyLimitByName(text)
}

func (a *API) readConcurrencyLimitV2(r *http.Request) (*prefect.GlobalConcurrencyLimit, error) {
	return find(a, r, "Concurrency Limit", func(tx *store.Tx) (*prefect.GlobalConcurrencyLimit, error) {
		l, err := limitOf(tx, r)
		if err != nil || l == nil {
			return nil, err
		}
		return globalLimit(l, tx.Now), nil
	})
}

func (a *API) updateConcurrencyLimitV2(r *http.Request, in *prefect.ConcurrencyLimitV2Update) error {
	return a.change(r, "Concurrency Limit", func(tx *store.Tx) (bool, error) {
		l, err := limitOf(tx, r)
		if err != nil || l == nil {
			return false, err
		}
		return true, a.engine.Slots().Update(tx, l, in)
	})
}

func (a *API) deleteConcurrencyLimitV2(r *http.Request) error {
	return a.change(r, "Concurrency Limit", func(tx *store.Tx) (bool, error) {
		l, err := limitOf(tx, r)
		if err != nil || l == nil {
			return false, err
		}
		return true, concurrency.Delete(tx, l)
	})
}

func (a *API) filterConcurrencyLimitsV2(r *http.Request, in *concurrencyLimitQuery) ([]*prefect.GlobalConcurrencyLimit, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.GlobalConcurrencyLimit, error) {
		limits, err := tx.FilterConcurrencyLimits("", in.From(in.Offset))
		out := make([]*prefect.GlobalConcurrencyLimit, len(limits))
		for i, l := range limits {
			out[i] = globalLimit(l, tx.Now)
		}
		return out, err
	})
}

// slotMode says for what slots are wanted.
type slotMode string

// Literals implements decode.Literal.
func (slotMode) Literals() []string { return []string{"concurrency", "rate_limit"} }

// slotsWanted is a request for slots.
type slotsWanted struct {
	decode.Embedded
	Slots int      `json:"slots" rule:"required,gt=0"`
	Names []string `json:"names" rule:"required,min=1"`
	Mode  slotMode `json:"mode"`
}

// Defaults implements decode.Defaulter.
func (s *slotsWanted) Defaults() { s.Mode = "concurrency" }

// acquire takes the slots. When they are not free it gives how many seconds to
// wait; the denial is kept.
func (a *API) acquire(tx *store.Tx, in *slotsWanted) (limits []*concurrency.Limit, wait float64, taken bool, err error) {
	limits, err = tx.ReadConcurrencyLimitsByName(in.Names)
	if err != nil {
		return nil, 0, false, err
	}
	active := activeOnly(limits)
	var steady []string
	for _, l := range active {
		if l.Limit < in.Slots {
			return nil, 0, false, fault.New(fault.Invalid, "Slots requested is greater than the limit")
		}
		if l.SlotDecayPerSecond == 0 {
			steady = append(steady, l.Name)
		}
	}
	if in.Mode == "rate_limit" && len(steady) > 0 {
		return nil, 0, false, fault.New(fault.Invalid, "Only concurrency limits with slot decay can be used for rate limiting. "+
			"The following limits do not have a decay configured: '%s'", strings.Join(steady, ","))
	}
	slots := a.engine.Slots()
	if taken, err = slots.Acquire(tx, active, in.Slots); err != nil || taken {
		return limits, 0, taken, err
	}
	wait, err = slots.Deny(tx, active, in.Slots)
	return limits, wait, false, err
}

func activeOnly(limits []*concurrency.Limit) []*concurrency.Limit {
	active := make([]*concurrency.Limit, 0, len(limits))
	for _, l := range limits {
		if l.Active {
			active = append(active, l)
		}
	}
	return active
}

func minimal(limits []*concurrency.Limit) []prefect.MinimalConcurrencyLimit {
	out := make([]prefect.MinimalConcurrencyLimit, len(limits))
	for i, l := range limits {
		out[i] = prefect.MinimalConcurrencyLimit{ID: l.ID, Name: l.Name, Limit: l.Limit}
	}
	return out
}

// locked answers that no slot is free and when to ask again, in seconds.
func locked(wait float64) error {
	return &fault.Error{Kind: fault.Locked, Sentence: "Locked", RetryAfter: wait}
}

func (a *API) incrementSlots(r *http.Request, in *slotsWanted) ([]prefect.MinimalConcurrencyLimit, error) {
	var limits []*concurrency.Limit
	var wait float64
	var taken bool
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		limits, wait, taken, err = a.acquire(tx, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.noteWait(nil, in, taken, wait)
	if !taken {
		return nil, locked(wait)
	}
	return minimal(limits), nil
}

// noteWait keeps who waits for slots and for how long, for those who ask why.
func (a *API) noteWait(holder *concurrency.Holder, in *slotsWanted, taken bool, wait float64) {
	now := a.clock.Now()
	kind := kindOf(in.Names)
	if !taken {
		a.meter.SlotsRefused(kind)
		a.waiting.Refused(holder, in.Names, in.Slots, now, now.Add(time.Duration(wait*float64(time.Second))))
		return
	}
	a.meter.SlotsTaken(kind, a.waiting.Taken(holder, in.Names, now))
}

// leaseTerm is a lease's term as requests give it.
type leaseTerm struct {
	LeaseDuration float64 `json:"lease_duration" rule:"ge=60,le=86400"`
}

func (t leaseTerm) duration() time.Duration {
	return time.Duration(t.LeaseDuration * float64(time.Second)).Truncate(time.Microsecond)
}

// defaultTerm is the term of a lease when a request names none, in seconds.
const defaultTerm = 300

type leaseWanted struct {
	slotsWanted
	leaseTerm
	Holder *leaseHolder `json:"holder"`
}

// Defaults implements decode.Defaulter.
func (l *leaseWanted) Defaults() { l.slotsWanted.Defaults(); l.LeaseDuration = defaultTerm }

type leaseHolder struct {
	decode.Forbid
	Type concurrency.HolderType `json:"type" rule:"required"`
	ID   uuid.UUID              `json:"id" rule:"required"`
}

func (a *API) incrementSlotsWithLease(r *http.Request, in *leaseWanted) (*prefect.ConcurrencyLimitLease, error) {
	var holder *concurrency.Holder
	if in.Holder != nil {
		holder = &concurrency.Holder{Type: in.Holder.Type, ID: in.Holder.ID}
	}
	var limits []*concurrency.Limit
	var lease *concurrency.Lease
	var wait float64
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		var taken bool
		lease = nil
		limits, wait, taken, err = a.acquire(tx, &in.slotsWanted)
		if err != nil || !taken {
			return err
		}
		lease, err = a.engine.Slots().Lease(tx, activeOnly(limits), in.Slots, in.duration(), holder)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.noteWait(holder, &in.slotsWanted, lease != nil, wait)
	if lease == nil {
		return nil, locked(wait)
	}
	return &prefect.ConcurrencyLimitLease{LeaseID: lease.ID, Limits: minimal(limits)}, nil
}

// slotsReturned are slots that are given back.
type slotsReturned struct {
	decode.Embedded
	Slots            int      `json:"slots" rule:"required,gt=0"`
	Names            []string `json:"names" rule:"required,min=1"`
	OccupancySeconds *float64 `json:"occupancy_seconds" rule:"gt=0"`
}

func (a *API) decrementSlots(r *http.Request, in *slotsReturned) ([]prefect.MinimalConcurrencyLimit, error) {
	held := 0.0
	if in.OccupancySeconds != nil {
		held = *in.OccupancySeconds
	}
	return update(a, r, func(tx *store.Tx) ([]prefect.MinimalConcurrencyLimit, error) {
		limits, err := tx.ReadConcurrencyLimitsByName(in.Names)
		if err != nil {
			return nil, err
		}
		return minimal(limits), a.engine.Slots().Release(tx, activeOnly(limits), in.Slots, held)
	})
}

type leaseReturned struct {
	decode.Embedded
	LeaseID uuid.UUID `json:"lease_id" rule:"required"`
}

func (a *API) decrementSlotsWithLease(r *http.Request, in *leaseReturned) error {
	return a.store.Update(r.Context(), func(tx *store.Tx) error { return a.engine.Slots().Return(tx, in.LeaseID) })
}

type renewal struct {
	decode.Embedded
	leaseTerm
	lease uuid.UUID
}

// Defaults implements decode.Defaulter.
func (l *renewal) Defaults() { l.LeaseDuration = defaultTerm }

// ReadBody implements rest.Reader: the faults of the path come with those of the body.
func (l *renewal) ReadBody(r *http.Request, value *pyjson.Value, _ rest.Limits) (decode.Issues, error) {
	issues := decode.Into(pyjson.NewString(r.PathValue("lease_id")), &l.lease, "path", "lease_id")
	return append(issues, rest.Decode(*value, l)...), nil
}

func (a *API) renewLease(r *http.Request, in *renewal) error {
	return a.store.Update(r.Context(), func(tx *store.Tx) error { return a.engine.Slots().Renew(tx, in.lease, in.duration()) })
}
