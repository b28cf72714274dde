package orchestration_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// Whatever is proposed to runs, whoever proposes it, and whichever leases expire
// or runs are deleted meanwhile: the slots taken of a limit are those that its
// live leases hold, never more than there are, and none once all runs have ended.
func TestRandomTransitionsLeakNoSlot(t *testing.T) {
	t.Parallel()
	shared := newWorld(t)
	deployment := shared.newDeployment(2, `{"collision_strategy":"ENQUEUE","grace_period_seconds":60}`)
	shared.newLimit("tag:few", 2)
	types := prefect.StateTypes()
	names := []string{"", "", "", "AwaitingRetry", "Late", "Suspended", "Submitting", "Resuming"}
	clients := []string{"3.9.1", "3.4.10", "", "3.0.2"}

	rapid.Check(t, func(r *rapid.T) {
		w := shared.in(t)
		var flows, tasks []uuid.UUID
		check := func(step string) {
			for _, name := range []string{"deployment", "tag:few"} {
				if slots, leased := w.taken(name); slots != leased || slots > 2 {
					r.Fatalf("%s: %d slots of %s taken, %d leased", step, slots, name, leased)
				}
			}
		}
		propose := func(label string) (*prefect.State, bool) {
			s := state(types[rapid.IntRange(0, len(types)-1).Draw(r, label+" type")])
			if name := rapid.SampledFrom(names).Draw(r, label+" name"); name != "" {
				s.Name = name
			}
			if s.Type == prefect.Scheduled {
				s.StateDetails.ScheduledTime = prefect.AtPointer(w.clock.Now())
			}
			s.StateDetails.PauseReschedule = rapid.Bool().Draw(r, label+" suspends")
			return s, rapid.IntRange(0, 4).Draw(r, label+" forced") == 0
		}
		for range rapid.IntRange(1, 3).Draw(r, "flow runs") {
			flows = append(flows, w.newFlowRun(state(prefect.Scheduled), of(deployment), retries(1)))
		}
		for range rapid.IntRange(1, 3).Draw(r, "task runs") {
			tasks = append(tasks, w.newTaskRun(state(prefect.Pending), func(run *prefect.TaskRun) {
				run.Tags = prefect.Tags{"few"}
			}))
		}
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			switch rapid.IntRange(0, 9).Draw(r, "step") {
			case 0:
				w.clock.Advance(time.Duration(rapid.IntRange(1, 90).Draw(r, "seconds")) * time.Second)
				w.expire()
				check("leases expired")
			case 1, 2, 3:
				s, force := propose("task")
				w.setTask(rapid.SampledFrom(tasks).Draw(r, "task"), s, orchestration.Options{Policy: orchestration.CoreTaskPolicy, Force: force})
				check("a task went to " + string(s.Type))
			case 4:
				i := rapid.IntRange(0, len(flows)-1).Draw(r, "deleted")
				w.update(func(tx *store.Tx) error {
					if err := w.engine.FreeRun(tx, flows[i]); err != nil {
						return err
					}
					_, err := tx.DeleteFlowRun(flows[i])
					return err
				})
				flows[i] = w.newFlowRun(state(prefect.Scheduled), of(deployment))
				check("a flow run was deleted")
			default:
				s, force := propose("flow")
				w.set(rapid.SampledFrom(flows).Draw(r, "flow run"), s, orchestration.Options{
					Policy: orchestration.CoreFlowPolicy, Force: force, Client: rapid.SampledFrom(clients).Draw(r, "client")})
				check("a flow run went to " + string(s.Type))
			}
		}
		for _, id := range flows {
			w.set(id, state(prefect.Crashed), forced)
		}
		for _, id := range tasks {
			w.setTask(id, state(prefect.Crashed), forced)
		}
		for _, name := range []string{"deployment", "tag:few"} {
			if slots, leased := w.taken(name); slots != 0 || leased != 0 {
				r.Fatalf("all runs have ended: %d slots of %s taken, %d leased", slots, name, leased)
			}
		}
	})
}
