package prefect

// Labels by which the worker and the process of a run are known. The first is
// the stock worker's too; the others are those of Reeve's.
const (
	WorkerNameLabel    = "prefect.worker.name"
	WorkerHostLabel    = "reeve.worker.host"
	WorkerProcessLabel = "reeve.worker.process"
	RunProcessLabel    = "reeve.run.process"
)

// OwnerLabels are the labels that a claim takes from a run: they name whoever
// had it before.
func OwnerLabels() []string {
	return []string{WorkerNameLabel, WorkerHostLabel, WorkerProcessLabel, RunProcessLabel}
}
