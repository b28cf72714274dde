package api

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// The first version of concurrency limits, on the task runs of a tag, is a face
// of the second: the limit of a tag is named "tag:<tag>", and its active slots
// are the task runs that hold leases on it.

func (a *API) concurrencyLimitRoutes() []Route {
	return []Route{
		{http.MethodPost, "/concurrency_limits/", "create_concurrency_limit_concurrency_limits__post", a.createConcurrencyLimit},
		{http.MethodGet, "/concurrency_limits/{id}", "read_concurrency_limit_concurrency_limits__id__get", a.readConcurrencyLimit},
		{http.MethodDelete, "/concurrency_limits/{id}", "delete_concurrency_limit_concurrency_limits__id__delete", a.deleteConcurrencyLimit},
		{http.MethodGet, "/concurrency_limits/tag/{tag}", "read_concurrency_limit_by_tag_concurrency_limits_tag__tag__get", a.readConcurrencyLimitByTag},
		{http.MethodDelete, "/concurrency_limits/tag/{tag}", "delete_concurrency_limit_by_tag_concurrency_limits_tag__tag__delete", a.deleteConcurrencyLimitByTag},
		{http.MethodPost, "/concurrency_limits/filter", "read_concurrency_limits_concurrency_limits_filter_post", a.filterConcurrencyLimits},
		{http.MethodPost, "/concurrency_limits/tag/{tag}/reset", "reset_concurrency_limit_by_tag_concurrency_limits_tag__tag__reset_post", a.resetConcurrencyLimitByTag},
		{http.MethodPost, "/concurrency_limits/increment", "increment_concurrency_limits_v1_concurrency_limits_increment_post", a.incrementConcurrencyLimits},
		{http.MethodPost, "/concurrency_limits/decrement", "decrement_concurrency_limits_v1_concurrency_limits_decrement_post", a.decrementConcurrencyLimits},
	}
}

// tagLimit is a limit as the first version has it.
func tagLimit(tx *store.Tx, l *concurrency.Limit) (*prefect.ConcurrencyLimit, error) {
	leases, err := tx.ReadLeasesOfLimit(l.ID)
	out := &prefect.ConcurrencyLimit{ID: l.ID, Created: prefect.AtPointer(l.Created), Updated: prefect.AtPointer(l.Updated),
		Tag: l.Tag(), ConcurrencyLimit: l.Limit, ActiveSlots: []uuid.UUID{}}
	for _, lease := range leases {
		if lease.Holder != nil && lease.Holder.Type == concurrency.TaskRunHolder && lease.Expires.After(tx.Now) {
			out.ActiveSlots = append(out.ActiveSlots, lease.Holder.ID)
		}
	}
	return out, err
}

func (a *API) createConcurrencyLimit(w http.ResponseWriter, r *http.Request) error {
	var in prefect.ConcurrencyLimitCreate
	if err := body(r, &in); err != nil {
		return err
	}
	name := concurrency.TagPrefix + in.Tag
	var out *prefect.ConcurrencyLimit
	var isNew bool
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		l, err := tx.ReadConcurrencyLimitByName(name)
		if err != nil {
			return err
		}
		if isNew = l == nil; isNew {
			l, err = concurrency.Create(tx, &prefect.ConcurrencyLimitV2Create{Active: true, Name: name, Limit: in.ConcurrencyLimit})
		} else {
			err = a.engine.Slots().Update(tx, l, &prefect.ConcurrencyLimitV2Update{Limit: &in.ConcurrencyLimit})
		}
		if err != nil {
			return err
		}
		out, err = tagLimit(tx, l)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, created(isNew), out)
	return nil
}

func (a *API) readTagLimit(w http.ResponseWriter, r *http.Request, find func(*store.Tx) (*concurrency.Limit, error)) error {
	return read(a, w, r, "Concurrency limit", func(tx *store.Tx) (*prefect.ConcurrencyLimit, error) {
		l, err := find(tx)
		if err != nil || l == nil || !l.IsTag() {
			return nil, err
		}
		return tagLimit(tx, l)
	})
}

func (a *API) readConcurrencyLimit(w http.ResponseWriter, r *http.Request) error {
	return a.readTagLimit(w, r, func(tx *store.Tx) (*concurrency.Limit, error) { return tx.ReadConcurrencyLimit(pathID(r, "id")) })
}

func limitOfTag(tx *store.Tx, r *http.Request) (*concurrency.Limit, error) {
	return tx.ReadConcurrencyLimitByName(concurrency.TagPrefix + r.PathValue("tag"))
}

func (a *API) readConcurrencyLimitByTag(w http.ResponseWriter, r *http.Request) error {
	return a.readTagLimit(w, r, func(tx *store.Tx) (*concurrency.Limit, error) { return limitOfTag(tx, r) })
}

