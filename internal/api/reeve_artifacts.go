package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// What the pages of artifacts show. The contract's own filters answer with the
// data of every artifact, which a table has no use for.
func (a *API) reeveArtifactRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/reeve/artifacts/rows", "reeve_artifact_rows", a.artifactRows),
		rest.Get("/reeve/artifacts/{id}/overview", "reeve_artifact_overview", a.artifactOverview),
		rest.Get("/reeve/artifacts/key/{key}/overview", "reeve_artifact_key_overview", a.artifactKeyOverview),
	}
}

// artifactVersions bounds the versions of a key that are counted and listed.
const artifactVersions = 500

// artifactRowQuery is a body of POST /reeve/artifacts/rows.
type artifactRowQuery struct {
	decode.Embedded
	rest.Sized
	Offset    int                               `json:"offset" rule:"ge=0"`
	Artifacts *prefect.ArtifactCollectionFilter `json:"artifacts"`
}

func (a *API) artifactRows(r *http.Request, in *artifactRowQuery) (table[*store.ArtifactRow], error) {
	return view(a, r, func(tx *store.Tx) (out table[*store.ArtifactRow], err error) {
		out = tableAt[*store.ArtifactRow](tx)
		if out.Rows, err = tx.NewestArtifactRows(in.Artifacts, in.From(in.Offset), artifactVersions); err != nil {
			return out, err
		}
		out.Count, err = tx.CountArtifactKeysUpTo(in.Artifacts, countedRows)
		return out, err
	})
}

// artifactOverview is an artifact with its data, what it belongs to, and the versions
// of its key, the newest first.
type artifactOverview struct {
	Artifact *prefect.Artifact    `json:"artifact" rule:"present"`
	Row      *store.ArtifactRow   `json:"row" rule:"present"`
	Versions []*store.ArtifactRow `json:"versions"`
	Now      prefect.Time         `json:"now"`
}

func (a *API) artifactOverview(r *http.Request) (*artifactOverview, error) {
	return view(a, r, func(tx *store.Tx) (*artifactOverview, error) {
		row, err := tx.ReadArtifactRow(rest.ID(r, "id"))
		if err == nil && row == nil {
			err = noArtifact
		}
		if err != nil {
			return nil, err
		}
		versions := []*store.ArtifactRow{row}
		if row.Key != nil {
			if versions, err = tx.ArtifactVersionRows(*row.Key, artifactVersions); err != nil {
				return nil, err
			}
		}
		return readArtifactOverview(tx, row, versions)
	})
}

func (a *API) artifactKeyOverview(r *http.Request) (*artifactOverview, error) {
	return view(a, r, func(tx *store.Tx) (*artifactOverview, error) {
		versions, err := tx.ArtifactVersionRows(r.PathValue("key"), artifactVersions)
		if err == nil && len(versions) == 0 {
			err = noArtifact
		}
		if err != nil {
			return nil, err
		}
		return readArtifactOverview(tx, versions[0], versions)
	})
}

func readArtifactOverview(tx *store.Tx, row *store.ArtifactRow, versions []*store.ArtifactRow) (*artifactOverview, error) {
	artifact, err := tx.ReadArtifact(row.ID)
	return &artifactOverview{artifact, row, versions, prefect.At(tx.Now)}, err
}
