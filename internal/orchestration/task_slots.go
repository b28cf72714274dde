package orchestration

import (
	"fmt"
	"math"
	"strings"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/prefect"
)

// secureTaskSlots lets a task run only with a slot of the limit of each of its
// tags.
var secureTaskSlots = rule{
	name: "SecureTaskConcurrencySlots", from: anyState, to: only(prefect.Running),
	start: func() hooks { return &taskSlots{} },
}

type taskSlots struct {
	quiet
	taken *concurrency.Lease
}

func (r *taskSlots) before(t *transition) error {
	limits, err := t.tagLimits()
	if err != nil || len(limits) == 0 {
		return err
	}
	names := make([]string, len(limits))
	for i, l := range limits {
		names[i] = l.Tag()
		if l.Limit == 0 {
			t.abort(fmt.Sprintf(`The concurrency limit on tag "%s" is 0 and will deadlock if the task tries to run again.`, names[i]))
			return nil
		}
	}
	taken, err := t.slots.Acquire(t.tx, limits, 1)
	if err != nil {
		return err
	}
	if !taken {
		t.delay(int(math.RoundToEven(t.slots.TagWait(t.tx, limits))),
			"Concurrency limit reached for tags: "+strings.Join(names, ", "))
		return nil
	}
	r.taken, err = t.slots.Lease(t.tx, limits, 1, concurrency.Forever,
		&concurrency.Holder{Type: concurrency.TaskRunHolder, ID: t.task.ID})
	return err
}

// tagLimits are the active limits of the task run's tags.
func (t *transition) tagLimits() ([]*concurrency.Limit, error) {
	if len(t.run.Tags) == 0 {
		return nil, nil
	}
	names := make([]string, len(t.run.Tags))
	for i, tag := range t.run.Tags {
		names[i] = concurrency.TagPrefix + tag
	}
	limits, err := t.tx.ReadConcurrencyLimitsByName(names)
	if err != nil {
		return nil, err
	}
	active := limits[:0]
	for _, l := range limits {
		if l.Active {
			active = append(active, l)
		}
	}
	return active, nil
}

func (r *taskSlots) cleanup(t *transition) error {
	if r.taken == nil {
		return nil
	}
	return t.slots.Return(t.tx, r.taken.ID)
}

// releaseTaskSlots gives back all slots of a task run that no longer runs.
var releaseTaskSlots = transform("ReleaseTaskConcurrencySlots", func() hooks { return releaseTask{} })

type releaseTask struct{ quiet }

func (releaseTask) after(t *transition) error {
	if t.proposed == nil || t.validated == nil {
		return nil
	}
	if to := t.validated.Type; to == prefect.Running || to == prefect.Cancelling || t.initial == nil && !to.IsTerminal() {
		return nil
	}
	return t.slots.EndAll(t.tx, t.task.ID)
}
