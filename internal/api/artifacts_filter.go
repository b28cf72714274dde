package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
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
	rest.Sized
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

func (a *API) filterArtifacts(r *http.Request, in *artifactQuery[prefect.ArtifactFilter]) ([]*prefect.Artifact, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.Artifact, error) {
		return tx.FilterArtifacts(in.Artifacts, in.filters(), in.Sort, in.From(in.Offset))
	})
}

func (a *API) filterLatestArtifacts(r *http.Request, in *artifactQuery[prefect.ArtifactCollectionFilter]) ([]*prefect.ArtifactCollection, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.ArtifactCollection, error) {
		return tx.FilterArtifactCollections(in.Artifacts, in.filters(), in.Sort, in.From(in.Offset))
	})
}

func (a *API) countArtifacts(r *http.Request, in *artifactCount[prefect.ArtifactFilter]) (int, error) {
	return view(a, r, func(tx *store.Tx) (int, error) { return tx.CountArtifacts(in.Artifacts, in.filters()) })
}

func (a *API) countLatestArtifacts(r *http.Request, in *artifactCount[prefect.ArtifactCollectionFilter]) (int, error) {
	return view(a, r, func(tx *store.Tx) (int, error) { return tx.CountArtifactCollections(in.Artifacts, in.filters()) })
}
