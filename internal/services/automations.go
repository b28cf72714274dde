package services

import (
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/follow"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/triggers"
)

// Automations evaluates the triggers of automations: a consumer of the event log lets
// events take effect, two services look at what is due without one.
type Automations struct {
	log *slog.Logger

	mu     sync.Mutex // guards loaded: the consumer and the services share it
	loaded *enabledAutomations
	// Passed is up to which place the consumer has dealt with the log.
	Passed func() int64
}

// NewAutomations makes the evaluation of triggers.
func NewAutomations(log *slog.Logger) *Automations {
	return &Automations{log: log, Passed: func() int64 { return 0 }}
}

// enabledAutomations are the automations of a version that are not paused.
type enabledAutomations struct {
	version int
	all     []*prefect.Automation
	// metricRange is how far back metric triggers look, 0 without any.
	metricRange time.Duration

	compile sync.Once
	set     *triggers.Set
}

// triggers compiles the automations, which takes as long as they are large: not in a
// transaction.
func (e *enabledAutomations) triggers() *triggers.Set {
	e.compile.Do(func() { e.set = triggers.Compile(e.version, e.all) })
	return e.set
}

// read returns the automations as of a transaction.
func (a *Automations) read(tx *store.Tx) (*enabledAutomations, error) {
	version, err := tx.AutomationsVersion()
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	loaded := a.loaded
	a.mu.Unlock()
	if loaded != nil && loaded.version == version {
		return loaded, nil
	}
	all, err := tx.EnabledAutomations()
	if err != nil {
		return nil, err
	}
	loaded = &enabledAutomations{version: version, all: all}
	for _, automation := range all {
		automation.Trigger.All(func(t, _ *prefect.Trigger) {
			if t.Metric != nil {
				loaded.metricRange = max(loaded.metricRange, time.Duration(t.Metric.Metric.Range))
			}
		})
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.loaded == nil || a.loaded.version < version {
		a.loaded = loaded
	}
	return loaded, nil
}

// Consumer is the consumer that lets events take effect.
func (a *Automations) Consumer() follow.Consumer {
	c := &automationsConsumer{Automations: a}
	return follow.Consumer{Name: "automations", Idle: c.idle, Survey: c.survey, Prepare: c.prepare, Apply: c.apply}
}

// automationsConsumer serves one follower.
type automationsConsumer struct {
	*Automations
	enabled *enabledAutomations
	asked   map[uuid.UUID]ordering // of the events of the batch, if there is anything to say
}

// ordering is where an event stands among those that follow each other.
type ordering struct {
	// early says that the event has come before the one that it follows.
	early bool
	// awaited says that others wait for it.
	awaited bool
}

func (c *automationsConsumer) idle(tx *store.Tx) (_ bool, err error) {
	if c.enabled, err = c.read(tx); err != nil {
		return false, err
	}
	return len(c.enabled.all) == 0, nil
}

// survey finds which events have come before the one that they follow, and which others
// wait for.
func (c *automationsConsumer) survey(tx *store.Tx, batch []*prefect.ReceivedEvent) error {
	c.asked = map[uuid.UUID]ordering{}
	some, err := tx.SomeFollower()
	if err != nil {
		return err
	}
	here := map[uuid.UUID]bool{} // of the events of the batch, whether they do not wait
	awaited := map[uuid.UUID]bool{}
	for _, e := range batch {
		o := ordering{awaited: awaited[e.ID]}
		if some && !o.awaited {
			if o.awaited, err = tx.IsAwaited(e.ID); err != nil {
				return err
			}
		}
		if e.Follows != nil {
			evaluated, known := here[*e.Follows]
			if !known {
				if evaluated, err = tx.EventEvaluated(*e.Follows, e.Sequence); err != nil {
					return err
				}
			}
			if o.early = !evaluated; o.early {
				awaited[*e.Follows], some = true, true
			}
		}
		here[e.ID] = !o.early
		if o != (ordering{}) {
			c.asked[e.ID] = o
		}
	}
	return nil
}

// orderedEvent is an event, what it concerns, and where it stands among others.
type orderedEvent struct {
	*triggers.Matched
	ordering
}

func (c *automationsConsumer) prepare(e *prefect.ReceivedEvent) (any, error) {
	matched := c.match(c.enabled.triggers(), e)
	order, some := c.asked[e.ID]
	if !matched.Some() && !some {
		return nil, nil
	}
	return &orderedEvent{matched, order}, nil
}

func (a *Automations) match(set *triggers.Set, e *prefect.ReceivedEvent) *triggers.Matched {
	m := set.Match(e)
	if m.Exhausted {
		a.log.Warn("an event takes too long to match: automations are left out", "event", e.ID, "name", e.Event.Event)
	}
	return m
}

func (c *automationsConsumer) apply(tx *store.Tx, batch []any) error {
	version, err := tx.AutomationsVersion()
	if err != nil {
		return err
	}
	if version != c.enabled.version {
		return follow.ErrAnew
	}
	for _, item := range batch {
		if err := takeEffect(tx, item.(*orderedEvent)); err != nil {
			return err
		}
	}
	return nil
}

// takeEffect evaluates an event, or has it wait for the one that it follows.
func takeEffect(tx *store.Tx, e *orderedEvent) error {
	if e.early {
		evaluated, err := tx.EventEvaluated(*e.Event.Follows, e.Event.Sequence)
		if err != nil {
			return err
		}
		if until := e.Event.Received.Add(triggers.Lookback); !evaluated && tx.Now.Before(until) {
			return tx.AddFollower(e.Event, until)
		}
	}
	if err := triggers.React(tx, tx.Now, e.Matched); err != nil || !e.awaited {
		return err
	}
	return tx.LeaderEvaluated(e.Event.ID)
}

// ids are those of all triggers.
func (e *enabledAutomations) ids() []uuid.UUID {
	var ids []uuid.UUID
	for _, a := range e.all {
		a.Trigger.All(func(t, _ *prefect.Trigger) { ids = append(ids, t.ID) })
	}
	return ids
}
