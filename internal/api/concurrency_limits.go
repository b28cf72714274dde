package api

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// The first version of concurrency limits, on the task runs of a tag, is a face
// of the second: the limit of a tag is named "tag:<tag>", and its active slots
// are the task runs that hold leases on it.

func (a *API) concurrencyLimitRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/concurrency_limits/", "create_concurrency_limit_concurrency_limits__post", a.createConcurrencyLimit),
		rest.Get("/concurrency_limits/{id}", "read_concurrency_limit_concurrency_limits__id__get", a.readConcurrencyLimit),
		rest.Do(http.MethodDelete, "/concurrency_limits/{id}", "delete_concurrency_limit_concurrency_limits__id__delete", a.deleteConcurrencyLimit),
		rest.Get("/concurrency_limits/tag/{tag}", "read_concurrency_limit_by_tag_concurrency_limits_tag__tag__get", a.readConcurrencyLimitByTag),
		rest.Do(http.MethodDelete, "/concurrency_limits/tag/{tag}", "delete_concurrency_limit_by_tag_concurrency_limits_tag__tag__delete", a.deleteConcurrencyLimitByTag),
		rest.Post("/concurrency_limits/filter", "read_concurrency_limits_concurrency_limits_filter_post", a.filterConcurrencyLimits),
		rest.Post("/concurrency_limits/tag/{tag}/reset", "reset_concurrency_limit_by_tag_concurrency_limits_tag__tag__reset_post", a.resetConcurrencyLimitByTag),
		rest.Post("/concurrency_limits/increment", "increment_concurrency_limits_v1_concurrency_limits_increment_post", a.incrementConcurrencyLimits),
		rest.Post("/concurrency_limits/decrement", "decrement_concurrency_limits_v1_concurrency_limits_decrement_post", a.decrementConcurrencyLimits),
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

func (a *API) createConcurrencyLimit(r *http.Request, in *prefect.ConcurrencyLimitCreate) (rest.Made[*prefect.ConcurrencyLimit], error) {
	name := concurrency.TagPrefix + in.Tag
	return update(a, r, func(tx *store.Tx) (made rest.Made[*prefect.ConcurrencyLimit], err error) {
		l, err := tx.ReadConcurrencyLimitByName(name)
		if err != nil {
			return made, err
		}
		if made.New = l == nil; made.New {
			l, err = concurrency.Create(tx, &prefect.ConcurrencyLimitV2Create{Active: true, Name: name, Limit: in.ConcurrencyLimit})
		} else {
			err = a.engine.Slots().Update(tx, l, &prefect.ConcurrencyLimitV2Update{Limit: &in.ConcurrencyLimit})
		}
		if err != nil {
			return made, err
		}
		made.Object, err = tagLimit(tx, l)
		return made, err
	})
}

// limitFinder finds the limit that a request's path names, nil when there is none.
type limitFinder func(*store.Tx, *http.Request) (*concurrency.Limit, error)

func limitOfID(tx *store.Tx, r *http.Request) (*concurrency.Limit, error) {
	return tx.ReadConcurrencyLimit(rest.ID(r, "id"))
}

func limitOfTag(tx *store.Tx, r *http.Request) (*concurrency.Limit, error) {
	return tx.ReadConcurrencyLimitByName(concurrency.TagPrefix + r.PathValue("tag"))
}

func (a *API) readTagLimit(r *http.Request, of limitFinder) (*prefect.ConcurrencyLimit, error) {
	return find(a, r, "Concurrency limit", func(tx *store.Tx) (*prefect.ConcurrencyLimit, error) {
		l, err := of(tx, r)
		if err != nil || l == nil || !l.IsTag() {
			return nil, err
		}
		return tagLimit(tx, l)
	})
}

func (a *API) readConcurrencyLimit(r *http.Request) (*prefect.ConcurrencyLimit, error) {
	return a.readTagLimit(r, limitOfID)
}

func (a *API) readConcurrencyLimitByTag(r *http.Request) (*prefect.ConcurrencyLimit, error) {
	return a.readTagLimit(r, limitOfTag)
}

// concurrencyLimitQuery asks for limits of either version.
type concurrencyLimitQuery struct {
	decode.Embedded
	rest.LateSized
	Offset int `json:"offset" rule:"ge=0"`
}

