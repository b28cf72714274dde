package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) artifactRoutes() []Route {
	return []Route{
		{http.MethodPost, "/artifacts/", "create_artifact_artifacts__post", a.createArtifact},
		{http.MethodGet, "/artifacts/{id}", "read_artifact_artifacts__id__get", a.readArtifact},
		{http.MethodPatch, "/artifacts/{id}", "update_artifact_artifacts__id__patch", a.updateArtifact},
		{http.MethodDelete, "/artifacts/{id}", "delete_artifact_artifacts__id__delete", a.deleteArtifact},
		{http.MethodGet, "/artifacts/{key}/latest", "read_latest_artifact_artifacts__key__latest_get", a.readLatestArtifact},
		{http.MethodPost, "/artifacts/filter", "read_artifacts_artifacts_filter_post", a.filterArtifacts},
		{http.MethodPost, "/artifacts/count", "count_artifacts_artifacts_count_post", a.countArtifacts},
		{http.MethodPost, "/artifacts/latest/filter", "read_latest_artifacts_artifacts_latest_filter_post", a.filterLatestArtifacts},
		{http.MethodPost, "/artifacts/latest/count", "count_latest_artifacts_artifacts_latest_count_post", a.countLatestArtifacts},
	}
}

// noArtifact differs from other objects' sentences by its full stop.
var noArtifact = fault.New(fault.NotFound, "Artifact not found.")

func (a *API) createArtifact(w http.ResponseWriter, r *http.Request) error {
	var in prefect.ArtifactCreate
	if err := body(r, &in); err != nil {
		return err
	}
	var artifact *prefect.Artifact
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		artifact, err = tx.CreateArtifact(&in)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusCreated, artifact)
	return nil
}

func (a *API) readArtifact(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) (*prefect.Artifact, error) {
		artifact, err := tx.ReadArtifact(pathID(r, "id"))
		if err == nil && artifact == nil {
			err = noArtifact
		}
		return artifact, err
	})
}

func (a *API) readLatestArtifact(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) (*prefect.Artifact, error) {
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

func (a *API) updateArtifact(w http.ResponseWriter, r *http.Request) error {
	var in prefect.ArtifactUpdate
	if err := body(r, &in); err != nil {
		return err
	}
	return a.change(w, r, "Artifact", func(tx *store.Tx) (bool, error) {
		found, err := tx.UpdateArtifact(pathID(r, "id"), &in)
		if err == nil && !found {
			err = noArtifact
		}
		return found, err
	})
}

func (a *API) deleteArtifact(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Artifact", func(tx *store.Tx) (bool, error) {
		found, err := tx.DeleteArtifact(pathID(r, "id"))
		if err == nil && !found {
			err = noArtifact
		}
		return found, err
	})
}
