package services

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// violations lists what was told: the resource, the agreement's name.
func violations(t *testing.T, s *store.Store) (told []string) {
	t.Helper()
	if err := s.View(t.Context(), func(tx *store.Tx) error {
		events, err := tx.ReadEventLog(0, 1000, "prefect.sla.violation", 100)
		for _, e := range events {
			var payload struct{ Name string }
			if err := json.Unmarshal(e.Payload, &payload); err != nil {
				return err
			}
			told = append(told, payload.Name+" "+e.Resource.ID())
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return told
}

func agree(t *testing.T, s *store.Store, deployment uuid.UUID, agreed ...prefect.SLACreate) {
	t.Helper()
	update(t, s, func(tx *store.Tx) error {
		_, err := tx.ApplySLAs(deployment, agreed)
		return err
	})
}

func bound(d time.Duration) *prefect.Seconds {
	s := prefect.Seconds(d)
	return &s
}

func same(t *testing.T, when string, have []string, want ...string) {
	t.Helper()
	if len(have) != len(want) {
		t.Fatalf("%s: told %q, want %q", when, have, want)
	}
	for i := range want {
		if have[i] != want[i] {
			t.Errorf("%s: told %q, want %q", when, have, want)
		}
	}
}

func TestARunThatTakesTooLong(t *testing.T) {
	inBubble(t, []Service{NewSLAs()}, func(t *testing.T, s *store.Store, _ *Runner) {
		e := newEstate(t, s)
		agree(t, s, e.deployments["process"].ID, prefect.SLACreate{Name: "quick", Severity: "high", Duration: bound(10 * time.Minute)})
		quick, slow := e.make("process"), e.make("process")
		run := func(id uuid.UUID) {
			e.propose(id, prefect.Pending, "", nil)
			e.propose(id, prefect.Running, "", nil)
		}
		run(quick)
		sleep(9 * time.Minute)
		e.propose(quick, prefect.Completed, "", nil)
		sleep(time.Hour)
		run(slow)
		sleep(9 * time.Minute)
		same(t, "in time", violations(t, s))
		sleep(2 * time.Minute)
		same(t, "too late", violations(t, s), "quick prefect.flow-run."+slow.String())
		sleep(5 * time.Hour)
		same(t, "once", violations(t, s), "quick prefect.flow-run."+slow.String())
	})
}

func TestARunThatStartsTooLate(t *testing.T) {
	inBubble(t, []Service{NewSLAs()}, func(t *testing.T, s *store.Store, _ *Runner) {
		e := newEstate(t, s)
		d := e.deployments["process"]
		agree(t, s, d.ID, prefect.SLACreate{Name: "prompt", Severity: "low", Within: bound(10 * time.Minute)},
			prefect.SLACreate{Name: "off", Severity: "low", Within: bound(time.Minute), Enabled: new(bool)})
		scheduled := func() uuid.UUID {
			return e.create(prefect.Scheduled, func(run *prefect.FlowRun, _ *prefect.State) {
				run.DeploymentID, run.WorkQueueID, run.AutoScheduled = &d.ID, d.WorkQueueID, true
			})
		}
		waits, pends := scheduled(), scheduled()
		e.make("process") // nobody's schedule
		e.propose(pends, prefect.Pending, "", nil)
		sleep(9 * time.Minute)
		same(t, "in time", violations(t, s))
		sleep(2 * time.Minute)
		same(t, "too late", violations(t, s), "prompt prefect.flow-run."+waits.String(), "prompt prefect.flow-run."+pends.String())
		sleep(time.Hour)
		same(t, "once", violations(t, s), "prompt prefect.flow-run."+waits.String(), "prompt prefect.flow-run."+pends.String())
	})
}

func TestADeploymentThatDoesNotComplete(t *testing.T) {
	inBubble(t, []Service{NewSLAs()}, func(t *testing.T, s *store.Store, _ *Runner) {
		e := newEstate(t, s)
		d := e.deployments["process"]
		agree(t, s, d.ID, prefect.SLACreate{Name: "hourly", Severity: "low", StaleAfter: bound(time.Hour)})
		end := func(as prefect.StateType) {
			id := e.make("process")
			e.propose(id, prefect.Pending, "", nil)
			e.propose(id, prefect.Running, "", nil)
			e.propose(id, as, "", nil)
		}
		told := "hourly prefect.deployment." + d.ID.String()
		sleep(50 * time.Minute)
		end(prefect.Completed)
		sleep(50 * time.Minute)
		end(prefect.Failed)
		same(t, "in time", violations(t, s))
		sleep(20 * time.Minute)
		same(t, "a failure is no completed run", violations(t, s), told)
		sleep(5 * time.Hour)
		same(t, "once", violations(t, s), told)
		end(prefect.Completed)
		sleep(2 * time.Hour)
		same(t, "once for each gap", violations(t, s), told, told)
	})
}

// What fell due while the server was away may have been done meanwhile: whoever did
// it has time to say so.
func TestAnAgreementThatFellDueWhileNobodyListened(t *testing.T) {
	inBubble(t, []Service{NewSLAs()}, func(t *testing.T, s *store.Store, _ *Runner) {
		e := newEstate(t, s)
		d := e.deployments["process"]
		agree(t, s, d.ID, prefect.SLACreate{Name: "hourly", Severity: "low", StaleAfter: bound(time.Hour)})
		sleep(time.Hour - time.Second)
		s.Awake(time.Now()) // it was suspended until then
		sleep(10 * time.Second)
		same(t, "a moment after", violations(t, s))
		sleep(2 * time.Minute)
		same(t, "later", violations(t, s), "hourly prefect.deployment."+d.ID.String())
	})
}

// A run that ended while nobody looked is told of when its end is reported.
func TestTheEndOfARunThatTookTooLong(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *store.Store, _ *Runner) {
		e := newEstate(t, s)
		agree(t, s, e.deployments["process"].ID, prefect.SLACreate{Name: "quick", Severity: "high", Duration: bound(10 * time.Minute)})
		for _, took := range []time.Duration{9 * time.Minute, 11 * time.Minute} {
			id := e.make("process")
			e.propose(id, prefect.Pending, "", nil)
			e.propose(id, prefect.Running, "", nil)
			sleep(took)
			e.propose(id, prefect.Completed, "", nil)
		}
		if told := violations(t, s); len(told) != 1 {
			t.Errorf("told %q", told)
		}
	})
}
