package api

import (
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// What retention deletes, and what it would delete were things kept for another time.
func (a *API) reeveRetentionRoutes() []rest.Route {
	return []rest.Route{rest.Ask("/reeve/retention", "reeve_retention", a.retention)}
}

// Kept says for how long finished runs and events are kept; 0 for ever.
type Kept struct{ Runs, Events time.Duration }

// retentionQuery asks about other times than those that are set, in seconds; 0 for these.
type retentionQuery struct {
	Runs   float64 `json:"runs" rule:"ge=0"`
	Events float64 `json:"events" rule:"ge=0"`
}

// soon is how far ahead what will be deleted is counted.
const soon = 7 * 24 * time.Hour

// retentionPreview is what is kept for how long, and what that deletes.
type retentionPreview struct {
	Runs   outlived     `json:"runs"`
	Events outlived     `json:"events"`
	Most   int          `json:"most"` // where counting stops
	Now    prefect.Time `json:"now"`
}

// outlived is what has outlived a time, and what will have within a week. Counts stop at
// Most of the preview.
type outlived struct {
	Set    *float64      `json:"set"`    // seconds that are set; null for ever
	Period *float64      `json:"period"` // seconds that were counted for; null for ever
	Older  int           `json:"older"`
	Soon   int           `json:"soon"`   // with those that are older already
	Oldest *prefect.Time `json:"oldest"` // of those, null without any
}

func (a *API) retention(r *http.Request, in *retentionQuery) (*retentionPreview, error) {
	return view(a, r, func(tx *store.Tx) (*retentionPreview, error) {
		out := &retentionPreview{Most: countedRows, Now: prefect.At(tx.Now)}
		var err error
		if out.Runs, err = outlive(tx, a.config.Kept.Runs, in.Runs, tx.RunsEndedBefore); err != nil {
			return nil, err
		}
		out.Events, err = outlive(tx, a.config.Kept.Events, in.Events, tx.EventsBefore)
		return out, err
	})
}

// outlive counts what outlives a time: asked seconds, or what is set.
func outlive(tx *store.Tx, set time.Duration, asked float64, count func(time.Time, int) (store.Outlived, error)) (out outlived, err error) {
	if set > 0 {
		seconds := set.Seconds()
		out.Set, out.Period = &seconds, &seconds
	}
	if asked > 0 {
		asked = min(asked, longest.Seconds())
		out.Period = &asked
	}
	if out.Period == nil {
		return out, nil
	}
	limit := tx.Now.Add(-time.Duration(*out.Period * float64(time.Second)))
	older, err := count(limit, countedRows)
	if err != nil {
		return out, err
	}
	later, err := count(limit.Add(soon), countedRows)
	out.Older, out.Soon = older.Count, later.Count
	if later.Oldest != nil {
		out.Oldest = prefect.AtPointer(*later.Oldest)
	}
	return out, err
}
