package store_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// standings are all that runs can have: every type of state, by every name and
// policy that mean something.
func standings() (all []dispatch.Standing) {
	inProcess, reschedule := prefect.RetryInProcess, prefect.RetryReschedule
	for _, state := range append(prefect.StateTypes(), prefect.NoState) {
		for _, name := range []string{"Other", dispatch.AwaitingRetry} {
			for _, retry := range []*prefect.RetryType{nil, &inProcess, &reschedule} {
				for _, deployed := range []bool{false, true} {
					all = append(all, dispatch.Standing{State: state, Name: name, Retry: retry, Deployed: deployed})
				}
			}
		}
	}
	return all
}

// The database and the rules agree on who holds a slot, whether a state or the
// policy was written last.
func TestSlotsAreHeldInTheDatabaseAsInTheRules(t *testing.T) {
	s, _ := openStore(t)
	update(t, s, func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "flow"})
		if err != nil {
			return err
		}
		deployment, _, err := tx.CreateDeployment(&prefect.DeploymentCreate{Name: "deployment", FlowID: flow.ID}, nil)
		if err != nil {
			return err
		}
		for i, want := range standings() {
			run := newFlowRun(tx, flow.ID, i)
			if want.Deployed {
				run.DeploymentID = &deployment.ID
			}
			if _, _, err := tx.CreateFlowRun(run, orchestration.NewFlowRun(run)); err != nil {
				return err
			}
			if want.State == prefect.NoState {
				agree(t, tx, run.ID, dispatch.Standing{Deployed: want.Deployed})
				continue
			}
			row, err := tx.ReadFlowRunForUpdate(run.ID)
			if err != nil {
				return err
			}
			row.StateType, row.StateName, row.StateTimestamp, row.Policy.RetryType = &want.State, &want.Name, prefect.AtPointer(tx.Now), want.Retry
			if err := tx.SaveFlowRun(row); err != nil {
				return err
			}
			agree(t, tx, run.ID, want)
			agreeOfPolicies(t, tx, row, want)
		}
		return nil
	})
}

// agreeOfPolicies returns a run each policy, as a client may at any time.
func agreeOfPolicies(t *testing.T, tx *store.Tx, row *orchestration.FlowRun, s dispatch.Standing) {
	t.Helper()
	inProcess, reschedule := prefect.RetryInProcess, prefect.RetryReschedule
	for _, retry := range []*prefect.RetryType{&inProcess, &reschedule, nil} {
		u := &prefect.FlowRunUpdate{EmpiricalPolicy: prefect.FlowRunPolicy{RetryType: retry}}
		u.Mark("empirical_policy")
		if _, err := tx.UpdateFlowRun(row.ID, u, ""); err != nil {
			t.Fatal(err)
		}
		s.Retry = retry
		agree(t, tx, row.ID, s)
	}
}

func agree(t *testing.T, tx *store.Tx, run uuid.UUID, s dispatch.Standing) {
	t.Helper()
	for _, k := range dispatch.Kinds() {
		held, err := tx.HoldsSlot(k, run)
		if err != nil {
			t.Fatal(err)
		}
		if want := k.Holds(s); held != want {
			t.Errorf("kind %d: a run of %+v holds a slot in the database: %v, by the rules: %v", k, s, held, want)
		}
	}
}

// Slots are counted where runs are handed out: by indexes that have no others.
func TestSlotsAreFoundByTheirIndexes(t *testing.T) {
	s, _ := openStore(t)
	for k, index := range map[dispatch.Kind]string{
		dispatch.HandOut: "flow_run_slots", dispatch.Claim: "flow_run_slots", dispatch.Flow: "flow_run_active",
	} {
		err := s.View(t.Context(), func(tx *store.Tx) error {
			plan, err := tx.SlotPlan(k)
			if !strings.Contains(plan, "INDEX "+index+" ") {
				t.Errorf("kind %d is counted by %q, want the index %s", k, plan, index)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
