package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) concurrencyLimitV2Routes() []Route {
	return []Route{
		{http.MethodPost, "/v2/concurrency_limits/", "create_concurrency_limit_v2_v2_concurrency_limits__post", a.createConcurrencyLimitV2},
		{http.MethodGet, "/v2/concurrency_limits/{id_or_name}", "read_concurrency_limit_v2_v2_concurrency_limits__id_or_name__get", a.readConcurrencyLimitV2},
		{http.MethodPatch, "/v2/concurrency_limits/{id_or_name}", "update_concurrency_limit_v2_v2_concurrency_limits__id_or_name__patch", a.updateConcurrencyLimitV2},
		{http.MethodDelete, "/v2/concurrency_limits/{id_or_name}", "delete_concurrency_limit_v2_v2_concurrency_limits__id_or_name__delete", a.deleteConcurrencyLimitV2},
		{http.MethodPost, "/v2/concurrency_limits/filter", "read_all_concurrency_limits_v2_v2_concurrency_limits_filter_post", a.filterConcurrencyLimitsV2},
		{http.MethodPost, "/v2/concurrency_limits/increment", "bulk_increment_active_slots_v2_concurrency_limits_increment_post", a.incrementSlots},
		{http.MethodPost, "/v2/concurrency_limits/increment-with-lease", "bulk_increment_active_slots_with_lease_v2_concurrency_limits_increment_with_lease_post", a.incrementSlotsWithLease},
		{http.MethodPost, "/v2/concurrency_limits/decrement", "bulk_decrement_active_slots_v2_concurrency_limits_decrement_post", a.decrementSlots},
		{http.MethodPost, "/v2/concurrency_limits/decrement-with-lease", "bulk_decrement_active_slots_with_lease_v2_concurrency_limits_decrement_with_lease_post", a.decrementSlotsWithLease},
		{http.MethodPost, "/v2/concurrency_limits/leases/{lease_id}/renew", "renew_concurrency_lease_v2_concurrency_limits_leases__lease_id__renew_post", a.renewLease},
	}
}

func (a *API) createConcurrencyLimitV2(w http.ResponseWriter, r *http.Request) error {
	var in prefect.ConcurrencyLimitV2Create
	if err := body(r, &in); err != nil {
		return err
	}
	var l *concurrency.Limit
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		l, err = concurrency.Create(tx, &in)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusCreated, &prefect.ConcurrencyLimitV2{ID: l.ID, Created: prefect.AtPointer(l.Created),
		Updated: prefect.AtPointer(l.Updated), Active: l.Active, Name: l.Name, Limit: l.Limit,
		ActiveSlots: int(l.ActiveSlots), DeniedSlots: int(l.DeniedSlots),
		SlotDecayPerSecond:      prefect.Float(l.SlotDecayPerSecond),
		AvgSlotOccupancySeconds: prefect.Float(l.AvgSlotOccupancySeconds)})
	return nil
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

func (a *API) readConcurrencyLimitV2(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Concurrency Limit", func(tx *store.Tx) (*prefect.GlobalConcurrencyLimit, error) {
		l, err := limitOf(tx, r)
		if err != nil || l == nil {
			return nil, err
		}
		return globalLimit(l, tx.Now), nil
	})
}

func (a *API) updateConcurrencyLimitV2(w http.ResponseWriter, r *http.Request) error {
	var in prefect.ConcurrencyLimitV2Update
	if err := body(r, &in); err != nil {
		return err
	}
	return a.change(w, r, "Concurrency Limit", func(tx *store.Tx) (bool, error) {
		l, err := limitOf(tx, r)
		if err != nil || l == nil {
			return false, err
		}
		return true, a.engine.Slots().Update(tx, l, &in)
	})
}

func (a *API) deleteConcurrencyLimitV2(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Concurrency Limit", func(tx *store.Tx) (bool, error) {
		l, err := limitOf(tx, r)
		if err != nil || l == nil {
			return false, err
		}
		return true, concurrency.Delete(tx, l)
	})
}

func (a *API) filterConcurrencyLimitsV2(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		Limit  *int `json:"limit"`
		Offset int  `json:"offset" rule:"ge=0"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	limit, err := a.limit(in.Limit)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.GlobalConcurrencyLimit, error) {
		limits, err := tx.FilterConcurrencyLimits("", prefect.Page{Limit: limit, Offset: in.Offset})
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

func (a *API) incrementSlots(w http.ResponseWriter, r *http.Request) error {
	var in slotsWanted
	if err := body(r, &in); err != nil {
		return err
	}
	var limits []*concurrency.Limit
	var wait float64
	var taken bool
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		limits, wait, taken, err = a.acquire(tx, &in)
		return err
	})
	if err != nil {
		return err
	}
	a.noteWait(nil, &in, taken, wait)
	if !taken {
		return locked(wait)
	}
	respond(w, http.StatusOK, minimal(limits))
	return nil
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

func (a *API) incrementSlotsWithLease(w http.ResponseWriter, r *http.Request) error {
	var in leaseWanted
	if err := body(r, &in); err != nil {
		return err
	}
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
		return err
	}
	a.noteWait(holder, &in.slotsWanted, lease != nil, wait)
	if lease == nil {
		return locked(wait)
	}
	respond(w, http.StatusOK, &prefect.ConcurrencyLimitLease{LeaseID: lease.ID, Limits: minimal(limits)})
	return nil
}

func (a *API) decrementSlots(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		Slots            int      `json:"slots" rule:"required,gt=0"`
		Names            []string `json:"names" rule:"required,min=1"`
		OccupancySeconds *float64 `json:"occupancy_seconds" rule:"gt=0"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	held := 0.0
	if in.OccupancySeconds != nil {
		held = *in.OccupancySeconds
	}
	var limits []*concurrency.Limit
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		if limits, err = tx.ReadConcurrencyLimitsByName(in.Names); err != nil {
			return err
		}
		return a.engine.Slots().Release(tx, activeOnly(limits), in.Slots, held)
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, minimal(limits))
	return nil
}

func (a *API) decrementSlotsWithLease(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		LeaseID uuid.UUID `json:"lease_id" rule:"required"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		return a.engine.Slots().Return(tx, in.LeaseID)
	})
	if err != nil {
		return err
	}
	return noContent(w)
}

type renewal struct {
	decode.Embedded
	leaseTerm
}

// Defaults implements decode.Defaulter.
func (l *renewal) Defaults() { l.LeaseDuration = defaultTerm }

func (a *API) renewLease(w http.ResponseWriter, r *http.Request) error {
	var path struct {
		LeaseID uuid.UUID `json:"lease_id"`
	}
	var in renewal
	if err := pathAndBody(r, &path, &in); err != nil {
		return err
	}
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		return a.engine.Slots().Renew(tx, path.LeaseID, in.duration())
	})
	if err != nil {
		return err
	}
	return noContent(w)
}

// pathAndBody decodes the parameters of the path and the body together: their
// faults come in one answer.
func pathAndBody(r *http.Request, path, dst any) error {
	value, err := readJSON(r)
	if err != nil {
		return err
	}
	given, err := json.Marshal(map[string]string{"lease_id": r.PathValue("lease_id")})
	if err != nil {
		return err
	}
	parameters, err := pyjson.Parse(given)
	if err != nil {
		return err
	}
	issues := append(decode.Into(parameters, path, "path"), decodeBody(value, dst)...)
	if len(issues) > 0 {
		return &invalidBody{issues, value.Raw()}
	}
	return nil
}
