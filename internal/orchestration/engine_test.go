package orchestration_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// The order of the policies is the contract's.
func TestPoliciesListTheContractsRulesInOrder(t *testing.T) {
	for _, c := range []struct {
		policy string
		have   orchestration.Policy
		want   string
	}{
		{"CoreFlowPolicy", orchestration.CoreFlowPolicy, `PreserveDeploymentConcurrencyLeaseId PreventDuplicateTransitions
			HandleFlowTerminalStateTransitions EnforceCancellingToCancelledTransition BypassCancellingFlowRunsWithNoInfra
			PreventPendingTransitions ValidateDeploymentConcurrencyAtRunning SecureFlowConcurrencySlots
			RemoveDeploymentConcurrencyLeaseForOldClientVersions EnsureOnlyScheduledFlowsMarkedLate HandlePausingFlows
			HandleResumingPausedFlows CopyScheduledTime WaitForScheduledTime RetryFailedFlows InstrumentFlowRunStateTransitions
			ReleaseFlowConcurrencySlots`},
		{"MinimalFlowPolicy", orchestration.MinimalFlowPolicy, `PreserveDeploymentConcurrencyLeaseId PreventResultDataLoss BypassCancellingFlowRunsWithNoInfra
			InstrumentFlowRunStateTransitions ReleaseFlowConcurrencySlots`},
		{"MarkLateRunsPolicy", orchestration.MarkLateRunsPolicy, `EnsureOnlyScheduledFlowsMarkedLate
			EnforceDeploymentConcurrencyOnLate InstrumentFlowRunStateTransitions`},
		{"CoreTaskPolicy", orchestration.CoreTaskPolicy, `CacheRetrieval HandleTaskTerminalStateTransitions
			PreventRunningTasksFromStoppedFlows SecureTaskConcurrencySlots CopyScheduledTime WaitForScheduledTime RetryFailedTasks
			RenameReruns UpdateFlowRunTrackerOnTasks CacheInsertion ReleaseTaskConcurrencySlots`},
		{"BackgroundTaskPolicy", orchestration.BackgroundTaskPolicy, `PreventPendingTransitions CacheRetrieval
			HandleTaskTerminalStateTransitions CopyScheduledTime CopyTaskParametersID WaitForScheduledTime RetryFailedTasks
			RenameReruns UpdateFlowRunTrackerOnTasks CacheInsertion ReleaseTaskConcurrencySlots EnqueueScheduledTasks`},
		{"MinimalTaskPolicy", orchestration.MinimalTaskPolicy, `ReleaseTaskConcurrencySlots`},
	} {
		have := slices.DeleteFunc(c.have.Names(), func(name string) bool { return strings.HasPrefix(name, "Reeve") }) // ours
		if want := strings.Fields(c.want); !reflect.DeepEqual(have, want) {
			t.Errorf("%s: have %v, want %v", c.policy, have, want)
		}
	}
}

// nesting runs a policy of rules that write down what they do.
type nesting struct {
	log []string
}

func (n *nesting) note(text string) orchestration.TestHook {
	return func(orchestration.TestTransition) error {
		n.log = append(n.log, text)
		return nil
	}
}

func (n *nesting) then(text string, decide func(orchestration.TestTransition) error) orchestration.TestHook {
	return func(t orchestration.TestTransition) error {
		n.log = append(n.log, text)
		return decide(t)
	}
}