func (a *API) filterConcurrencyLimits(r *http.Request, in *concurrencyLimitQuery) ([]*prefect.ConcurrencyLimit, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.ConcurrencyLimit, error) {
		limits, err := tx.FilterConcurrencyLimits(concurrency.TagPrefix, in.From(in.Offset))
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
func (a *API) deleteTagLimit(r *http.Request, of limitFinder) (rest.Null, error) {
	return rest.Null{}, a.change(r, "Concurrency limit", func(tx *store.Tx) (bool, error) {
		l, err := of(tx, r)
		if err != nil || l == nil {
			return false, err
		}
		return true, concurrency.Delete(tx, l)
	})
}

func (a *API) deleteConcurrencyLimit(r *http.Request) (rest.Null, error) {
	return a.deleteTagLimit(r, limitOfID)
}

func (a *API) deleteConcurrencyLimitByTag(r *http.Request) (rest.Null, error) {
	return a.deleteTagLimit(r, limitOfTag)
}

// tagReset names the task runs that get the slots of a tag.
type tagReset struct {
	decode.Embedded
	SlotOverride []uuid.UUID `json:"slot_override"`
}

// resetConcurrencyLimitByTag frees all slots of a tag and gives them to the task
// runs that are named, as far as the limit goes. (The reference leaves the
// number of taken slots as it was; see the differential tests.)
func (a *API) resetConcurrencyLimitByTag(r *http.Request, in *tagReset) (rest.Null, error) {
	slots := a.engine.Slots()
	return rest.Null{}, a.change(r, "Concurrency limit", func(tx *store.Tx) (bool, error) {
		l, err := limitOfTag(tx, r)
		if err != nil || l == nil {
			return false, err
		}
		leases, err := tx.ReadLeasesOfLimit(l.ID)
		if err != nil {
			return false, err
		}
		for _, lease := range leases {
			if err := slots.Return(tx, lease.ID); err != nil {
				return false, err
			}
		}
		for _, id := range in.SlotOverride {
			limits, err := tx.ReadConcurrencyLimits([]uuid.UUID{l.ID})
			if err != nil {
				return false, err
			}
			taken, err := slots.Acquire(tx, limits, 1)
			if err != nil {
				return false, err
			}
			if !taken {
				break
			}
			if _, err := slots.Lease(tx, limits, 1, concurrency.Forever, &concurrency.Holder{Type: concurrency.TaskRunHolder, ID: id}); err != nil {
				return false, err
			}
		}
		return true, nil
	})
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

func (a *API) incrementConcurrencyLimits(r *http.Request, in *tagSlots) ([]prefect.MinimalConcurrencyLimit, error) {
	slots := a.engine.Slots()
	return update(a, r, func(tx *store.Tx) ([]prefect.MinimalConcurrencyLimit, error) {
		out := []prefect.MinimalConcurrencyLimit{}
		limits, err := limitsOfTags(tx, in.Names)
		if err != nil {
			return nil, err
		}
		for _, l := range limits {
			if l.Limit == 0 {
				return nil, fault.New(fault.Locked, `The concurrency limit on tag "%s" is 0 and will deadlock if the task tries to run again.`, l.Tag())
			}
		}
		limits = activeOnly(limits)
		if len(limits) == 0 {
			return out, nil
		}
		taken, err := slots.Acquire(tx, limits, 1)
		if err != nil {
			return nil, err
		}
		if !taken {
			return nil, &fault.Error{Kind: fault.Locked, RetryAfter: slots.Waits.Tag.Seconds(),
				Sentence: fmt.Sprintf("Concurrency limit for the %s tag has been reached", limits[0].Tag())}
		}
		for _, l := range limits {
			out = append(out, prefect.MinimalConcurrencyLimit{ID: l.ID, Name: l.Tag(), Limit: l.Limit})
		}
		_, err = slots.Lease(tx, limits, 1, concurrency.Forever, &concurrency.Holder{Type: concurrency.TaskRunHolder, ID: in.TaskRunID})
		return out, err
	})
}

func (a *API) decrementConcurrencyLimits(r *http.Request, in *tagSlots) ([]prefect.MinimalConcurrencyLimit, error) {
	return update(a, r, func(tx *store.Tx) ([]prefect.MinimalConcurrencyLimit, error) {
		limits, err := limitsOfTags(tx, in.Names)
		if err != nil {
			return nil, err
		}
		leases, err := tx.ReadHeldLeases(in.TaskRunID)
		if err != nil {
			return nil, err
		}
		for _, lease := range leases {
			if !lease.OnAny(limits) {
				continue
			}
			if err := a.engine.Slots().End(tx, lease.ID); err != nil {
				return nil, err
			}
		}
		return minimal(limits), nil
	})
}
