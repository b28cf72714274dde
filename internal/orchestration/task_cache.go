package orchestration

import (
	"fmt"
	"unicode/utf8"

	"github.com/reevehq/reeve/internal/prefect"
)

// retrieveCachedState gives a task that is about to run the completed state
// that is cached under its key.
var retrieveCachedState = rule{
	name: "CacheRetrieval", from: anyState, to: only(prefect.Running),
	start: func() hooks { return cacheRetrieval{} },
}

type cacheRetrieval struct{ quiet }

func (cacheRetrieval) before(t *transition) error {
	d := &t.proposed.StateDetails
	if d.CacheKey == nil || *d.CacheKey == "" || d.RefreshCache != nil && *d.RefreshCache {
		return nil
	}
	cached, err := t.tx.ReadCachedState(*d.CacheKey)
	if err != nil || cached == nil {
		return err
	}
	fresh := cached.Fresh(t.ids.V7(), t.now)
	fresh.Name = "Cached"
	return t.reject(fresh, "Retrieved state from cache")
}

// insertCachedState caches completed states under the key they carry.
var insertCachedState = rule{
	name: "CacheInsertion", from: anyState, to: only(prefect.Completed),
	start: func() hooks { return cacheInsertion{} },
}

type cacheInsertion struct{ quiet }

func (cacheInsertion) before(t *transition) error {
	key, most := t.proposed.StateDetails.CacheKey, t.settings.MaxCacheKeyLength
	if key != nil && utf8.RuneCountInString(*key) > most {
		return t.reject(t.proposed, fmt.Sprintf("Cache key exceeded maximum allowed length of %d characters.", most))
	}
	return nil
}

func (cacheInsertion) after(t *transition) error {
	if t.validated == nil {
		return nil
	}
	d := &t.validated.StateDetails
	if d.CacheKey == nil || *d.CacheKey == "" {
		return nil
	}
	return t.tx.CreateCachedState(*d.CacheKey, d.CacheExpiration, t.validated.ID)
}
