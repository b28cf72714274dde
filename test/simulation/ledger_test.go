package simulation

import "github.com/google/uuid"

// ledger is what the fakes know to be true, whatever the server says.
type ledger struct {
	// made are the runs of which the server said that they exist, and deleted those of
	// which it was asked to delete them.
	made, deleted map[uuid.UUID]bool
	// keys are the runs by the keys with which they were asked for.
	keys map[string]uuid.UUID
	// forced are runs whose state somebody forced, or that somebody had run again.
	forced map[uuid.UUID]bool
	// taken are slots that were taken for nobody in particular, by limit; unsure that
	// an answer about them was lost.
	taken  map[string]int
	unsure map[string]bool
	// claims is how many claims were accepted.
	claims int
	// tasks are the task runs that were reported, in their newest state.
	tasks map[uuid.UUID]reported
}

// reported is what was reported of a task run of a flow run.
type reported struct {
	run   uuid.UUID
	state string
}

func newLedger() ledger {
	return ledger{made: map[uuid.UUID]bool{}, deleted: map[uuid.UUID]bool{}, keys: map[string]uuid.UUID{}, forced: map[uuid.UUID]bool{},
		taken: map[string]int{}, unsure: map[string]bool{}, tasks: map[uuid.UUID]reported{}}
}

// granted notes that a process executes user code because the server has said that it
// may. A run is executed by one process at a time: when another one does, it must have
// ended, or been run again by force, since that one began.
func (l *ledger) granted(w *world, p *flowProcess) {
	for _, a := range w.actors {
		other, ok := a.(*flowProcess)
		if !ok || other == p || other.run != p.run || !other.executing || l.forced[p.run] {
			continue
		}
		if !w.ended(p.run) {
			w.fail("a run is executed once", "%s and %s both execute %s", other.title, p.title, p.run)
		}
	}
}

// brokenOff reports whether a run ever was cancelled or crashed: what it left was ended.
func (w *world) brokenOff(run uuid.UUID) bool {
	for _, kind := range w.history(run) {
		if kind == "CRASHED" || kind == "CANCELLED" {
			return true
		}
	}
	return false
}

// ended reports whether a run ever was in a terminal state.
func (w *world) ended(run uuid.UUID) bool {
	for _, kind := range w.history(run) {
		switch kind {
		case "COMPLETED", "FAILED", "CRASHED", "CANCELLED":
			return true
		}
	}
	return false
}
