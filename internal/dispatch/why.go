package dispatch

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/prefect"
)

// Why says what a flow run waits for. Reasons are all that hold it back, the
// first to be mended first; the sentence is about the first.
type Why struct {
	FlowRunID uuid.UUID          `json:"flow_run_id"`
	Name      string             `json:"name"`
	StateType *prefect.StateType `json:"state_type"`
	StateName *string            `json:"state_name"`
	Sentence  string             `json:"sentence"`
	Reasons   []Reason           `json:"reasons"`
}

// Reason is one thing that holds a run back. Runs are those that hold the slots
// it waits for, at most whyRuns of them.
type Reason struct {
	Code     string                `json:"code"`
	Sentence string                `json:"sentence"`
	Limit    *int                  `json:"limit,omitempty"`
	Active   *int                  `json:"active,omitempty"`
	Until    *prefect.Time         `json:"until,omitempty"`
	Runs     []*prefect.SlotHolder `json:"runs,omitempty"`
}

// whyRuns bounds the runs that a reason names.
const whyRuns = 10

func (w *Why) add(code, format string, args ...any) *Reason {
	w.Reasons = append(w.Reasons, Reason{Code: code, Sentence: fmt.Sprintf(format, args...)})
	return &w.Reasons[len(w.Reasons)-1]
}

func (w *Why) full(code, what string, limit, active int, runs []*prefect.SlotHolder) *Reason {
	names := make([]string, len(runs))
	for i, run := range runs {
		names[i] = run.Name
	}
	by := ""
	if len(names) > 0 {
		by = " (" + strings.Join(names, ", ") + ")"
	}
	r := w.add(code, "%s is full: %d of %d slots are held%s", what, active, limit, by)
	r.Limit, r.Active, r.Runs = &limit, &active, runs
	return r
}

// WhyTx is a transaction that also reads what may hold a run back. What does not
// exist is nil.
type WhyTx interface {
	Tx
	ReadFlowRun(id uuid.UUID) (*prefect.FlowRun, error)
	ReadTaskRun(id uuid.UUID) (*prefect.TaskRun, error)
	ReadDeployment(id uuid.UUID) (*prefect.Deployment, error)
	ReadWorkPool(id uuid.UUID) (*prefect.WorkPool, error)
	ReadWorkQueue(id uuid.UUID) (*prefect.WorkQueue, error)
	WorkQueuesOf(pool uuid.UUID) ([]*prefect.WorkQueue, error)
	FilterWorkers(pool uuid.UUID, f *prefect.WorkerFilter, page prefect.Page) ([]*prefect.Worker, error)
	ReadFlowLimit(flow uuid.UUID) (*Limit, error)
	ReadConcurrencyLimitsByName(names []string) ([]*concurrency.Limit, error)
	// FlowSlotHolders returns runs that hold slots of a flow's limit, QueueSlotHolders
	// of a queue's, and ReadLeasesOfLimit the leases of a limit by name.
	FlowSlotHolders(flow uuid.UUID, limit int) ([]*prefect.SlotHolder, error)
	QueueSlotHolders(queue uuid.UUID, k Kind, page prefect.Page) ([]*prefect.SlotHolder, error)
	ReadLeasesOfLimit(limit uuid.UUID) ([]*concurrency.Lease, error)
}

// Explain finds what a run waits for. hand is who has it in hand, asked for of a
// run that has a state; waiters are all who wait for slots at the moment.
func Explain(tx WhyTx, run *prefect.FlowRun, hand Hand, waiters []concurrency.Waiter) (*Why, error) {
	out := &Why{FlowRunID: run.ID, Name: run.Name, StateType: run.StateType, StateName: run.StateName, Reasons: []Reason{}}
	now, _ := tx.Stamp()
	switch {
	case run.State == nil || run.StateType == nil:
		out.add("no_state", "it has no state yet: whoever made it has not said what is to become of it")
	case *run.StateType == prefect.Scheduled && !StandingOf(run).RetriesInProcess():
		if err := out.explainScheduled(tx, run, now); err != nil {
			return nil, err
		}
	case *run.StateType == prefect.Running:
		if err := out.explainWaits(tx, run, waiters, now); err != nil {
			return nil, err
		}
		out.explainHand(run, hand)
	default:
		out.explainHand(run, hand)
	}
	out.Sentence = fmt.Sprintf("%s: %s.", run.Name, out.Reasons[0].Sentence)
	return out, nil
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
