package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) artifactRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/artifacts/", "create_artifact_artifacts__post", a.createArtifact).With(http.StatusCreated),
		rest.Get("/artifacts/{id}", "read_artifact_artifacts__id__get", a.readArtifact),
		rest.Change(http.MethodPatch, "/artifacts/{id}", "update_artifact_artifacts__id__patch", a.updateArtifact),
		rest.Delete("/artifacts/{id}", "delete_artifact_artifacts__id__delete", a.deleteArtifact),
		rest.Get("/artifacts/{key}/latest", "read_latest_artifact_artifacts__key__latest_get", a.readLatestArtifact),
		rest.Post("/artifacts/filter", "read_artifacts_artifacts_filter_post", a.filterArtifacts),
		rest.Post("/artifacts/count", "count_artifacts_artifacts_count_post", a.countArtifacts),
		rest.Post("/artifacts/latest/filter", "read_latest_artifacts_artifacts_latest_filter_post", a.filterLatestArtifacts),
		rest.Post("/artifacts/latest/count", "count_latest_artifacts_artifacts_latest_count_post", a.countLatestArtifacts),
	}
}

// noArtifact differs from other objects' sentences by its full stop.
var noArtifact = fault.New(fault.NotFound, "Artifact not found.")

func (a *API) createArtifact(r *http.Request, in *prefect.ArtifactCreate) (*prefect.Artifact, error) {
	return update(a, r, func(tx *store.Tx) (*prefect.Artifact, error) { return tx.CreateArtifact(in) })
}

func (a *API) readArtifact(r *http.Request) (*prefect.Artifact, error) {
	return view(a, r, func(tx *store.Tx) (*prefect.Artifact, error) {
		artifact, err := tx.ReadArtifact(rest.ID(r, "id"))
		if err == nil && artifact == nil {
			err = noArtifact
		}
		return artifact, err
	})
}

func (a *API) readLatestArtifact(r *http.Request) (*prefect.Artifact, error) {
	return view(a, r, func(tx *store.Tx) (*prefect.Artifact, error) {
		c, err := tx.ReadArtifactCollection(r.PathValue("key"))
		if err != nil {
			return nil, err
		}
		if c == nil {
			return nil, noArtifact
		}
		return c.Artifact(), nil
	})
}

func (a *API) updateArtifact(r *http.Request, in *prefect.ArtifactUpdate) error {
	return a.changeArtifact(r, func(tx *store.Tx) (bool, error) { return tx.UpdateArtifact(rest.ID(r, "id"), in) })
}

func (a *API) deleteArtifact(r *http.Request) error {
	return a.changeArtifact(r, func(tx *store.Tx) (bool, error) { return tx.DeleteArtifact(rest.ID(r, "id")) })
}

// changeArtifact runs fn in a transaction. It fails with 404 when fn finds nothing to change.
func (a *API) changeArtifact(r *http.Request, fn func(*store.Tx) (bool, error)) error {
	found, err := update(a, r, fn)
	if err == nil && !found {
		err = noArtifact
	}
	return err
}
