package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// artifactRuns is what the bodies of the four operations have in common; F is
// the filter of artifacts or of collections.
type artifactRuns[F any] struct {
	Artifacts   *F                        `json:"artifacts"`
	FlowRuns    *prefect.FlowRunFilter    `json:"flow_runs"`
	TaskRuns    *prefect.TaskRunFilter    `json:"task_runs"`
	Flows       *prefect.FlowFilter       `json:"flows"`
	Deployments *prefect.DeploymentFilter `json:"deployments"`
}

func (q *artifactRuns[F]) filters() *prefect.Filters {
	return &prefect.Filters{Flows: q.Flows, FlowRuns: q.FlowRuns, TaskRuns: q.TaskRuns, Deployments: q.Deployments}
}

type artifactQuery[F any] struct {
	decode.Embedded
	sized
	Sort   prefect.ArtifactSort `json:"sort"`
	Offset int                  `json:"offset" rule:"ge=0"`
	artifactRuns[F]
}

// Defaults implements decode.Defaulter.
func (q *artifactQuery[F]) Defaults() { q.Sort = prefect.ArtifactIDDesc }

type artifactCount[F any] struct {
	decode.Embedded
	artifactRuns[F]
}

// artifactsBody reads the body of a filter operation.
func artifactsBody[F any](a *API, r *http.Request) (*artifactQuery[F], prefect.Page, error) {
	var in artifactQuery[F]
	limit, err := a.pagedBody(r, &in)
	return &in, prefect.Page{Limit: limit, Offset: in.Offset}, err
}

func (a *API) filterArtifacts(w http.ResponseWriter, r *http.Request) error {
	in, page, err := artifactsBody[prefect.ArtifactFilter](a, r)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.Artifact, error) {
		return tx.FilterArtifacts(in.Artifacts, in.filters(), in.Sort, page)
	})
}

func (a *API) filterLatestArtifacts(w http.ResponseWriter, r *http.Request) error {
	in, page, err := artifactsBody[prefect.ArtifactCollectionFilter](a, r)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.ArtifactCollection, error) {
		return tx.FilterArtifactCollections(in.Artifacts, in.filters(), in.Sort, page)
	})
}

func (a *API) countArtifacts(w http.ResponseWriter, r *http.Request) error {
	var in artifactCount[prefect.ArtifactFilter]
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (int, error) { return tx.CountArtifacts(in.Artifacts, in.filters()) })
}

func (a *API) countLatestArtifacts(w http.ResponseWriter, r *http.Request) error {
	var in artifactCount[prefect.ArtifactCollectionFilter]
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (int, error) { return tx.CountArtifactCollections(in.Artifacts, in.filters()) })
}
