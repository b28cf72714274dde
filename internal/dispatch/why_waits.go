package dispatch

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/prefect"
)

// explainWaits finds which slots a running run waits for. A task's request for
// the slots of its tags says whose it is; that of concurrency() in a flow does
// not, so that such a wait is named for every running run.
func (w *Why) explainWaits(tx WhyTx, run *prefect.FlowRun, waiters []concurrency.Waiter, now time.Time) error {
	for _, waiter := range waiters {
		who, err := whoWaits(tx, run.ID, waiter.Holder)
		if err != nil {
			return err
		}
		if who == "" {
			continue
		}
		limits, err := tx.ReadConcurrencyLimitsByName(waiter.Names)
		if err != nil {
			return err
		}
		for _, l := range limits {
			if !l.Active || l.Taken(now)+waiter.Slots <= l.Limit {
				continue
			}
			if err := w.addWait(tx, who, l, waiter, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// whoWaits says in what way a waiter belongs to a run, "" when it does not.
func whoWaits(tx WhyTx, run uuid.UUID, h *concurrency.Holder) (string, error) {
	switch {
	case h == nil:
		return "a flow that does not say which run it is", nil
	case h.Type == concurrency.FlowRunHolder && h.ID == run:
		return "it", nil
	case h.Type != concurrency.TaskRunHolder:
		return "", nil
	}
	task, err := tx.ReadTaskRun(h.ID)
	if err != nil || task == nil || task.FlowRunID == nil || *task.FlowRunID != run {
		return "", err
	}
	return "its task " + task.Name, nil
}

func (w *Why) addWait(tx WhyTx, who string, l *concurrency.Limit, waiter concurrency.Waiter, now time.Time) error {
	holders, err := slotHolders(tx, l.ID)
	if err != nil {
		return err
	}
	code, what := "global_limit", "global limit "+l.Name
	if tag, found := strings.CutPrefix(l.Name, concurrency.TagPrefix); found {
		code, what = "tag_limit", "the limit of tag "+tag
	}
	r := w.full(code, what, l.Limit, l.Taken(now), holders)
	r.Until = prefect.AtPointer(waiter.Again)
	r.Sentence = fmt.Sprintf("%s has been waiting since %s for a slot: %s; it asks again at %s", who,
		moment(waiter.Since), r.Sentence, moment(waiter.Again))
	return nil
}

// slotHolders returns who holds slots of a limit, as far as their leases say:
// flow runs, and the flow runs of tasks.
func slotHolders(tx WhyTx, limit uuid.UUID) ([]*prefect.SlotHolder, error) {
	leases, err := tx.ReadLeasesOfLimit(limit)
	if err != nil {
		return nil, err
	}
	var holders []*prefect.SlotHolder
	for _, lease := range leases {
		if lease.Holder == nil || len(holders) == whyRuns {
			continue
		}
		id := lease.Holder.ID
		if lease.Holder.Type == concurrency.TaskRunHolder {
			task, err := tx.ReadTaskRun(id)
			if err != nil {
				return nil, err
			}
			if task == nil || task.FlowRunID == nil {
				continue
			}
			id = *task.FlowRunID
		}
		run, err := tx.ReadFlowRun(id)
		if err != nil {
			return nil, err
		}
		if run != nil {
			holders = append(holders, &prefect.SlotHolder{ID: run.ID, Name: run.Name, StateType: run.StateType,
				StateName: run.StateName, StartTime: run.StartTime, WorkQueueID: run.WorkQueueID})
		}
	}
	return holders, nil
}
