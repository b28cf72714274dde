package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// What the pages of artifacts show. The contract's own filters answer with the
// data of every artifact, which a table has no use for.
func (a *API) reeveArtifactRoutes() []Route {
	return []Route{
		{http.MethodPost, "/reeve/artifacts/rows", "reeve_artifact_rows", a.artifactRows},
		{http.MethodGet, "/reeve/artifacts/{id}/overview", "reeve_artifact_overview", a.artifactOverview},
		{http.MethodGet, "/reeve/artifacts/key/{key}/overview", "reeve_artifact_key_overview", a.artifactKeyOverview},
	}
}

// artifactVersions bounds the versions of a key that are counted and listed.
const artifactVersions = 500

// artifactRowQuery is a body of POST /reeve/artifacts/rows.
type artifactRowQuery struct {
	decode.Embedded
	sized
	Offset    int                               `json:"offset" rule:"ge=0"`
	Artifacts *prefect.ArtifactCollectionFilter `json:"artifacts"`
}

func (a *API) artifactRows(w http.ResponseWriter, r *http.Request) error {
	var in artifactRowQuery
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (rows[*store.ArtifactRow], error) {
		found, err := tx.NewestArtifactRows(in.Artifacts, prefect.Page{Limit: limit, Offset: in.Offset}, artifactVersions)
		if err != nil {
			return rows[*store.ArtifactRow]{}, err
		}
		count, err := tx.CountArtifactKeysUpTo(in.Artifacts, countedRows)
		return rows[*store.ArtifactRow]{found, count, countedRows, prefect.At(tx.Now)}, err
	})
}

// artifactPage is an artifact with its data, what it belongs to, and the versions
// of its key, the newest first.
type artifactPage struct {
	Artifact *prefect.Artifact    `json:"artifact"`
	Row      *store.ArtifactRow   `json:"row"`
	Versions []*store.ArtifactRow `json:"versions"`
	Now      prefect.Time         `json:"now"`
}

func (a *API) artifactOverview(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) (*artifactPage, error) {
		row, err := tx.ReadArtifactRow(pathID(r, "id"))
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
		return readArtifactPage(tx, row, versions)
	})
}

func (a *API) artifactKeyOverview(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) (*artifactPage, error) {
		versions, err := tx.ArtifactVersionRows(r.PathValue("key"), artifactVersions)
		if err == nil && len(versions) == 0 {
			err = noArtifact
		}
		if err != nil {
			return nil, err
		}
		return readArtifactPage(tx, versions[0], versions)
	})
}

func readArtifactPage(tx *store.Tx, row *store.ArtifactRow, versions []*store.ArtifactRow) (*artifactPage, error) {
	artifact, err := tx.ReadArtifact(row.ID)
	return &artifactPage{artifact, row, versions, prefect.At(tx.Now)}, err
}
