package orchestration

import (
	"cmp"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

// Settings are the times and bounds that rules go by.
type Settings struct {
	// ConcurrencySlotWait is after how long a run that found its deployment's
	// limit full is due again.
	ConcurrencySlotWait time.Duration
	// InitialLease is how long a run may take from its slot until it runs, where
	// its deployment does not say.
	InitialLease time.Duration
	// MaxCacheKeyLength bounds the cache key of a task's state, in characters.
	MaxCacheKeyLength int
	// Waits are the longest waits for concurrency slots.
	Waits concurrency.Waits
}

// DefaultSettings are the contract's defaults.
func DefaultSettings() Settings {
	return Settings{
		ConcurrencySlotWait: 30 * time.Second,
		InitialLease:        300 * time.Second,
		MaxCacheKeyLength:   2000,
		Waits:               concurrency.Waits{Tag: 10 * time.Second, Most: 30 * time.Second},
	}
}

// Engine takes runs through policies.
type Engine struct {
	settings Settings
	slots    concurrency.Slots
}

// New makes an engine with settings; zero ones have their defaults.
func New(s Settings) Engine {
	usual := DefaultSettings()
	s.ConcurrencySlotWait = cmp.Or(s.ConcurrencySlotWait, usual.ConcurrencySlotWait)
	s.InitialLease = cmp.Or(s.InitialLease, usual.InitialLease)
	s.MaxCacheKeyLength = cmp.Or(s.MaxCacheKeyLength, usual.MaxCacheKeyLength)
	s.Waits.Tag = cmp.Or(s.Waits.Tag, usual.Waits.Tag)
	s.Waits.Most = cmp.Or(s.Waits.Most, usual.Waits.Most)
	return Engine{s, concurrency.Slots{Waits: s.Waits}}
}

// Slots takes and gives back concurrency slots with the engine's settings.
func (e Engine) Slots() concurrency.Slots { return e.slots }

// Options say how a state is proposed. The zero Options are those of a caller
// inside the server: the minimal policy.
type Options struct {
	// Policy applies unless Force is set; nil is the minimal policy.
	Policy Policy
	// Force leaves all but the minimal policy out.
	Force bool
	// Claim are the labels of the worker that claims the run, nil when it does not
	// say who it is.
	Claim prefect.Labels
	// Client and API are the versions of the client package and of the API it
	// speaks, "" when not known.
	Client, API string
}

// states is a set of state types, one bit for each; prefect.NoState has one too.
type states uint16

func bit(t prefect.StateType) states {
	for i, known := range prefect.StateTypes() {
		if t == known {
			return 1 << i
		}
	}
	return 1 << 15 // prefect.NoState
}

func only(types ...prefect.StateType) states {
	var s states
	for _, t := range types {
		s |= bit(t)
	}
	return s
}

func (s states) but(types ...prefect.StateType) states { return s &^ only(types...) }

func (s states) has(t prefect.StateType) bool { return s&bit(t) != 0 }

var (
	anyState = only(append(prefect.StateTypes(), prefect.NoState)...)
	terminal = only(prefect.Completed, prefect.Cancelled, prefect.Failed, prefect.Crashed)
	active   = only(dispatch.Active()...)
)

// rule is one rule or transform of a policy.
type rule struct {
	// name is the contract's.
	name     string
	from, to states
	// transform: see the package's comment.
	transform bool
	// start makes the hooks for one transition; they may keep what they need to
	// undo.
	start func() hooks
}

// hooks are what a rule does. An error undoes the whole transaction.
type hooks interface {
	// before may change the run and the proposed state, or decide the outcome.
	before(*transition) error
	// after follows the writing of the state.
	after(*transition) error
	// cleanup undoes what before did, for a fizzled rule.
	cleanup(*transition) error
}

// quiet does nothing; rules embed it for the hooks they do not have.
type quiet struct{}

func (quiet) before(*transition) error  { return nil }
func (quiet) after(*transition) error   { return nil }
func (quiet) cleanup(*transition) error { return nil }

// Policy is a list of rules in the order in which they apply.
type Policy []rule

// transition is one proposed state on its way through the rules.
type transition struct {
	Engine
	tx  Tx
	now time.Time
	ids clock.IDs

	// run is the part that flow runs and task runs share; flow is nil for a task
	// run and task nil for a flow run.
	run  *Run
	flow *FlowRun
	task *TaskRun

	// initial is the run's state, nil without one; proposed the one that may be
	// written, nil once it is decided that none is; validated what the run has
	// after writing.
	initial, proposed, validated *prefect.State

	options Options
	status  prefect.SetStateStatus
	details prefect.StateResponse

	// dirty: the run was changed since it was last written.
	dirty bool
	// entered is the rule whose before hook runs.
	entered *entered
}

// entered is a rule that applies to a transition.
type entered struct {
	rule
	hooks
	// to is the proposed type as this rule knows it.
	to      prefect.StateType
	invalid bool
}

func typeOf(s *prefect.State) prefect.StateType {
	if s == nil {
		return prefect.NoState
	}
	return s.Type
}

// govern takes the transition through the rules of the policies.
func (t *transition) govern(policies ...Policy) error {
	to := typeOf(t.proposed)
	from, target := bit(typeOf(t.initial)), bit(to)
	t.status, t.details = prefect.Accept, prefect.StateResponse{Kind: prefect.Accept}
	stack := make([]entered, 0, 32)
	for _, policy := range policies {
		for _, r := range policy {
			if r.from&from != 0 && r.to&target != 0 {
				stack = append(stack, entered{rule: r, hooks: r.start(), to: to})
			}
		}
	}
	for i := range stack {
		if err := t.enter(&stack[i]); err != nil {
			return err
		}
	}
	if err := t.write(); err != nil {
		return err
	}
	for i := len(stack) - 1; i >= 0; i-- {
		if err := t.leave(&stack[i]); err != nil {
			return err
		}
	}
	if t.dirty {
		return t.save()
	}
	return nil
}

func (t *transition) enter(e *entered) error {
	if !e.transform && e.to != typeOf(t.proposed) {
		e.invalid = true
		return nil
	}
	t.entered = e
	return e.before(t)
}

func (t *transition) leave(e *entered) error {
	switch {
	case e.transform:
		return e.after(t)
	case e.invalid, !e.rule.to.has(e.to):
		// A rule that made the transition one it does not apply to has no say in it.
		return nil
	case e.to != typeOf(t.proposed):
		return e.cleanup(t)
	}
	return e.after(t)
}

// reject refuses the proposed state; the replacement is written in its stead,
// or, when it is nil, the current state kept.
func (t *transition) reject(replacement *prefect.State, reason string) error {
	if replacement == nil && t.initial == nil {
		return fault.New(fault.Internal, "%s: a run without a state cannot keep it", t.entered.name)
	}
	t.decide(replacement, prefect.StateResponse{Kind: prefect.Reject, Reason: reason})
	return nil
}

// abort refuses the proposed state and tells the client to stop.
func (t *transition) abort(reason string) {
	t.decide(nil, prefect.StateResponse{Kind: prefect.Abort, Reason: reason})
}

// delay tells the client to propose the state again after a number of seconds.
func (t *transition) delay(seconds int, reason string) {
	t.decide(nil, prefect.StateResponse{Kind: prefect.Wait, Reason: reason, DelaySeconds: seconds})
}

func (t *transition) decide(proposed *prefect.State, details prefect.StateResponse) {
	t.proposed, t.status, t.details = proposed, details.Kind, details
	t.entered.to = typeOf(proposed)
}

// rename changes the proposed state's name.
func (t *transition) rename(name string) {
	if t.proposed != nil {
		t.proposed.Name = name
	}
}

// state makes a state of a type, with that type's name, at the transaction's time.
func (t *transition) state(typ prefect.StateType) *prefect.State {
	return prefect.NewState(t.ids.V7(), typ, t.now)
}

// scheduled makes a named state that is due at a time.
func (t *transition) scheduled(name string, at time.Time) *prefect.State {
	s := t.state(prefect.Scheduled)
	s.Name, s.StateDetails.ScheduledTime = name, prefect.AtPointer(at)
	return s
}

// cancelled makes a Cancelled state with a message.
func (t *transition) cancelled(message string) *prefect.State {
	s := t.state(prefect.Cancelled)
	if message != "" {
		s.Message = &message
	}
	return s
}

// write stores the proposed state with its result and the run as the before
// hooks left it. Without a proposed state the run keeps the one it has, and a new one has none.
func (t *transition) write() error {
	if t.proposed == nil {
		t.validated = t.initial
		if t.run.make != nil {
			return t.save()
		}
		return nil
	}
	t.validated = t.proposed.Copy()
	if err := t.save(); err != nil {
		return err
	}
	if t.flow != nil {
		return t.tx.CreateFlowRunState(t.flow.ID, t.validated)
	}
	return t.tx.CreateTaskRunState(t.task.ID, t.task.FlowRunID, t.validated)
}

// save stores the run, which makes it when it is new.
func (t *transition) save() error {
	t.dirty = false
	if t.proposed != nil {
		t.run.StateID, t.run.StateType, t.run.StateName = &t.proposed.ID, &t.proposed.Type, &t.proposed.Name
		t.run.StateTimestamp = &t.proposed.Timestamp
	}
	if t.flow != nil {
		if t.proposed != nil {
			t.flow.PauseTimeout = nil
			if t.proposed.Type == prefect.Paused {
				t.flow.PauseTimeout = t.proposed.StateDetails.PauseTimeout
			}
		}
	}
	if make := t.run.make; make != nil {
		t.run.make = nil
		return make()
	}
	if t.flow != nil {
		return t.tx.SaveFlowRun(t.flow)
	}
	return t.tx.SaveTaskRun(t.task)
}

func (t *transition) flowRunID() *uuid.UUID {
	if t.flow != nil {
		return &t.flow.ID
	}
	return t.task.FlowRunID
}

func (t *transition) result() *prefect.OrchestrationResult {
	return &prefect.OrchestrationResult{State: t.validated, Status: t.status, Details: t.details}
}