func TestRulesNest(t *testing.T) {
	pending, running := []prefect.StateType{prefect.Pending}, []prefect.StateType{prefect.Running}
	all := append(prefect.StateTypes(), prefect.NoState)
	broken := errors.New("broken")
	for _, c := range []struct {
		name   string
		decide func(orchestration.TestTransition) error
		// to is what the deciding rule applies to.
		to     []prefect.StateType
		want   string
		result outcome
		err    error
	}{
		{"accepted: before in order, after in reverse", func(orchestration.TestTransition) error { return nil }, running,
			"T> A> B> C> <C <B <A <T", accepted("RUNNING Running"), nil},
		{"replaced: the rule before fizzles, the rule after is invalid, the transform goes on",
			func(tt orchestration.TestTransition) error {
				return tt.Reject(tt.NewState(prefect.Failed), "no")
			}, running, "T> A> B> ~A <T", outcome{prefect.Reject, "no", "FAILED Failed"}, nil},
		{"replaced by the same type: all rules hold", func(tt orchestration.TestTransition) error {
			again := tt.NewState(prefect.Running)
			again.Name = "Again"
			return tt.Reject(again, "no")
		}, running, "T> A> B> C> <C <B <A <T", outcome{prefect.Reject, "no", "RUNNING Again"}, nil},
		{"refused: the current state stays", func(tt orchestration.TestTransition) error { return tt.Reject(nil, "no") }, running,
			"T> A> B> ~A <T", outcome{prefect.Reject, "no", "PENDING Pending"}, nil},
		{"refused by a rule for any type: its own after hook runs", func(tt orchestration.TestTransition) error {
			return tt.Reject(nil, "no")
		}, all, "T> A> B> <B ~A <T", outcome{prefect.Reject, "no", "PENDING Pending"}, nil},
		{"aborted", func(tt orchestration.TestTransition) error { tt.Abort("stop"); return nil }, running,
			"T> A> B> ~A <T", outcome{prefect.Abort, "stop", "PENDING Pending"}, nil},
		{"put off", func(tt orchestration.TestTransition) error { tt.Delay(7, "later"); return nil }, running,
			"T> A> B> ~A <T", outcome{prefect.Wait, "later", "PENDING Pending"}, nil},
		{"failed: nothing is kept", func(orchestration.TestTransition) error { return broken }, running, "T> A> B>", outcome{}, broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			n := &nesting{}
			policy := orchestration.Policy{
				orchestration.MakeTransform("T", n.note("T>"), n.note("<T")),
				orchestration.MakeRule("A", pending, running, n.note("A>"), n.note("<A"), n.note("~A")),
				orchestration.MakeRule("other", running, running, n.note("never"), n.note("never"), n.note("never")),
				orchestration.MakeRule("B", pending, c.to, n.then("B>", c.decide), n.note("<B"), n.note("~B")),
				orchestration.MakeRule("C", pending, running, n.note("C>"), n.note("<C"), n.note("~C")),
			}
			run := w.newFlowRun(state(prefect.Pending))
			result, err := w.try(run, state(prefect.Running), orchestration.Options{Policy: policy})
			if got := strings.Join(n.log, " "); got != c.want {
				t.Errorf("hooks ran %s, want %s", got, c.want)
			}
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if err == nil {
				c.result.check(t, result)
			} else if have := w.flowRun(run).State.Type; have != prefect.Pending {
				t.Errorf("the run is %s after a failure", have)
			}
		})
	}
}

// A run without any state cannot keep it.
func TestRejectWithoutStateIsAFailure(t *testing.T) {
	w := newWorld(t)
	refuse := orchestration.Policy{orchestration.MakeRule("refuse", []prefect.StateType{prefect.NoState}, prefect.StateTypes(),
		func(tt orchestration.TestTransition) error { return tt.Reject(nil, "no") }, nil, nil)}
	_, err := w.try(w.newFlowRun(nil), state(prefect.Running), orchestration.Options{Policy: refuse})
	if !fault.Is(err, fault.Internal) {
		t.Fatalf("error %v, want an internal one", err)
	}
}

func TestUnknownRuns(t *testing.T) {
	w := newWorld(t)
	if _, err := w.try(w.flow, state(prefect.Running), core); !fault.Is(err, fault.Absent) {
		t.Errorf("error %v, want absent", err)
	}
}

// An event of each new state, and only of those, bears the state's id and
// follows the last one's.
func TestStatesAndTheirEvents(t *testing.T) {
	w := newWorld(t)
	count := func() (n int) {
		w.update(func(tx *store.Tx) (err error) { n, err = tx.CountEventLog(); return err })
		return n
	}
	start := count()
	run := w.newFlowRun(state(prefect.Pending))
	w.set(run, state(prefect.Running), core)
	w.set(run, state(prefect.Pending), core) // aborted
	w.set(run, state(prefect.Completed), core)
	if n := count() - start; n != 3 {
		t.Errorf("%d events for 3 states", n)
	}
}

// Who asks twice for a run with the same key is given the first one, and nothing is written.
func TestARunOfAKeyIsMadeOnce(t *testing.T) {
	w := newWorld(t)
	key := "of-a-webhook"
	first := w.newFlowRun(state(prefect.Scheduled), func(run *prefect.FlowRun) { run.IdempotencyKey = &key })
	w.update(func(tx *store.Tx) error {
		again := &prefect.FlowRun{Name: "another", FlowID: w.flow, IdempotencyKey: &key}
		again.EmpiricalPolicy.Defaults()
		made, created, err := w.engine.CreateFlowRun(tx, again, w.fresh(tx, state(prefect.Scheduled)), orchestration.Options{})
		if err == nil && (created || made.ID != first || made.Name != "a-run") {
			t.Errorf("made %v: %v, %s", created, made.ID, made.Name)
		}
		return err
	})
}