func (a *API) filterConcurrencyLimits(w http.ResponseWriter, r *http.Request) error {
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
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.ConcurrencyLimit, error) {
		limits, err := tx.FilterConcurrencyLimits(concurrency.TagPrefix, prefect.Page{Limit: limit, Offset: in.Offset})
		out := make([]*prefect.ConcurrencyLimit, len(limits))
		for i, l := range limits {
			if err == nil {
				out[i], err = tagLimit(tx, l)
			}
		}
		return out, err
	})
}

// deleteTagLimit answers null, as the first version does.
func (a *API) deleteTagLimit(w http.ResponseWriter, r *http.Request, find func(*store.Tx) (*concurrency.Limit, error)) error {
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		l, err := find(tx)
		if err != nil {
			return err
		}
		if l == nil {
			return missing("Concurrency limit")
		}
		return concurrency.Delete(tx, l)
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, nil)
	return nil
}

func (a *API) deleteConcurrencyLimit(w http.ResponseWriter, r *http.Request) error {
	return a.deleteTagLimit(w, r, func(tx *store.Tx) (*concurrency.Limit, error) { return tx.ReadConcurrencyLimit(pathID(r, "id")) })
}

func (a *API) deleteConcurrencyLimitByTag(w http.ResponseWriter, r *http.Request) error {
	return a.deleteTagLimit(w, r, func(tx *store.Tx) (*concurrency.Limit, error) { return limitOfTag(tx, r) })
}

// resetConcurrencyLimitByTag frees all slots of a tag and gives them to the task
// runs that are named, as far as the limit goes. (The reference leaves the
// number of taken slots as it was; see the differential tests.)
func (a *API) resetConcurrencyLimitByTag(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		SlotOverride []uuid.UUID `json:"slot_override"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	slots := a.engine.Slots()
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		l, err := limitOfTag(tx, r)
		if err != nil {
			return err
		}
		if l == nil {
			return missing("Concurrency limit")
		}
		leases, err := tx.ReadLeasesOfLimit(l.ID)
		if err != nil {
			return err
		}
		for _, lease := range leases {
			if err := slots.Return(tx, lease.ID); err != nil {
				return err
			}
		}
		for _, id := range in.SlotOverride {
			limits, err := tx.ReadConcurrencyLimits([]uuid.UUID{l.ID})
			if err != nil {
				return err
			}
			taken, err := slots.Acquire(tx, limits, 1)
			if err != nil {
				return err
			}
			if !taken {
				break
			}
			if _, err := slots.Lease(tx, limits, 1, concurrency.Forever, &concurrency.Holder{Type: concurrency.TaskRunHolder, ID: id}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, nil)
	return nil
}

// tagSlots names the tags of a task run that takes or gives back their slots.
type tagSlots struct {
	decode.Embedded
	Names     []string  `json:"names" rule:"required"`
	TaskRunID uuid.UUID `json:"task_run_id" rule:"required"`
}

func limitsOfTags(tx *store.Tx, tags []string) ([]*concurrency.Limit, error) {
	names := make([]string, len(tags))
	for i, tag := range tags {
		names[i] = concurrency.TagPrefix + tag
	}
	return tx.ReadConcurrencyLimitsByName(names)
}

func (a *API) incrementConcurrencyLimits(w http.ResponseWriter, r *http.Request) error {
	var in tagSlots
	if err := body(r, &in); err != nil {
		return err
	}
	slots := a.engine.Slots()
	var out []prefect.MinimalConcurrencyLimit
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		out = []prefect.MinimalConcurrencyLimit{}
		limits, err := limitsOfTags(tx, in.Names)
		if err != nil {
			return err
		}
		for _, l := range limits {
			if l.Limit == 0 {
				return fault.New(fault.Locked, `The concurrency limit on tag "%s" is 0 and will deadlock if the task tries to run again.`, l.Tag())
			}
		}
		limits = activeOnly(limits)
		if len(limits) == 0 {
			return nil
		}
		taken, err := slots.Acquire(tx, limits, 1)
		if err != nil {
			return err
		}
		if !taken {
			return &fault.Error{Kind: fault.Locked, RetryAfter: slots.Waits.Tag.Seconds(),
				Sentence: fmt.Sprintf("Concurrency limit for the %s tag has been reached", limits[0].Tag())}
		}
		for _, l := range limits {
			out = append(out, prefect.MinimalConcurrencyLimit{ID: l.ID, Name: l.Tag(), Limit: l.Limit})
		}
		_, err = slots.Lease(tx, limits, 1, concurrency.Forever, &concurrency.Holder{Type: concurrency.TaskRunHolder, ID: in.TaskRunID})
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, out)
	return nil
}

func (a *API) decrementConcurrencyLimits(w http.ResponseWriter, r *http.Request) error {
	var in tagSlots
	if err := body(r, &in); err != nil {
		return err
	}
	var limits []*concurrency.Limit
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		if limits, err = limitsOfTags(tx, in.Names); err != nil {
			return err
		}
		leases, err := tx.ReadHeldLeases(in.TaskRunID)
		if err != nil {
			return err
		}
		for _, lease := range leases {
			if !lease.OnAny(limits) {
				continue
			}
			if err := a.engine.Slots().End(tx, lease.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, minimal(limits))
	return nil
}
